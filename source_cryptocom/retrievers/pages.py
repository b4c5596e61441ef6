"""Tables that are read as they are at the moment of the sync."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS
from source_cryptocom.retrievers.base import Output, Reader, Retriever, Slice, Table
from source_cryptocom.retrievers.paging.more_rows import warn_of_more
from source_cryptocom.retrievers.paging.numbered_pages import read_numbered_pages
from source_cryptocom.retrievers.paging.page_size import PageSize
from source_cryptocom.retrievers.paging.window_paginator import WindowPaginator
from source_cryptocom.retrievers.paging.window_requests import fetch_page, page_size_of, read_window
from source_cryptocom.retrievers.paging.windows import RowTime, Window, last_day, request_bounds
from source_cryptocom.state.market_cursor import SnapshotCursor


@dataclass(frozen=True)
class SinglePage(Retriever):
    """Reads all rows with one request. `incremental`: one snapshot a sync, no sooner than hours_between_syncs."""

    incremental: bool = False

    def reader(self, table: Table) -> Reader:
        return _SinglePageReader(table, self.incremental)


class _SinglePageReader(Reader):
    def __init__(self, table: Table, incremental: bool) -> None:
        self._table = table
        self.cursor: SnapshotCursor | None = SnapshotCursor(table.name, table.logger) if incremental else None

    def slices(self) -> Iterable[Slice]:
        context = self._table.context
        is_due = not self.cursor or self.cursor.begin(context.clock(), context.config.hours_between_syncs)
        return super().slices() if is_due else []

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        page = self._table.fetch()
        warn_of_more(self._table, page)
        records = self._table.to_records(page.rows)
        if not records and self._table.never_empty:
            self._table.warn(
                "the exchange returned no rows. If that is wrong, it has a problem: a full refresh that overwrites "
                "has emptied the table, and the next sync fills it again."
            )
        yield records
        if self.cursor:
            self.cursor.complete()


@dataclass(frozen=True)
class _RowsReader(Reader):
    """Reads a table that keeps no state."""

    records: Callable[[], Iterator[Output]]

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        return self.records()


@dataclass(frozen=True)
class NumberedPages(Retriever):
    """Pages counted from `first`; `size` rows are asked for where the method has that parameter (None: it has none)."""

    size: int | None = None
    first: int = 0

    def reader(self, table: Table) -> Reader:
        return _RowsReader(partial(self._records, table))

    def sample(self, now_ms: int) -> Mapping[str, Parameter]:
        return {"page": self.first, **self._page_size(1)}

    def _records(self, table: Table) -> Iterator[Output]:
        latest: dict[str, Row] = {}
        for page in read_numbered_pages(table, table, table.key_of, self._page_size(self.size), self.first):
            latest |= {table.key_of(row): row for row in page}
        yield table.to_records(list(latest.values()))

    def _page_size(self, rows: int | None) -> Mapping[str, Parameter]:
        return {} if self.size is None or rows is None else {"page_size": rows}


@dataclass(frozen=True)
class LastDays(Retriever):
    """The rows created in the last `days`, by ever earlier ends of the window. Times are sent in ms."""

    created: RowTime
    days: int
    page_size: int

    def reader(self, table: Table) -> Reader:
        return _RowsReader(partial(self._records, table))

    def sample(self, now_ms: int) -> Mapping[str, Parameter]:
        return self._parameters(last_day(now_ms), 1)

    def _records(self, table: Table) -> Iterator[Output]:
        now = table.context.clock()
        window = Window((now - self.days * MS_PER_DAY) * NS_PER_MS, now * NS_PER_MS)
        size = page_size_of(table)
        fetch = partial(self._fetch, table, size)
        paginator = WindowPaginator(fetch, table.key_of, (self.created,), self.page_size, page_size=size)
        for page in read_window(table, paginator, window):
            yield table.to_records(page)

    def _fetch(self, table: Table, size: PageSize, window: Window, limit: int) -> Sequence[Row]:
        return fetch_page(table, self._parameters(window, limit), size, limit, limit > self.page_size)

    def _parameters(self, window: Window, limit: int) -> dict[str, Parameter]:
        start_ms, end_ms = request_bounds(window, NS_PER_MS)
        return {"start_time": start_ms, "end_time": end_ms, "limit": limit}
