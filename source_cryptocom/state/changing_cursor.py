"""How far rows that still change were read, which of them are known in which form, and which are followed."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from source_cryptocom.clock import rfc3339
from source_cryptocom.state.state import (
    VERSION,
    State,
    UnusableState,
    check_version,
    creation_times,
    is_refreshing,
    past_time,
)
from source_cryptocom.state.window_cursor import WindowCursor


@dataclass(frozen=True)
class KnownRow:
    """`last_ms` is the latest of the row's times; `digest` tells one form of it from another."""

    last_ms: int
    digest: str


@dataclass(frozen=True)
class ChangingState:
    """Every row before `cursor_ms` was emitted in the form that it had; the next sync reads again from `reread_ms`.

    `known` holds the rows that it will then meet, by their key. `open_rows` are those that were not final when they
    were last met, with their times of creation: they are read again until they are met in their final form.
    `refreshing` marks a full refresh that has not ended.
    """

    cursor_ms: int
    reread_ms: int
    known: Mapping[str, KnownRow] = field(default_factory=dict)
    open_rows: Mapping[str, int] = field(default_factory=dict)
    refreshing: bool = False

    def as_state(self, cursor_column: str) -> dict[str, Any]:
        state: dict[str, Any] = {
            "version": VERSION,
            cursor_column: rfc3339(self.cursor_ms),
            "reread_from": rfc3339(self.reread_ms),
        }
        if self.known:
            state["known"] = {key: [row.last_ms, row.digest] for key, row in self.known.items()}
        if self.open_rows:
            state["open_rows"] = dict(self.open_rows)
        if self.refreshing:
            state["full_refresh"] = True
        return state


def parse_changing_state(state: State, cursor_column: str, now: int) -> ChangingState:
    """Raises UnusableState, or ConfigError for a later version's state."""
    check_version(state)
    try:
        known = {str(key): KnownRow(int(ms), str(digest)) for key, (ms, digest) in state.get("known", {}).items()}
    except (AttributeError, TypeError, ValueError):
        raise UnusableState("known does not hold rows") from None
    return ChangingState(
        past_time(state, cursor_column, now),
        past_time(state, "reread_from", now),
        known,
        creation_times(state, "open_rows", now),
        is_refreshing(state),
    )


class ChangingCursor(WindowCursor[ChangingState]):
    """The state of a stream whose rows change until they are final."""

    def __init__(self, stream_name: str, logger: logging.Logger, cursor_column: str) -> None:
        super().__init__(stream_name, logger, cursor_column, parse_changing_state)
        self._begun_at = ChangingState(0, 0)

    def begin(self, now: int, start_ms: int) -> ChangingState:
        """Where to read from: `reread_ms`, with the rows known. Nothing is claimed yet. Raises ConfigError."""
        saved = self._usable(now)
        if saved is None or (self._full_refresh and not saved.refreshing):
            self._logger.info(f"{self._stream_name}: reading from {rfc3339(start_ms)} (start_date).")
            # Rows that the last sync followed are followed on: they may have been created before `start_ms`.
            self._begun_at = ChangingState(start_ms, start_ms, open_rows=saved.open_rows if saved else {})
        else:
            self._logger.info(
                f"{self._stream_name}: resuming from {rfc3339(saved.cursor_ms)}, and reading again from "
                f"{rfc3339(saved.reread_ms)} what may have changed."
            )
            self._begun_at = saved
        return self._begun_at

    def advance(self, state: ChangingState) -> None:
        """A window was read to its end. The cursor never goes back, though the windows begin before it."""
        cursor_ms = max(state.cursor_ms, (self._claimed or self._begun_at).cursor_ms)
        self._claimed = replace(state, cursor_ms=cursor_ms, refreshing=self._full_refresh)

    def complete(self) -> None:
        """All windows were read."""
        if self._claimed:
            self._claimed = replace(self._claimed, refreshing=False)
