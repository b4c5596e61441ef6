"""Tables whose rows change until they are final: read again from the oldest that was not, and emitted when changed.

No method of them filters by the time of a change. So each sync reads again from the oldest row that was not final, and
always a few days, for rows that come up late; it emits the rows that are new, or that differ from what it knows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.rate_limits import RateLimit
from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter, RowSource
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS
from source_cryptocom.config import documented_oldest_ms, old_rows_notice
from source_cryptocom.retrievers.base import Output, Reader, Record, Retriever, Slice, Table
from source_cryptocom.retrievers.changing.state import ChangingCursor, ChangingState, KnownRow
from source_cryptocom.retrievers.paging.numbered_pages import digest, read_numbered_pages
from source_cryptocom.retrievers.paging.page_size import PageSize
from source_cryptocom.retrievers.paging.read_ahead import read_ahead
from source_cryptocom.retrievers.paging.window_paginator import WindowPaginator
from source_cryptocom.retrievers.paging.window_requests import fetch_page, page_size_of, read_window
from source_cryptocom.retrievers.paging.windows import RowTime, Window, ascending_windows, last_day, request_bounds
from source_cryptocom.state.series_positions import join_names
from source_cryptocom.state.state import state_message


@dataclass
class Method:
    """A method that lists rows, and what its answers have shown of its page size and of ranges of time."""

    source: RowSource
    page_size: PageSize
    refuses_ranges: bool = False


@dataclass(frozen=True)
class ByNumber:
    """Pages counted from 0. A window's end is fixed; what still shifts the pages is read again.

    `range_optional`: the method may refuse a range of time, or ignore it. Then its rows are those of the window by one
    of their own times.
    """

    size: int = 200
    range_optional: bool = False

    def read(self, method: "Method", table: Table, rows: "ChangingRows", window: Window) -> Iterator[Sequence[Row]]:
        for page in self._pages(method, table, rows.bounds(window)):
            yield [row for row in page if rows.may_lie_in(row, window)] if self.range_optional else page

    def _pages(self, method: "Method", table: Table, bounds: Mapping[str, Parameter]) -> Iterator[Sequence[Row]]:
        pages = partial(read_numbered_pages, table, method.source, table.key_of)
        if not method.refuses_ranges:
            in_range = pages({**bounds, "page_size": self.size})
            try:
                first = next(in_range, [])
            except ExchangeError as error:
                if not self.range_optional or error.action is not Action.BAD_REQUEST:
                    raise
                method.refuses_ranges = True
                table.logger.info(f"{table.name}: asked without a range of time, because one is refused. {error}")
            else:
                yield first
                yield from in_range
                return
        yield from pages({"page_size": self.size})

    def one_row(self) -> Mapping[str, Parameter]:
        return {"page": 0, "page_size": 1}


@dataclass(frozen=True)
class ByEarlierEnd:
    """Pages of the newest `size` rows before an end that moves back. `limit`: the parameter; "" where there is none."""

    size: int
    limit: str = "limit"

    def read(self, method: "Method", table: Table, rows: "ChangingRows", window: Window) -> Iterator[Sequence[Row]]:
        def fetch_part(part: Window, size: int) -> Sequence[Row]:
            parameters = {**rows.bounds(part), **self._limited(size)}
            return fetch_page(method.source, parameters, method.page_size, size, size > self.size)

        paginator = WindowPaginator(
            fetch_part,
            lambda row: (table.key_of(row), digest(row)),
            rows.times,
            self.size,
            page_size=method.page_size,
        )
        return read_window(table, paginator, window)

    def one_row(self) -> Mapping[str, Parameter]:
        return self._limited(1)

    def _limited(self, size: int) -> Mapping[str, Parameter]:
        return {self.limit: size} if self.limit else {}


@dataclass(frozen=True)
class OpenRows:
    """A method that lists the rows which are not final, by windows and pages as the table's own does.

    `emitted`: they belong to the table themselves. `step_ms`: the longest window that is asked for.
    """

    method: str
    rate_limit: RateLimit
    records_path: str = "data"
    emitted: bool = False
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    step_ms: int = 180 * MS_PER_DAY


@dataclass(frozen=True)
class ChangingRows(Retriever):
    """`times`: a row's creation first, then the other times by which the exchange may filter.

    `pages`: how the rows of a window come; one may come more than once. `status` and `final`: the field, and the values
    after which a row stays what it is; without a status it always does. Times are sent in `unit_ns`.
    """

    is_resumable = True
    reads_history = True

    times: Sequence[RowTime]
    pages: ByNumber | ByEarlierEnd
    status: str = ""
    final: Sequence[str] = ()
    open_rows: OpenRows | None = None
    start: str = "start_time"
    end: str = "end_time"
    unit_ns: int = NS_PER_MS
    step_ms: int = 90 * MS_PER_DAY
    lookback_ms: int = 7 * MS_PER_DAY

    def reader(self, table: Table) -> Reader:
        return ChangingRowsReader(self, table)

    def sample(self, now_ms: int) -> Mapping[str, Parameter]:
        window = {} if isinstance(self.pages, ByNumber) and self.pages.range_optional else self.bounds(last_day(now_ms))
        return {**window, **self.pages.one_row()}

    def is_final(self, row: Row) -> bool:
        return not self.status or str(row.get(self.status)) in self.final

    def created_ms(self, row: Row) -> int:
        """The row's time of creation; 0 if it has none."""
        return (self.times[0].earliest_ns(row) or 0) // NS_PER_MS

    def last_ms(self, row: Row) -> int:
        """The latest of the row's times."""
        return max((time.earliest_ns(row) or 0) for time in self.times) // NS_PER_MS

    def may_lie_in(self, row: Row, window: Window) -> bool:
        """True if one of the row's times lies in a window, or none of them is readable."""
        times = [time_ns for time in self.times if (time_ns := time.earliest_ns(row))]
        return not times or any(map(window.holds_ns, times))

    def bounds(self, window: Window) -> dict[str, Parameter]:
        """A window's start and end as the request names them."""
        return dict(zip((self.start, self.end), request_bounds(window, self.unit_ns), strict=True))


