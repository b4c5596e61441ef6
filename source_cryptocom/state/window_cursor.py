"""The state of streams that are read in ascending windows of time, and the cursor that owns it."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, TypeVar

from source_cryptocom.clock import rfc3339
from source_cryptocom.state.cursor import StreamCursor
from source_cryptocom.state.state import VERSION, State, check_version, creation_times, is_refreshing, past_time

Claim = TypeVar("Claim", bound="WindowState")


@dataclass(frozen=True)
class WindowState(ABC):
    """Every row before `cursor_ms` was emitted, but for those in `followed`, by key with their time of creation in ms.

    They were not final when they were last met, and are read again until they are. `refreshing` marks a full refresh
    that has not ended.
    """

    followed_name: ClassVar[str]

    cursor_ms: int
    followed: Mapping[str, int] = field(default_factory=dict)
    refreshing: bool = False

    @abstractmethod
    def details(self) -> dict[str, Any]:
        """Further fields of this kind of state."""

    @classmethod
    @abstractmethod
    def parse_details(cls, state: State, now: int) -> dict[str, Any]:
        """The fields that `details` wrote, parsed. Raises UnusableState."""

    def as_state(self, cursor_column: str) -> dict[str, Any]:
        state = {"version": VERSION, cursor_column: rfc3339(self.cursor_ms), **self.details()}
        if self.followed:
            state[self.followed_name] = dict(self.followed)
        if self.refreshing:
            state["full_refresh"] = True
        return state

    @classmethod
    def parse(cls: type[Claim], state: State, cursor_column: str, now: int) -> Claim:
        """A saved state at `now` (ms). Raises UnusableState, or ConfigError for a later version's state."""
        check_version(state)
        return cls(
            past_time(state, cursor_column, now),
            creation_times(state, cls.followed_name, now),
            is_refreshing(state),
            **cls.parse_details(state, now),
        )


class WindowCursor(StreamCursor, Generic[Claim]):
    """The state of one stream. `reached` is how far this sync has come, once it has begun."""

    state_type: type[Claim]
    reached: Claim

    def __init__(self, stream_name: str, logger: logging.Logger, cursor_column: str) -> None:
        super().__init__(stream_name, logger)
        self._cursor_column = cursor_column
        # Until the first window is read, the sync claims no more than the one before.
        self._claimed: Claim | None = None

    def _state_so_far(self) -> MutableMapping[str, Any]:
        return self._claimed.as_state(self._cursor_column) if self._claimed else dict(self._saved)

    def _resume(self, now: int, first: Claim) -> bool:
        """Whether this sync goes on from the saved state; else it begins with `first`. Raises ConfigError."""
        saved = self._parse_saved(lambda state: self.state_type.parse(state, self._cursor_column, now))
        if saved is not None and (saved.refreshing or not self.full_refresh):
            self.reached = replace(saved, refreshing=self.full_refresh)
            return True
        # Rows that the last sync tracked stay tracked: they may have been created before the start.
        self.reached = replace(first, followed=saved.followed if saved else {}, refreshing=self.full_refresh)
        self._logger.info(f"{self._stream_name}: reading from {rfc3339(first.cursor_ms)} (start_date).")
        return False

    def _claim(self, state: Claim) -> None:
        self.reached = self._claimed = state
