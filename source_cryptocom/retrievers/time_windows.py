"""What the three tables of account history have in common: ascending windows, a state after each."""

from abc import ABC
from collections.abc import Hashable, Iterator, MutableMapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from airbyte_cdk.sources.streams.core import StreamData

from source_cryptocom.api.response import Row
from source_cryptocom.clock import NS_PER_MS, rfc3339
from source_cryptocom.config import oldest_kept_ms
from source_cryptocom.context import SyncContext
from source_cryptocom.logs.progress import Progress
from source_cryptocom.retrievers.window_paginator import PAGE_LIMIT, WindowPaginator
from source_cryptocom.retrievers.windows import RowTime, Window, day_windows
from source_cryptocom.state.state import (
    LOOKBACK_MS,
    HistoryState,
    UnusableState,
    parse_history_state,
    state_message,
)
from source_cryptocom.streams.base import CheckpointedStream, Parameters


class HistoryStream(CheckpointedStream, ABC):
    """Reads from where the last sync came to, less a margin for clocks, to now; a STATE follows each window's rows.

    One partition, so that rows and states pass through the engine's queue in the order in which they are made.
    """

    times: ClassVar[Sequence[RowTime]]
    identity_fields: ClassVar[Sequence[str]]

    def __init__(self, context: SyncContext) -> None:
        super().__init__(context)
        self._history: HistoryState | None = None
        # Until the first window is read, the sync claims no more than the one before.
        self._claims = False
        self.requests_made = 0
        self._reader = WindowPaginator(self._page, self.identity, self.times)
        self._progress = Progress(self.logger, self.name, "days", 0)

    @property
    def state(self) -> MutableMapping[str, Any]:
        if not self._claims:
            return dict(self._unread_state)
        return self.history.as_state(str(self.cursor_field))

    @state.setter
    def state(self, value: MutableMapping[str, Any]) -> None:
        self._unread_state = value

    def identity(self, row: Row) -> Hashable:
        """What tells a row from every other."""
        return tuple(str(row.get(name)) for name in self.identity_fields)

    def read_partition(self) -> Iterator[StreamData]:
        now = self._context.clock()
        start_ms = self._begin(now)
        windows = list(day_windows(start_ms * NS_PER_MS, now * NS_PER_MS))
        self._progress = Progress(self.logger, self.name, "days", len(windows))
        yield from self.before_windows(start_ms, now)
        for window in windows:
            for page in self.pages(window):
                yield from self.to_records(page)
            end_ms = window.end_ns // NS_PER_MS
            self._progress.done(where=f", up to {rfc3339(end_ms)}")
            self._advance(cursor_ms=max(self.history.cursor_ms, end_ms))
            self._claims = True
            yield state_message(self.name, self.state)
        yield from self.after_windows()
        self._advance(refreshing=False)
        self._claims = True

    @property
    def history(self) -> HistoryState:
        """How far this sync has come; reading has begun."""
        if self._history is None:
            raise RuntimeError("reading has not begun")
        return self._history

    def _begin(self, now: int) -> int:
        """Decides between the saved state and a first sync; the ms to read from. Raises ConfigError."""
        saved = self._saved(now)
        start_ms = self._context.config.start_ms
        if saved is None or (self._full_refresh and not saved.refreshing):
            # What the last sync watched is watched on: it may have been placed before `start_ms`.
            watched = saved.open_orders if saved else {}
            self._history = HistoryState(start_ms, watched, refreshing=self._full_refresh)
            self.logger.info(f"{self.name}: a first read, from {rfc3339(start_ms)} on (start_date).")
            return start_ms
        self._history = replace(saved, refreshing=self._full_refresh)
        self.logger.info(
            f"{self.name}: goes on from {rfc3339(saved.cursor_ms)}; start_date counts for a first read only."
        )
        oldest_ms = oldest_kept_ms(now)
        if saved.cursor_ms < oldest_ms:
            self.logger.warning(
                f"{self.name}: the last sync read to {rfc3339(saved.cursor_ms)}; the exchange keeps nothing from "
                f"before {rfc3339(oldest_ms)}, so what happened between is lost to this table."
            )
        return max(saved.cursor_ms - LOOKBACK_MS, oldest_ms)

    def _saved(self, now: int) -> HistoryState | None:
        """The saved state, where there is one and it is usable."""
        if not self._unread_state:
            return None
        try:
            return parse_history_state(self._unread_state, str(self.cursor_field), now)
        except UnusableState as reason:
            self.warn_unusable(reason)
            return None

    def _advance(self, **changes: Any) -> None:
        self._history = replace(self.history, **changes)

    def before_windows(self, start_ms: int, now: int) -> Iterator[dict[str, Any]]:
        """Records that lie before the first window, which begins at `start_ms`."""
        return iter(())

    def after_windows(self) -> Iterator[dict[str, Any]]:
        """Records that no window can have brought."""
        return iter(())

    def pages(self, window: Window) -> Iterator[list[Row]]:
        """The rows of a whole window. Raises a system error where it cannot be read to its end."""
        return self.whole(self._reader, window)

    def _page(self, window: Window, limit: int) -> list[Row]:
        self.requests_made += 1
        rows = self.page(self.window_parameters(window, limit), larger=limit > PAGE_LIMIT)
        self._progress.request()
        return rows

    def window_parameters(self, window: Window, limit: int) -> Parameters:
        return {"start_time": str(window.start_ns), "end_time": str(window.end_ns), "limit": limit}