class ChangingRowsReader(Reader):
    """Ascending windows up to the moment at which reading began, a STATE after each that was read to its end.

    Rows that are not final, or that the exchange lists as open, are followed until a window brings their final form:
    one that has left the open list comes up among the others a moment later.
    """

    def __init__(self, rows: ChangingRows, table: Table) -> None:
        self._rows = rows
        self._table = table
        self.cursor: ChangingCursor = ChangingCursor(table.name, table.logger, table.cursor_column)
        self._known: dict[str, KnownRow] = {}
        self._followed: dict[str, int] = {}
        self._met: set[str] = set()
        self._old_ms = 0
        self._old_times: list[int] = []
        self._method = Method(table, page_size_of(table))
        if listing := rows.open_rows:
            endpoint = table.context.api.endpoint(
                table.name, listing.method, listing.rate_limit, table.logger, listing.records_path, listing.parameters
            )
            self._open_method = Method(endpoint, page_size_of(table))

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        context = self._table.context
        now = context.clock()
        saved = self.cursor.begin(now, context.config.history_start_ms(now))
        self._known = dict(saved.known)
        self._followed = dict(saved.followed)
        self._old_ms = documented_oldest_ms(now)
        start_ms = min([saved.reread_ms, *self._followed.values()])
        # Rows go out with the state that covers them: a fault in the middle of a window then repeats none of them.
        held = self._read_open_rows(self._old_ms * NS_PER_MS, now * NS_PER_MS)
        step_ns = self._rows.step_ms * NS_PER_MS
        for window, pages in self._pages(self._method, start_ms * NS_PER_MS, now * NS_PER_MS, step_ns):
            for page in pages:
                held.append(self._changed(page))
            yield from held
            held = []
            if window.end_ns >= now * NS_PER_MS:
                self._give_up_the_missing()
            self.cursor.advance(self._claim(window.end_ns // NS_PER_MS, saved.reread_ms))
            yield state_message(self._table.name, self.cursor.state)
        yield from held
        self.cursor.complete()
        if self._old_times:
            notice = old_rows_notice(self._table.name, len(self._old_times), min(self._old_times))
            self._table.logger.info(notice)

    def _pages(
        self, method: Method, start_ns: int, end_ns: int, step_ns: int
    ) -> Iterator[tuple[Window, list[Sequence[Row]]]]:
        """Ascending windows with all of their pages."""

        def read(window: Window) -> list[Sequence[Row]]:
            return list(self._rows.pages.read(method, self._table, self._rows, window))

        # Whether a range of time is refused is asked once, by the first window.
        pages = self._rows.pages
        pool = None if isinstance(pages, ByNumber) and pages.range_optional else self._table.context.pool
        return read_ahead(ascending_windows(start_ns, end_ns, step_ns), read, pool)

    def _give_up_the_missing(self) -> None:
        """Stops tracking old rows that were not final and appear in no window any more."""
        gone = [key for key, ms in self._followed.items() if key not in self._met and ms < self._old_ms]
        for key in gone:
            del self._followed[key]
        if gone:
            self._table.warn(
                f"not final when the exchange stopped listing them, so their last form stays: {join_names(gone)}."
            )

    def _read_open_rows(self, start_ns: int, end_ns: int) -> list[Sequence[Record]]:
        """The records of the open rows that belong to the table."""
        listing = self._rows.open_rows
        records: list[Sequence[Record]] = []
        if listing is None:
            return []
        for _, pages in self._pages(self._open_method, start_ns, end_ns, listing.step_ms * NS_PER_MS):
            for page in pages:
                for row in page:
                    self._follow(row)
                if listing.emitted:
                    records.append(self._changed(page))
        return records

    def _changed(self, page: Sequence[Row]) -> list[Record]:
        """The records of the rows that were not emitted in this form before."""
        changed: list[Record] = []
        again = 0
        for row, record in zip(page, self._table.to_records(page), strict=True):
            key = self._table.key_of(row)
            self._met.add(key)
            if self._rows.is_final(row):
                self._followed.pop(key, None)
            else:
                self._follow(row)
            # Hash the record: the raw row may hold personal data, which must not reach the state.
            form = KnownRow(self._rows.last_ms(row), digest(record))
            known = self._known.get(key)
            self._known[key] = form
            if known is None or known.digest != form.digest:
                changed.append(record)
                again += known is not None
                if 0 < form.last_ms < self._old_ms:
                    self._old_times.append(form.last_ms)
        if again:
            self._table.logger.debug(f"{self._table.name}: {again:,} rows come again: they have changed.")
        return changed

    def _follow(self, row: Row) -> None:
        self._met.add(self._table.key_of(row))
        if created_ms := self._rows.created_ms(row):
            self._followed[self._table.key_of(row)] = created_ms

    def _claim(self, end_ms: int, begun_ms: int) -> ChangingState:
        """The state once all windows from `begun_ms` to `end_ms` are read."""
        reread_ms = min([max(end_ms - self._rows.lookback_ms, begun_ms), *self._followed.values()])
        known = {key: row for key, row in self._known.items() if row.last_ms >= reread_ms}
        return ChangingState(end_ms, dict(self._followed), reread_ms=reread_ms, known=known)
