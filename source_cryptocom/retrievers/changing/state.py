"""The state of rows that still change: how far they were read, the hash of each known row, and the tracked ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from source_cryptocom.clock import rfc3339
from source_cryptocom.state.state import State, UnusableState, past_time
from source_cryptocom.state.window_cursor import WindowCursor, WindowState


@dataclass(frozen=True)
class KnownRow:
    """`last_ms` is the latest of the row's times; `digest` tells one form of it from another."""

    last_ms: int
    digest: str


@dataclass(frozen=True)
class ChangingState(WindowState):
    """Rows were emitted in the form that they had. The next sync reads again from `reread_ms`.

    `known` holds the rows that it will then meet, by their key.
    """

    followed_name = "open_rows"

    reread_ms: int = 0
    known: Mapping[str, KnownRow] = field(default_factory=dict)

    def details(self) -> dict[str, Any]:
        known = {key: [row.last_ms, row.digest] for key, row in self.known.items()}
        return {"reread_from": rfc3339(self.reread_ms), **({"known": known} if known else {})}

    @classmethod
    def parse_details(cls, state: State, now: int) -> dict[str, Any]:
        try:
            known = {str(key): KnownRow(int(ms), str(digest)) for key, (ms, digest) in state.get("known", {}).items()}
        except (AttributeError, TypeError, ValueError):
            raise UnusableState("known does not hold rows") from None
        return {"reread_ms": past_time(state, "reread_from", now), "known": known}


class ChangingCursor(WindowCursor[ChangingState]):
    """The state of a stream whose rows change until they are final."""

    state_type = ChangingState

    def begin(self, now: int, start_ms: int) -> ChangingState:
        """The state to read from. Changes nothing in the state of this sync. Raises ConfigError."""
        if self._resume(now, ChangingState(start_ms, reread_ms=start_ms)):
            self._logger.info(
                f"{self._stream_name}: resuming from {rfc3339(self.reached.cursor_ms)}, and reading again from "
                f"{rfc3339(self.reached.reread_ms)} what may have changed."
            )
        return self.reached

    def advance(self, state: ChangingState) -> None:
        """A window was read to its end. The cursor never goes back, though the windows begin before it."""
        cursor_ms = max(state.cursor_ms, self.reached.cursor_ms)
        self._claim(replace(state, cursor_ms=cursor_ms, refreshing=self.full_refresh))

    def complete(self) -> None:
        """Marks all windows as read. Without any window the state stays as it is."""
        if self._claimed:
            self.is_complete = True
            self._claim(replace(self._claimed, refreshing=False))
