"""How an instrument's public trades are read: the newest ones first, then whatever happened since."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import ceil

from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter
from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, NS_PER_MS, now_ms, rfc3339
from source_cryptocom.config import Config
from source_cryptocom.retrievers.base import Record, SeriesPages, Table
from source_cryptocom.retrievers.paging.window_paginator import WindowPaginator
from source_cryptocom.retrievers.paging.window_requests import fetch_page, page_size_of, read_window
from source_cryptocom.retrievers.paging.windows import Window, descending_windows
from source_cryptocom.retrievers.per_instrument.partition_queue import PartitionTask
from source_cryptocom.retrievers.per_instrument.reader import PerInstrumentReader
from source_cryptocom.retrievers.trades.position import TRADE_POSITIONS, TradePosition
from source_cryptocom.retrievers.trades.split_window import split_window
from source_cryptocom.retrievers.trades.tracker import TIME, TradeTracker, trade_id_of, trade_ns_of

PAGE_LIMIT = 150
# One request spans at most seven days.
SPAN_NS = 7 * MS_PER_DAY * NS_PER_MS
# How far back the exchange surely serves trades: nobody says, but captured pages reached back 50 days.
SERVED_NS = 30 * MS_PER_DAY * NS_PER_MS


def _rest_to_share(part: Window, page: Sequence[Row], pages: int) -> list[Window]:
    """See split_window. A page that is nearly full says that there is a rest at all."""
    if len(page) < PAGE_LIMIT * 2 // 3:
        return []
    times = [trade_ns_of(row) for row in page]
    return split_window(part, min(times), max(times), pages)


class Trades(PerInstrumentReader):
    """Every public trade since the last sync; on a first one the newest `trade_count` of the last seven days."""

    cursor_format = TRADE_POSITIONS

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._page_size = page_size_of(table)

    @classmethod
    def requests_per_instrument(cls, config: Config, hours: float) -> int:
        """Trades come at no rate that is known beforehand; over all instruments a page an hour is about right."""
        if not hours and config.market_start_ms is not None:
            hours = (now_ms() - config.market_start_ms) / MS_PER_HOUR
        return ceil(hours) if hours else ceil(config.trade_count / PAGE_LIMIT)

    def is_whole(self, series: str, cursor: TradePosition) -> bool:
        return self._missing_window(cursor) is None

    def read_series(self, series: str, cursor: TradePosition | None) -> SeriesPages:
        config = self._table.context.config
        now = self._table.context.clock()
        end_ns = min(now, config.market_end_ms or now) * NS_PER_MS
        if cursor and (missing := self._missing_window(cursor)):
            cursor = yield from self._read_before(series, cursor, missing)
        if cursor is None and config.market_start_ms is not None:
            cursor = TradePosition(config.market_start_ms * NS_PER_MS, since_ns=config.market_start_ms * NS_PER_MS)
        elif cursor and self.cursor.full_refresh:
            return True
        reading = TradeTracker(cursor, end_ns)
        if cursor:
            if end_ns <= cursor.read_to_ns:
                return True
            return (yield from self._read_part(series, cursor, reading, Window(cursor.read_to_ns, end_ns)))
        window = Window(end_ns - SPAN_NS, end_ns)
        for page in self._newest(series, window, reading):
            yield self._table.to_records(reading.unseen(page, window), instrument=series)
        since_ns = reading.oldest_ns if reading.was_ended else window.start_ns
        self.advance(series, replace(reading.cursor(), since_ns=since_ns))
        return True

    def _missing_window(self, cursor: TradePosition) -> Window | None:
        """The stretch before what was read that is configured to be read now."""
        start_ms = self._table.context.config.market_start_ms
        since_ns = cursor.read_to_ns if cursor.since_ns is None else cursor.since_ns
        if start_ms is None or start_ms * NS_PER_MS >= since_ns:
            return None
        return Window(start_ms * NS_PER_MS, since_ns)

    def _read_before(
        self, series: str, cursor: TradePosition, missing: Window
    ) -> Generator[Sequence[Record], None, TradePosition]:
        """The trades of a stretch before the first that was read, the newest first."""
        reader = self._reader(series, PAGE_LIMIT)
        for window in descending_windows(missing.start_ns, missing.end_ns, SPAN_NS):
            for page in read_window(self._table, reader, window):
                rows = [row for row in page if window.holds_ns(trade_ns_of(row))]
                yield self._table.to_records(rows, instrument=series)
            self.advance(series, cursor := replace(cursor, since_ns=window.start_ns))
        return cursor

    def _read_part(self, instrument: str, cursor: TradePosition, reading: TradeTracker, part: Window) -> SeriesPages:
        """Reads back from the part's end. Where much is left, it is split and put on the queue for all workers."""
        for pages, page in enumerate(self._back_through(instrument, part, cursor.latest_ns), 1):
            rows = reading.unseen(page, part)
            rest = _rest_to_share(part, page, pages)
            if rest:
                reading.divide(page, rest)
                self._queue.put_next(
                    PartitionTask(instrument, partial(self._read_part, instrument, cursor, reading, one))
                    for one in rest
                )
            yield self._table.to_records(rows, instrument=instrument)
            if rest:
                break
        if not reading.close_part():
            return False
        if reading.skipped_something:
            raise self._table.failure(
                f"{self._table.name}: {instrument}: a page lacks trades that an earlier one has, so others may lack as "
                "well; the saved state is unchanged. The next sync tries again."
            )
        self._warn_of_a_gap(instrument, cursor, reading)
        self.advance(instrument, replace(reading.cursor(), since_ns=cursor.since_ns))
        return True

    def splits_windows(self) -> bool:
        reads_on = bool(self.cursor.series()) or self._table.context.config.market_start_ms is not None
        return not self.cursor.full_refresh and reads_on

    def _newest(self, instrument: str, window: Window, reading: TradeTracker) -> Iterator[Sequence[Row]]:
        wanted = self._table.context.config.trade_count
        reader = self._reader(instrument, min(wanted, PAGE_LIMIT))
        for page in read_window(self._table, reader, window):
            newest_first = sorted(page, key=trade_ns_of, reverse=True)[:wanted]
            yield newest_first
            wanted -= len(newest_first)
            if wanted <= 0:
                reading.start_at(trade_ns_of(newest_first[-1]))
                return

    def _back_through(self, instrument: str, part: Window, latest_ns: int) -> Iterator[Sequence[Row]]:
        reader = self._reader(instrument, PAGE_LIMIT)
        for window in descending_windows(part.start_ns, part.end_ns, SPAN_NS):
            # A trade that is known lies where the last sync has been: what is newer came with it.
            yield from read_window(self._table, reader, window, read_to_ns=latest_ns + 1)

    def _reader(self, instrument: str, page_limit: int) -> WindowPaginator:
        fetch = partial(self._page, instrument)
        return WindowPaginator(fetch, trade_id_of, (TIME,), page_limit, page_size=self._page_size)

    def _page(self, instrument: str, window: Window, limit: int) -> Sequence[Row]:
        parameters: dict[str, Parameter] = {
            "instrument_name": instrument,
            "count": limit,
            "start_ts": str(window.start_ns),
            "end_ts": str(window.end_ns),
        }
        return fetch_page(self, parameters, self._page_size, limit, limit > PAGE_LIMIT)

    def _warn_of_a_gap(self, instrument: str, cursor: TradePosition, reading: TradeTracker) -> None:
        """Says so where the exchange's own history does not reach back to `cursor`.

        It does where a trade of the last sync came again. It does not where one lay in the stretch that was to be
        read and did not come. Where none lay there, the instrument was quiet, and nothing in the stretch can tell: a
        stretch of SERVED_NS is taken to be served, and so is a longer one while the exchange still knows the latest
        trade from before it.
        """
        if reading.met_a_known_one:
            return
        lost = cursor.read_to_ns <= cursor.latest_ns < reading.end_ns
        if not lost and (reading.end_ns - cursor.read_to_ns <= SERVED_NS or self._knows(instrument, cursor.latest_ns)):
            return
        begins, ends = (rfc3339(ns // NS_PER_MS) for ns in (cursor.read_to_ns, reading.oldest_ns or reading.end_ns))
        self._table.warn(
            f"{instrument} {'has' if lost else 'may have'} a gap from {begins} to {ends}: the exchange's own history "
            "of trades ends there."
        )

    def _knows(self, instrument: str, trade_ns: int) -> bool:
        """Whether the exchange still serves a trade of this nanosecond; 0 is none."""
        return trade_ns > 0 and bool(self._page(instrument, Window(trade_ns, trade_ns + 1), PAGE_LIMIT))
