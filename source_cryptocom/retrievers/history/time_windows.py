"""Tables of history: ascending windows of time, a STATE after each that was read to its end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS, rfc3339
from source_cryptocom.config import documented_oldest_ms, old_rows_notice
from source_cryptocom.logs.progress import Progress
from source_cryptocom.retrievers.base import Output, Reader, Retriever, Slice, Table
from source_cryptocom.retrievers.history.state import HistoryCursor, ReadFrom
from source_cryptocom.retrievers.history.window_widths import NARROWEST_NS, WindowRefused, WindowWidths
from source_cryptocom.retrievers.paging.window_page import PageSizeRefused
from source_cryptocom.retrievers.paging.window_paginator import PAGE_LIMIT, WindowPaginator
from source_cryptocom.retrievers.paging.window_requests import fetch_page, page_size_of, read_window
from source_cryptocom.retrievers.paging.windows import RowTime, Window, last_day, request_bounds
from source_cryptocom.state.state import state_message

MOST_ROWS_HELD = 10_000
"""The rows of one window, in memory until the window is read to its end."""


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
        self._page_size = page_size_of(table)
        # At a request a second, as some methods allow, there is nothing to gain.
        pool = table.context.pool if table.rate_limit.per_second > 1 else None
        self._widths = WindowWidths(self._fetch, windows.times, page_size=self._page_size, pool=pool)
        self._paginator = WindowPaginator(
            self._fetch,
            table.key_of,
            windows.times,
            fetch_page=self._widths.fetch_page,
            page_size=self._page_size,
        )
        self._progress = Progress(table.logger, table.name, "days", 0)
        # The latest time in ms of each row since the last state, by its key.
        self._emitted: dict[str, int] = {}
        self._old_ms = self._oldest_ms = self._old_rows = 0

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        context = self._table.context
        now = context.clock()
        self._old_ms = self._oldest_ms = documented_oldest_ms(now)
        begin = self.cursor.begin(now, context.config.history_start_ms(now))
        days_left = days_between(begin.start_ms, now)
        self._progress = Progress(self._table.logger, self._table.name, "days", days_left)
        begin, held = self.before_windows(begin, now)
        for window in self._widths.windows(
            *(ms * NS_PER_MS for ms in (begin.start_ms, now, begin.needed_ms, begin.read_to_ms))
        ):
            # Rows go out with the state that covers them: a fault in the middle of a window then repeats none of them.
            before = len(held)
            if not self._hold(self.new_rows(window), held, window):
                del held[before:]
                continue
            yield from self._released(held, begin.read_to_ms)
            held = []
            end_ms = window.end_ns // NS_PER_MS
            days_read, days_left = days_left - days_between(end_ms, now), days_between(end_ms, now)
            self._progress.done(days_read, f", up to {rfc3339(end_ms)}")
            self.cursor.advance(end_ms, self.followed, self._take_emitted())
            yield state_message(self._table.name, self.cursor.state)
        held += self.after_windows()
        yield from self._released(held, begin.read_to_ms)
        self.cursor.complete(self.followed, self._take_emitted())
        self._say_what_is_old()

    def before_windows(self, begin: ReadFrom, now: int) -> tuple[ReadFrom, list[list[Row]]]:
        """The start of the windows, and rows from before it."""
        return begin, []

    def after_windows(self) -> list[list[Row]]:
        """Rows that no window could contain."""
        return []

    def new_rows(self, window: Window) -> Iterator[list[Row]]:
        """The rows of a window that were not emitted before it."""
        return self.pages(window)

    def pages(self, window: Window) -> Iterator[list[Row]]:
        """The rows of a whole window. Raises a system error where it cannot be read to its end."""
        needed_ns, read_to_ns = self._widths.needed_from_ns, self._widths.read_to_ns
        begins_with_row = self._widths.begins_with_row
        return read_window(self._table, self._paginator, window, needed_ns, read_to_ns, begins_with_row)

    def _hold(self, pages: Iterator[list[Row]], held: list[list[Row]], window: Window) -> bool:
        """Reads a window, without known rows. Returns False if it holds too many rows; narrower windows follow."""
        rows, followed = 0, dict(self.followed)
        for page in pages:
            new = [row for row in page if not self.cursor.knows(self._table.key_of(row))]
            held.append(new)
            rows += len(new)
            if rows > MOST_ROWS_HELD and window.width_ns > NARROWEST_NS:
                self._widths.narrow()
                self._paginator.discard()
                self.followed = followed
                return False
        return True

    def _released(self, held: list[list[Row]], read_to_ms: int) -> Iterator[Output]:
        again = 0
        for rows in held:
            for row in rows:
                latest_ms = self._latest_ms(row)
                self._emitted[self._table.key_of(row)] = latest_ms
                again += self.cursor.was_resumed and latest_ms < read_to_ms
                if latest_ms < self._old_ms:
                    self._old_rows += 1
                    self._oldest_ms = min(latest_ms, self._oldest_ms)
            yield self._table.to_records(rows)
        if again:
            self._table.logger.debug(
                f"{self._table.name}: {again:,} of the rows that follow lie before {rfc3339(read_to_ms)}, to which the "
                "last sync had read: they came up late, or the state does not know that they were emitted."
            )

    def _latest_ms(self, row: Row) -> int:
        return max((time.earliest_ns(row) or 0) for time in self._windows.times) // NS_PER_MS

    def _take_emitted(self) -> dict[str, int]:
        emitted, self._emitted = self._emitted, {}
        return emitted

    def _say_what_is_old(self) -> None:
        if self._old_rows:
            self._table.logger.info(old_rows_notice(self._table.name, self._old_rows, self._oldest_ms))

    def _fetch(self, window: Window, limit: int) -> Sequence[Row]:
        self.requests_made += 1
        larger, wider = limit > PAGE_LIMIT, window.width_ns > self._widths.proven_ns
        try:
            parameters = self._windows.parameters(window, limit)
            rows = fetch_page(self._table, parameters, self._page_size, limit, larger or wider)
        except PageSizeRefused:
            if larger:
                raise
            raise WindowRefused from None
        self._progress.request()
        return rows


def days_between(start_ms: int, end_ms: int) -> int:
    """The number of days, rounded up."""
    return max(0, (end_ms - start_ms + MS_PER_DAY - 1) // MS_PER_DAY)
