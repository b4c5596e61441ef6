"""Tables that are read as they are at the moment of the sync."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from source_cryptocom.api.endpoint import Parameter
from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS
from source_cryptocom.retrievers.base import Output, Reader, Retriever, Slice, Table
from source_cryptocom.retrievers.numbered_pages import read_numbered_pages
from source_cryptocom.retrievers.window_paginator import WindowPaginator
from source_cryptocom.retrievers.window_requests import fetch_page, read_window
from source_cryptocom.retrievers.windows import RowTime, Window, last_day, request_bounds
from source_cryptocom.state.market_cursor import SnapshotCursor


@dataclass(frozen=True)
class SinglePage(Retriever):
    """One request brings all rows. `incremental`: one snapshot a sync, no sooner than hours_between_syncs."""

    incremental: bool = False

    def reader(self, table: Table) -> Reader:
        return _SinglePageReader(table, self.incremental)


class _SinglePageReader:
    def __init__(self, table: Table, incremental: bool = False) -> None:
        self._table = table
        self.cursor = SnapshotCursor(table.name, table.logger) if incremental else None

    def slices(self) -> Iterable[Slice]:
        context = self._table.context
        if self.cursor and not self.cursor.begin(context.clock(), context.config.hours_between_syncs):
            return []
        return [{}]

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        records = self._table.to_records(self._table.fetch().rows)
        if not records and self._table.never_empty:
            self._table.warn(
                "the exchange lists nothing. Where that is not so, it has a problem: a full refresh that overwrites "
                "has emptied the table, and the next sync fills it again."
            )
        yield records
        if self.cursor:
            self.cursor.complete()


@dataclass(frozen=True)
class PageNumber(Retriever):
    """Pages counted from `first`; `size` rows are asked for where the method has that parameter (None: it has none)."""

    size: int | None = None
    first: int = 0

    def reader(self, table: Table) -> Reader:
        return _PageNumberReader(self, table)

    def sample(self, now_ms: int) -> Mapping[str, Parameter]:
        return {"page": self.first, **self._page_size(1)}

    def pages(self, table: Table) -> Iterator[Sequence[Row]]:
        """Every row. Raises a system error where the pages never settle."""
        return read_numbered_pages(table, table, table.key_of, self._page_size(self.size), self.first)

    def _page_size(self, rows: int | None) -> Mapping[str, Parameter]:
        return {} if self.size is None or rows is None else {"page_size": rows}


class _PageNumberReader(_SinglePageReader):
    def __init__(self, pages: PageNumber, table: Table) -> None:
        super().__init__(table)
        self._pages = pages

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        latest: dict[str, Row] = {}
        for page in self._pages.pages(self._table):
            latest |= {self._table.key_of(row): row for row in page}
        yield self._table.to_records(list(latest.values()))


@dataclass(frozen=True)
class LastDays(Retriever):
    """The rows created in the last `days`, by ever earlier ends of the window. Times are sent in ms."""

    created: RowTime
    days: int
    page_size: int

    def reader(self, table: Table) -> Reader:
        return _LastDaysReader(self, table)

    def sample(self, now_ms: int) -> Mapping[str, Parameter]:
        return self.parameters(last_day(now_ms), 1)

    def parameters(self, window: Window, limit: int) -> dict[str, Parameter]:
        """A window's request."""
        start_ms, end_ms = request_bounds(window, NS_PER_MS)
        return {"start_time": start_ms, "end_time": end_ms, "limit": limit}


class _LastDaysReader(_SinglePageReader):
    def __init__(self, last: LastDays, table: Table) -> None:
        super().__init__(table)
        self._last = last

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        now = self._table.context.clock()
        paginator = WindowPaginator(self._fetch, self._table.key_of, (self._last.created,), self._last.page_size)
        window = Window((now - self._last.days * MS_PER_DAY) * NS_PER_MS, now * NS_PER_MS)
        for page in read_window(self._table, paginator, window):
            yield self._table.to_records(page)

    def _fetch(self, window: Window, limit: int) -> Sequence[Row]:
        return fetch_page(self._table, self._last.parameters(window, limit), larger=limit > self._last.page_size)
