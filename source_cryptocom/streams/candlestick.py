"""Candles: the newest ones first, then on from the one that was still forming."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.rate_limits import PUBLIC
from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, rfc3339
from source_cryptocom.concurrency.partition_queue import Records
from source_cryptocom.retrievers.candle_page import CandlePage, candle_page
from source_cryptocom.state.candle_cursor import CandleCursor, parse_candle_cursor
from source_cryptocom.streams.ongoing import OngoingStream

PAGE_LIMIT = 300

# The shortest a candle can be: a month has at least 28 days, so a page is rather asked too large than too small.
DURATIONS_MS = {
    "1m": MS_PER_MINUTE,
    "5m": 5 * MS_PER_MINUTE,
    "15m": 15 * MS_PER_MINUTE,
    "30m": 30 * MS_PER_MINUTE,
    "1h": MS_PER_HOUR,
    "2h": 2 * MS_PER_HOUR,
    "4h": 4 * MS_PER_HOUR,
    "6h": 6 * MS_PER_HOUR,
    "12h": 12 * MS_PER_HOUR,
    "1D": MS_PER_DAY,
    "7D": 7 * MS_PER_DAY,
    "14D": 14 * MS_PER_DAY,
    "1M": 28 * MS_PER_DAY,
}


class Candlestick(OngoingStream):
    """Every candle since the last sync, the last ones again that may not have been final; at first `candlestick_count`.

    A series is `1m BTC_USD`.
    """

    method = "public/get-candlestick"
    rate_limit = PUBLIC
    primary_key = ["instrument", "timeframe", "timestamp"]  # noqa: RUF012
    columns = {  # noqa: RUF012
        "t": "timestamp",
        "o": "open",
        "h": "high",
        "l": "low",
        "c": "close",
        "v": "volume",
    }
    unit = "series"

    def series(self, instruments: Iterable[str]) -> list[str]:
        return [
            f"{timeframe} {name}" for name in instruments for timeframe in self._context.config.candlestick_timeframes
        ]

    def instrument_of(self, series: str) -> str:
        return series.split(" ", 1)[1]

    def read_series(self, series: str, cursor: CandleCursor | None) -> Records:
        timeframe, instrument = series.split(" ", 1)
        asked_ms = self._context.clock()
        duration_ms = DURATIONS_MS[timeframe]
        begin_ms = cursor.open_ms if cursor else 0
        wanted = max(asked_ms - begin_ms, 0) // duration_ms + 2 if cursor else self._context.config.candlestick_count
        oldest_ms = asked_ms + 1
        after = None
        while wanted > 0:
            page = self._page(instrument, timeframe, min(wanted, PAGE_LIMIT), oldest_ms)
            earlier = page.opening_in(0, oldest_ms)
            if not earlier.opens_ms:
                if page.opens_ms and page.opens_ms[-1] > oldest_ms:
                    raise self._repeated(series, oldest_ms)
                if cursor and begin_ms < oldest_ms and not cursor.empty:
                    self._warn_of_a_gap(series, begin_ms, min(oldest_ms, asked_ms))
                if after is None and begin_ms < oldest_ms:
                    # One duration back lies the candle that could be forming now; the second is for clocks.
                    after = CandleCursor(self._started_ms - 2 * duration_ms, empty=True)
                break
            if after is None:
                after = CandleCursor(max(begin_ms, earlier.first_unsettled_ms(asked_ms)))
            fresh = page.opening_in(begin_ms, oldest_ms)
            oldest_ms = earlier.opens_ms[0]
            yield from self.to_records(fresh.rows, instrument=instrument, timeframe=timeframe)
            if cursor is None:
                wanted -= len(earlier.rows)
            elif oldest_ms <= begin_ms:
                break
            else:
                wanted = PAGE_LIMIT
        if after:
            self.moved(series, after)
        return True

    def _page(self, instrument: str, timeframe: str, count: int, end_ms: int) -> CandlePage:
        """Up to `count` candles that open before `end_ms`. Raises a system error for a candle without a time."""
        rows = self.rows(
            {"instrument_name": instrument, "timeframe": timeframe, "count": str(count), "end_ts": str(end_ms)}
        )
        try:
            return candle_page(rows)
        except (KeyError, TypeError, ValueError):
            raise self.unreadable("a candle has no time") from None

    def _repeated(self, series: str, oldest_ms: int) -> AirbyteTracedException:
        return self.failure(
            f"{self.name}: {series}: asked for the candles before {rfc3339(oldest_ms)}, {self.method} sent later ones "
            "again, so what lies before cannot be read; nothing of it was claimed. The next sync tries again."
        )

    def _warn_of_a_gap(self, series: str, begin_ms: int, oldest_ms: int) -> None:
        self.logger.warning(
            f"{self.name}: {series} has a gap from {rfc3339(begin_ms)} to {rfc3339(oldest_ms)}: "
            "the exchange's own history of candles begins there."
        )

    def pack(self, cursors: Mapping[str, Any]) -> dict[str, Any]:
        """By timeframe and cursor: most series stand at the same candle, so its time is written once."""
        packed: dict[str, dict[str, list[str]]] = {}
        for series, cursor in list(cursors.items()):
            timeframe, instrument = series.split(" ", 1)
            packed.setdefault(timeframe, {}).setdefault(cursor.as_state(), []).append(instrument)
        return packed

    def unpack(self, cursors: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for timeframe, by_cursor in cursors.items():
            if not isinstance(by_cursor, Mapping) or not all(isinstance(names, list) for names in by_cursor.values()):
                yield timeframe, None  # whose cursors they were cannot be told
                continue
            for cursor, instruments in by_cursor.items():
                for instrument in instruments:
                    yield f"{timeframe} {instrument}", cursor

    def parse(self, state: Any) -> CandleCursor:
        return parse_candle_cursor(state)
