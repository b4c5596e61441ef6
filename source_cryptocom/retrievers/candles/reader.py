"""How a series of candles is read: the newest ones first, then on from the one that was still forming."""

from collections.abc import Iterable, Iterator
from functools import partial
from math import ceil

from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, rfc3339
from source_cryptocom.config import Config
from source_cryptocom.retrievers.base import SeriesPages
from source_cryptocom.retrievers.candles.history import PAGE_LIMIT, CandleHistory, Duration, OtherCandles
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
        counts = (hours * MS_PER_HOUR / DURATIONS[name].shortest_ms for name in config.candlestick_timeframes)
        return sum(ceil((count if hours else config.candlestick_count) / PAGE_LIMIT) for count in counts)

    def series_of(self, instruments: Iterable[str]) -> list[str]:
        timeframes = self._table.context.config.candlestick_timeframes
        return [f"{timeframe} {name}" for name in instruments for timeframe in timeframes]

    def instrument_of(self, series: str) -> str:
        return series.split(" ", 1)[1]

    def read_series(self, series: str, cursor: CandlePosition | None) -> SeriesPages:
        timeframe, instrument = series.split(" ", 1)
        asked_ms = self._table.context.clock()
        duration = DURATIONS[timeframe]
        begin_ms = cursor.open_ms if cursor else 0
        # A cursor may come from an exchange whose clock is ahead of this machine's.
        end_ms = max(asked_ms, begin_ms) + 1
        history = CandleHistory(partial(self._page, instrument, timeframe), duration, end_ms)
        wanted = self._table.context.config.candlestick_count
        after = None
        oldest_ms = end_ms
        try:
            for page in self._pages(history, cursor):
                after = after or CandlePosition(max(begin_ms, page.first_unsettled_ms(asked_ms)))
                oldest_ms = page.opens_ms[0]
                new = page.opening_in(begin_ms, end_ms) if cursor else page.newest(wanted)
                wanted -= len(new.rows)
                yield self._table.to_records(new.rows, instrument=instrument, timeframe=timeframe)
                if oldest_ms <= begin_ms or (cursor is None and wanted <= 0):
                    break
            else:
                if cursor and not cursor.empty:
                    self._warn_of_a_gap(series, begin_ms, min(oldest_ms, asked_ms))
        except OtherCandles as error:
            raise self._table.failure(
                f"{self._table.name}: {series}: asked for the candles before {rfc3339(error.end_ms)}, the exchange "
                "sent other ones, so what lies before cannot be read; nothing of it was claimed. The next sync tries "
                "again."
            ) from None
        # One duration back lies the candle that could be forming now; the second is for clocks.
        empty_ms = max(begin_ms, self.cursor.started_ms - 2 * duration.shortest_ms)
        self.advance(series, after or CandlePosition(empty_ms, empty=True))
        return True

    def _pages(self, history: CandleHistory, cursor: CandlePosition | None) -> Iterator[CandlePage]:
        if cursor is None:
            return history.newest(self._table.context.config.candlestick_count)
        return history.only_since(cursor.open_ms) if cursor.empty else history.since(cursor.open_ms)

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
