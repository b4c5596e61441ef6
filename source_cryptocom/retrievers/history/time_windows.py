"""Tables of history: ascending windows of time, a STATE after each that was read to its end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS, rfc3339
from source_cryptocom.logs.progress import Progress
from source_cryptocom.retrievers.base import Output, Reader, Retriever, Slice, Table
from source_cryptocom.retrievers.history.state import HistoryCursor
from source_cryptocom.retrievers.history.window_widths import WindowRefused, WindowWidths
from source_cryptocom.retrievers.paging.window_paginator import PAGE_LIMIT, PageSizeRefused, WindowPaginator
from source_cryptocom.retrievers.paging.window_requests import fetch_page, read_window
from source_cryptocom.retrievers.paging.windows import RowTime, Window, last_day, request_bounds
from source_cryptocom.state.state import state_message


@dataclass(frozen=True)
class TimeWindows(Retriever):
    """Windows as wide as is proven to be served, from where the last sync came to, less a lookback.

    `times`: the times of a row by which the exchange may filter. Times are sent in ns.
    """

    takes_long = True
    is_resumable = True
    reads_history = True

    times: Sequence[RowTime]

    def reader(self, table: Table) -> Reader:
        return TimeWindowsReader(self, table)

    def sample(self, now_ms: int) -> Mapping[str, Parameter]:
        return self.parameters(last_day(now_ms), 1)

    def parameters(self, window: Window, limit: int) -> dict[str, Parameter]:
        """A window's request."""
        start, end = request_bounds(window, 1)
        return {"start_time": start, "end_time": end, "limit": limit}


class TimeWindowsReader(Reader):
    """One partition, so that records and states pass through the engine's queue in the order in which they are made."""

    def __init__(self, windows: TimeWindows, table: Table) -> None:
        self._windows = windows
        self._table = table
        self.cursor: HistoryCursor = HistoryCursor(table.name, table.logger, table.cursor_column)
        self.requests_made = 0
        # From sync to sync, by id with the time of creation in ms.
        self.followed: dict[str, int] = {}
        self._widths = WindowWidths(self._fetch, windows.times)
        self._paginator = WindowPaginator(self._fetch, table.key_of, windows.times, fetch_page=self._widths.fetch_page)
        self._progress = Progress(table.logger, table.name, "days", 0)

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        context = self._table.context
        now = context.clock()
        start_ms = self.cursor.begin(now, context.config.start_ms)
        days_left = days_between(start_ms, now)
        self._progress = Progress(self._table.logger, self._table.name, "days", days_left)
        yield from self.before_windows(start_ms, now)
        for window in self._widths.windows(start_ms * NS_PER_MS, now * NS_PER_MS):
            for page in self.new_rows(window):
                yield self._table.to_records(page)
            end_ms = window.end_ns // NS_PER_MS
            days_read, days_left = days_left - days_between(end_ms, now), days_between(end_ms, now)
            self._progress.done(days_read, f", up to {rfc3339(end_ms)}")
            self.cursor.advance(end_ms, self.followed)
            yield state_message(self._table.name, self.cursor.state)
        yield from self.after_windows()
        self.cursor.complete(self.followed)

    def before_windows(self, start_ms: int, now: int) -> Iterator[Output]:
        """Records that lie before the first window, which begins at `start_ms`."""
        return iter(())

    def after_windows(self) -> Iterator[Output]:
        """Records that no window can have brought."""
        return iter(())

    def new_rows(self, window: Window) -> Iterator[list[Row]]:
        """The rows of a window that were not emitted before it."""
        return self.pages(window)

    def pages(self, window: Window) -> Iterator[list[Row]]:
        """The rows of a whole window. Raises a system error where it cannot be read to its end."""
        return read_window(self._table, self._paginator, window)

    def _fetch(self, window: Window, limit: int) -> Sequence[Row]:
        self.requests_made += 1
        larger, wider = limit > PAGE_LIMIT, window.width_ns > self._widths.proven_ns
        try:
            rows = fetch_page(self._table, self._windows.parameters(window, limit), larger or wider)
        except PageSizeRefused:
            if larger:
                raise
            raise WindowRefused from None
        self._progress.request()
        return rows


def days_between(start_ms: int, end_ms: int) -> int:
    """Days, one that has begun counted as a whole one."""
    return max(0, (end_ms - start_ms + MS_PER_DAY - 1) // MS_PER_DAY)
