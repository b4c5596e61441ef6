"""What the incremental public tables have in common: a state, and a pause between syncs."""

from abc import ABC
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from airbyte_cdk.models import SyncMode

from source_cryptocom.clock import MS_PER_HOUR, rfc3339
from source_cryptocom.context import SyncContext
from source_cryptocom.state.state import MarketState, UnusableState, parse_market_state
from source_cryptocom.streams.base import CheckpointedStream


class MarketStream(CheckpointedStream, ABC):
    """A public table. `_complete` is set when a sync has read all of it."""

    def __init__(self, context: SyncContext) -> None:
        super().__init__(context)
        self._last = MarketState()
        self._started_ms = 0
        self._complete = False

    @property
    def cursor_field(self) -> str:
        return "timestamp"

    def stream_slices(
        self,
        *,
        sync_mode: SyncMode,
        cursor_field: list[str] | None = None,
        stream_state: Mapping[str, Any] | None = None,
    ) -> Iterable[Mapping[str, Any] | None]:
        self._started_ms = self._context.clock()
        self._load()
        if not self._is_due():
            return []
        return self.partitions()

    def partitions(self) -> Iterable[Mapping[str, Any] | None]:
        """What is read side by side."""
        return [{}]

    def _load(self) -> None:
        if not self._unread_state:
            return
        try:
            saved = parse_market_state(self._unread_state, self._started_ms)
            if saved.synced_ms is None and (synced_at := self._unread_state.get("synced_at")):
                self.logger.warning(f"{self.name}: synced_at is not used, because {synced_at} lies in the future.")
            # What a full refresh left at its end, or an incremental sync, says nothing to a full refresh.
            if not self._full_refresh or saved.refreshing:
                self.adopt(saved)
        except UnusableState as reason:
            self.warn_unusable(reason)
        self._unread_state = {}

    def adopt(self, saved: MarketState) -> None:
        """Go on from `saved`."""
        self._last = saved

    def _is_due(self) -> bool:
        hours = self._context.config.hours_between_syncs
        if self._full_refresh or self._last.synced_ms is None:
            return True
        due_ms = self._last.synced_ms + round(hours * MS_PER_HOUR)
        if self._started_ms >= due_ms:
            return True
        self.logger.info(
            f"{self.name}: read at {rfc3339(self._last.synced_ms)}, less than {hours:g} hours ago "
            f"(hours_between_syncs): nothing is read before {rfc3339(due_ms)}."
        )
        return False

    def current_cursors(self) -> Mapping[str, Any]:
        """How far each instrument is read by now, as the state holds it; a copy."""
        return {}

    @property
    def state(self) -> MutableMapping[str, Any]:
        if self._unread_state:
            return dict(self._unread_state)
        synced_ms = self._started_ms if self._complete else self._last.synced_ms
        state = MarketState(synced_ms, self.current_cursors(), self._full_refresh and not self._complete)
        return state.as_state() if state != MarketState(refreshing=state.refreshing) else {}

    @state.setter
    def state(self, value: MutableMapping[str, Any]) -> None:
        self._unread_state = value
