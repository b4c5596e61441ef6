"""When public tables were last read, how far each instrument was read, and the cursors that claim it."""

import logging
import threading
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from source_cryptocom.clock import MS_PER_HOUR, MS_PER_MINUTE, rfc3339
from source_cryptocom.state.cursor import StreamCursor
from source_cryptocom.state.series_positions import PositionFormat, join_names
from source_cryptocom.state.state import (
    LOOKBACK_MS,
    VERSION,
    State,
    UnusableState,
    any_time,
    check_version,
    is_refreshing,
)

EARLY_SHARE = 0.05
MOST_EARLY_MS = 30 * MS_PER_MINUTE


@dataclass(frozen=True)
class MarketState:
    """When a public table was last read whole (ms; None: never), and how far each instrument (or series) was read."""

    synced_ms: int | None = None
    cursors: Mapping[str, Any] = field(default_factory=dict)
    refreshing: bool = False

    def as_state(self) -> dict[str, Any]:
        state: dict[str, Any] = {"version": VERSION}
        if self.synced_ms is not None:
            state["synced_at"] = rfc3339(self.synced_ms)
        if self.cursors:
            state["cursors"] = dict(self.cursors)
        if self.refreshing:
            state["full_refresh"] = True
        return state


def parse_market_state(state: State, now: int) -> MarketState:
    """Raises UnusableState, or ConfigError for a later version's state. The cursors are parsed by the stream.

    A `synced_at` in the future is none: a clock was wrong, which says nothing against the cursors.
    """
    check_version(state)
    cursors = state.get("cursors", {})
    if not isinstance(cursors, Mapping):
        raise UnusableState("cursors is not an object")
    synced_ms = any_time(state, "synced_at") if "synced_at" in state else None
    if synced_ms is not None and synced_ms > now + LOOKBACK_MS:
        synced_ms = None
    return MarketState(synced_ms, dict(cursors), is_refreshing(state))


def due_after_ms(hours: float) -> int:
    """How long after a sync the next one is due, in ms.

    A schedule of the same length may start a sync some seconds early, and would be left out every other time.
    """
    whole_ms = round(hours * MS_PER_HOUR)
    return whole_ms - min(round(whole_ms * EARLY_SHARE), MOST_EARLY_MS)


class SnapshotCursor(StreamCursor):
    """The state of a public stream that is read whole, no sooner than hours_between_syncs after the last time."""

    def __init__(self, stream_name: str, logger: logging.Logger) -> None:
        super().__init__(stream_name, logger)
        self._synced_ms: int | None = None
        self.started_ms = 0
        self.left_alone = False
        """Whether the stream was not due in this sync."""

    def _state_so_far(self) -> MutableMapping[str, Any]:
        if self._saved:
            return dict(self._saved)
        synced_ms = self.started_ms if self.is_complete else self._synced_ms
        cursors = self._packed_cursors()
        if synced_ms is None and not cursors:
            return {}
        return MarketState(synced_ms, cursors, self.full_refresh and not self.is_complete).as_state()

    def begin(self, now: int, hours_between_syncs: float) -> bool:
        """Restores the saved state; returns whether the stream is due at `now` (ms). Raises ConfigError."""
        self.started_ms = now
        saved = self._parse_saved(lambda state: parse_market_state(state, now))
        if saved and saved.synced_ms is None and (synced_at := self._saved.get("synced_at")):
            self._logger.warning(f"{self._stream_name}: ignoring synced_at, because {synced_at} lies in the future.")
        # A full refresh resumes only from an unfinished full refresh.
        if saved and (saved.refreshing or not self.full_refresh):
            self._synced_ms = saved.synced_ms
            self._restore_cursors(saved.cursors)
        self._saved = {}
        return self._is_due(hours_between_syncs)

    def complete(self) -> None:
        """All of the stream was read."""
        self.is_complete = True

    def _packed_cursors(self) -> Mapping[str, Any]:
        """The positions of all series as the state holds them; a copy."""
        return {}

    def _restore_cursors(self, saved: Mapping[str, Any]) -> None:
        """Restores the positions of all series from the state."""

    def _is_due(self, hours: float) -> bool:
        # With no hours in between it always is: the exchange's time may seem a second earlier than in the last sync.
        if self.full_refresh or self._synced_ms is None or not hours:
            return True
        due_ms = self._synced_ms + due_after_ms(hours)
        if self.started_ms >= due_ms:
            return True
        self.left_alone = True
        self._logger.info(
            f"{self._stream_name}: read at {rfc3339(self._synced_ms)}, less than {hours:g} hours ago "
            f"(hours_between_syncs): nothing is read before {rfc3339(due_ms)}."
        )
        return False


class InstrumentCursors(SnapshotCursor):
    """The state of a per-instrument stream: one cursor for each series, advanced by the workers that read it.

    `lock` is held while a STATE is made and sent, so that no later state can come before it. Without a `format` a
    series has no cursor of its own: it is read or not.
    """

    def __init__(self, stream_name: str, logger: logging.Logger, cursor_format: PositionFormat | None) -> None:
        super().__init__(stream_name, logger)
        self._format = cursor_format
        self._cursors: dict[str, Any] = {}
        self.lock = threading.RLock()

    def series(self) -> list[str]:
        """Every series that has a position."""
        return list(self._cursors)

    def of(self, series: str) -> Any:
        """The position of a series; None if it has none."""
        return self._cursors.get(series)

    def advance(self, series: str, cursor: Any) -> None:
        """The series is read up to `cursor`. Called when its last record has been taken by the engine."""
        with self.lock:
            self._cursors[series] = cursor

    def drop(self, series: str) -> None:
        """Drops the position: the next sync reads the series from the start, if at all."""
        with self.lock:
            self._cursors.pop(series, None)

    def _packed_cursors(self) -> Mapping[str, Any]:
        with self.lock:
            return self._format.pack(self._cursors) if self._format else dict(self._cursors)

    def _restore_cursors(self, saved: Mapping[str, Any]) -> None:
        if self._format is None:
            self._cursors = dict(saved)
            return
        self._cursors, rejected = self._format.restore(saved, self.started_ms)
        if rejected:
            self._logger.warning(
                f"{self._stream_name}: ignoring the saved cursor of {join_names(rejected)}: unreadable, in the future, "
                "or before the exchange opened. It is read from the last known row, or else as in a "
                "first sync."
            )
