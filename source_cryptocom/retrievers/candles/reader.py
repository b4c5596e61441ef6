"""How a series of candles is read: the newest ones first, then on from the one that was still forming."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import ceil

from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, OPENED_MS, now_ms, rfc3339
from source_cryptocom.config import Config
from source_cryptocom.retrievers.base import Record, SeriesPages
from source_cryptocom.retrievers.candles.history import (
    NOT_YET_THERE,
    PAGE_LIMIT,
    CandleHistory,
    Duration,
    OtherCandles,
)
from source_cryptocom.retrievers.candles.page import CandlePage, candle_page
from source_cryptocom.retrievers.candles.position import CANDLE_POSITIONS, CandlePosition
from source_cryptocom.retrievers.per_instrument.reader import PerInstrumentReader


def _always(duration_ms: int) -> Duration:
    return Duration(duration_ms, duration_ms)


DURATIONS = {
    "1m": _always(MS_PER_MINUTE),
    "5m": _always(5 * MS_PER_MINUTE),
    "15m": _always(15 * MS_PER_MINUTE),
    "30m": _always(30 * MS_PER_MINUTE),
    "1h": _always(MS_PER_HOUR),
    "2h": _always(2 * MS_PER_HOUR),
    "4h": _always(4 * MS_PER_HOUR),
    "6h": _always(6 * MS_PER_HOUR),
    "12h": _always(12 * MS_PER_HOUR),
    "1D": _always(MS_PER_DAY),
    "7D": _always(7 * MS_PER_DAY),
    "14D": _always(14 * MS_PER_DAY),
    "1M": Duration(28 * MS_PER_DAY, 31 * MS_PER_DAY),
}


class Candles(PerInstrumentReader):
    """Every candle since the last sync, the last ones again that may not have been final; at first `candlestick_count`.

    A series is `1m BTC_USD`.
    """

    unit = "series"
    cursor_format = CANDLE_POSITIONS

    @classmethod
    def requests_per_instrument(cls, config: Config, hours: float) -> int:
        lengths = [DURATIONS[name].shortest_ms for name in config.candlestick_timeframes]
        if hours:
            counts = [hours * MS_PER_HOUR / length for length in lengths]
        elif config.market_start_ms:
            counts = [(now_ms() - config.market_start_ms) / length for length in lengths]
        else:
            counts = [float(config.candlestick_count)] * len(lengths)
        return sum(ceil(count / PAGE_LIMIT) for count in counts)

    def series_of(self, instruments: Iterable[str]) -> list[str]:
        timeframes = self._table.context.config.candlestick_timeframes
        return [f"{timeframe} {name}" for name in instruments for timeframe in timeframes]

    def instrument_of(self, series: str) -> str:
        return series.split(" ", 1)[1]

    def is_whole(self, series: str, cursor: CandlePosition) -> bool:
        return self._missing_from(series, cursor) is None

    def read_series(self, series: str, cursor: CandlePosition | None) -> SeriesPages:
        asked_ms = self._table.context.clock()
        try:
            if cursor is None:
                yield from self._read_at_first(series, asked_ms)
            elif not self.cursor.full_refresh:
                yield from self._read_on(series, cursor, asked_ms)
            if cursor:
                yield from self._read_before(series, cursor)
        except OtherCandles as error:
            raise self._table.failure(
                f"{self._table.name}: {series}: asked for the candles before {rfc3339(error.end_ms)}, the exchange "
                "sent other ones, so older ones cannot be read, and no state covers them. The next sync tries again."
            ) from None
        return True

    def _read_at_first(self, series: str, asked_ms: int) -> Iterator[Sequence[Record]]:
        """The newest candles: so many, or those since market_start_date. Each page is claimed as it goes out."""
        config = self._table.context.config
        end_ms = min(asked_ms + 1, config.market_end_ms or asked_ms + 1)
        begin_ms, wanted = config.market_start_ms or 0, config.candlestick_count
        history = self._history(series, end_ms)
        after = None
        for page in history.only_since(begin_ms) if begin_ms else history.newest(wanted):
            after = after or CandlePosition(page.first_unsettled_ms(asked_ms))
            new = page.opening_in(begin_ms, end_ms) if begin_ms else page.newest(wanted)
            wanted -= len(new.rows)
            yield self._records(series, new)
            if new.rows:
                self.advance(series, replace(after, since_ms=new.opens_ms[0]))
            if not begin_ms and wanted <= 0:
                return
        # The exchange has no older ones.
        self.advance(series, replace(after or self._empty(series, 0), since_ms=begin_ms))

    def _read_on(self, series: str, cursor: CandlePosition, asked_ms: int) -> Iterator[Sequence[Record]]:
        """The candles since the last sync."""
        begin_ms = cursor.open_ms
        # A cursor may come from an exchange whose clock is ahead of this machine's.
        end_ms = max(asked_ms, begin_ms) + 1
        end_ms = min(end_ms, self._table.context.config.market_end_ms or end_ms)
        if end_ms <= begin_ms:
            return
        history = self._history(series, end_ms)
        after, oldest_ms = None, end_ms
        for page in history.only_since(begin_ms) if cursor.empty else history.since(begin_ms):
            after = after or CandlePosition(max(begin_ms, page.first_unsettled_ms(asked_ms)))
            oldest_ms = page.opens_ms[0]
            yield self._records(series, page.opening_in(begin_ms, end_ms))
            if oldest_ms <= begin_ms:
                break
        else:
            if not cursor.empty:
                self._warn_of_a_gap(series, begin_ms, min(oldest_ms, asked_ms))
        self.advance(series, replace(after or self._empty(series, begin_ms), since_ms=cursor.since_ms))

    def _read_before(self, series: str, cursor: CandlePosition) -> Iterator[Sequence[Record]]:
        """What earlier syncs did not read although it is configured now, or were broken off before."""
        begin_ms = self._missing_from(series, cursor)
        if begin_ms is None:
            return
        end_ms = cursor.open_ms if cursor.since_ms is None else cursor.since_ms
        for page in self._history(series, end_ms).only_since(begin_ms):
            new = page.opening_in(begin_ms, end_ms)
            yield self._records(series, new)
            if new.rows:
                self.advance(series, replace(self._reached(series, cursor), since_ms=new.opens_ms[0]))
        self.advance(series, replace(self._reached(series, cursor), since_ms=begin_ms))

    def _reached(self, series: str, cursor: CandlePosition) -> CandlePosition:
        reached = self.cursor.of(series)
        return reached if isinstance(reached, CandlePosition) else cursor

    def _missing_from(self, series: str, cursor: CandlePosition) -> int | None:
        """From when on there are candles before the cursor's that are to be read; None where there are none."""
        config = self._table.context.config
        if config.market_start_ms is not None:
            since_ms = cursor.open_ms if cursor.since_ms is None else cursor.since_ms
            return config.market_start_ms if config.market_start_ms < since_ms else None
        if cursor.since_ms is None:
            return None
        longest_ms = DURATIONS[series.split(" ", 1)[0]].longest_ms
        begin_ms = max(OPENED_MS, self.cursor.started_ms - config.candlestick_count * longest_ms)
        # The newest candle may not have been published yet.
        return begin_ms if begin_ms + (NOT_YET_THERE + 1) * longest_ms < cursor.since_ms else None

    def _history(self, series: str, end_ms: int) -> CandleHistory:
        timeframe, instrument = series.split(" ", 1)
        return CandleHistory(partial(self._page, instrument, timeframe), DURATIONS[timeframe], end_ms)

    def _records(self, series: str, page: CandlePage) -> Sequence[Record]:
        timeframe, instrument = series.split(" ", 1)
        return self._table.to_records(page.rows, instrument=instrument, timeframe=timeframe)

    def _empty(self, series: str, begin_ms: int) -> CandlePosition:
        """One duration back lies the candle that could be forming now; the second is for clocks."""
        shortest_ms = DURATIONS[series.split(" ", 1)[0]].shortest_ms
        return CandlePosition(max(begin_ms, self.cursor.started_ms - 2 * shortest_ms), empty=True)

    def _page(self, instrument: str, timeframe: str, start_ms: int, end_ms: int, count: int) -> CandlePage:
        """Raises a system error for a candle without a time."""
        rows = self.fetch(
            instrument_name=instrument, timeframe=timeframe, count=count, start_ts=str(start_ms), end_ts=str(end_ms)
        ).rows
        try:
            return candle_page(rows)
        except (KeyError, TypeError, ValueError):
            raise self._table.unreadable("a candle has no time") from None

    def _warn_of_a_gap(self, series: str, begin_ms: int, oldest_ms: int) -> None:
        self._table.warn(
            f"{series} has a gap from {rfc3339(begin_ms)} to {rfc3339(oldest_ms)}: the exchange's own history of "
            "candles begins there."
        )
