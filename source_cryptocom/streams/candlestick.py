"""Candles: the newest ones first, then on from the one that was still forming."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from source_cryptocom.checkpoint import UnusableState
from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, rfc3339
from source_cryptocom.envelope import Row
from source_cryptocom.streams.per_instrument import PerInstrumentStream

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
    "12h": 12 * MS_PER_HOUR,
    "1D": MS_PER_DAY,
    "7D": 7 * MS_PER_DAY,
    "14D": 14 * MS_PER_DAY,
    "1M": 28 * MS_PER_DAY,
}


class Candlestick(PerInstrumentStream):
    """Every candle since the last sync, the last one again as it may have been forming; at first `candlestick_count`.

    A series is `1m BTC_USD`; its cursor the open time in ms of the newest candle that was emitted.
    """

    method = "public/get-candlestick"
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
        return [f"{timeframe} {name}" for name in instruments for timeframe in self._sync.config.candlestick_timeframes]

    def read_series(self, series: str, cursor: int | None) -> Iterator[dict[str, Any]]:
        timeframe, instrument = series.split(" ", 1)
        now = self._sync.clock()
        wanted = self._sync.config.candlestick_count
        if cursor is not None:
            wanted = max(now - cursor, 0) // DURATIONS_MS[timeframe] + 2
        oldest_ms, newest_ms = now + 1, cursor or 0
        while wanted > 0:
            page = self._page(instrument, timeframe, min(wanted, PAGE_LIMIT), oldest_ms)
            earlier = [row for row in page if _open_ms(row) < oldest_ms]
            if not earlier:
                if cursor is not None and cursor < oldest_ms:
                    self._warn_of_a_gap(series, cursor, oldest_ms)
                break
            oldest_ms = _open_ms(earlier[0])
            newest_ms = max(newest_ms, _open_ms(earlier[-1]))
            fresh = [row for row in earlier if cursor is None or _open_ms(row) >= cursor]
            yield from self.to_records(fresh, instrument=instrument, timeframe=timeframe)
            if cursor is None:
                wanted -= len(earlier)
            elif oldest_ms <= cursor:
                break
            else:
                wanted = PAGE_LIMIT
        if newest_ms:
            self.moved(series, newest_ms)

    def _page(self, instrument: str, timeframe: str, count: int, end_ms: int) -> list[Row]:
        """Up to `count` candles that open before `end_ms`, oldest first."""
        rows = self.rows(
            {"instrument_name": instrument, "timeframe": timeframe, "count": str(count), "end_ts": str(end_ms)}
        )
        try:
            return sorted(rows, key=_open_ms)
        except (KeyError, TypeError, ValueError):
            raise self.unreadable("a candle has no time") from None

    def _warn_of_a_gap(self, series: str, cursor: int, oldest_ms: int) -> None:
        self.logger.warning(
            f"{self.name}: {series} has a gap from {rfc3339(cursor)} to {rfc3339(oldest_ms)}: "
            "the exchange's own history of candles begins there."
        )

    def pack(self, cursors: Mapping[str, Any]) -> dict[str, Any]:
        """By timeframe and open time: most series stand at the same candle, so its time is written once."""
        packed: dict[str, dict[str, list[str]]] = {}
        for series, open_ms in list(cursors.items()):
            timeframe, instrument = series.split(" ", 1)
            packed.setdefault(timeframe, {}).setdefault(str(open_ms), []).append(instrument)
        return packed

    def unpack(self, cursors: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return {
                f"{timeframe} {instrument}": int(open_ms)
                for timeframe, by_time in cursors.items()
                for open_ms, instruments in by_time.items()
                for instrument in instruments
            }
        except (AttributeError, TypeError, ValueError):
            raise UnusableState("a candle cursor cannot be read") from None

    def read_to_ms(self, cursor: int) -> int:
        return cursor


def _open_ms(row: Row) -> int:
    return int(row["t"])
