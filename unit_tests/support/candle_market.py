"""One-minute candles of a market, a table that reads them, and what tests ask of it."""

from typing import Any

from source_cryptocom.retrievers.candles.history import PAGE_LIMIT
from source_cryptocom.streams.market import Candlestick
from unit_tests.support.builders import NOW_MS, candle, sync
from unit_tests.support.reading import Reading
from unit_tests.support.stub_exchange import Answer, Parameters, StubExchange

MINUTE_MS = 60_000
NEWEST_MS = NOW_MS
"""The candle of the minute that has just begun."""


class Market:
    """Candles of one minute from `since_ms` to `until_ms`, the newest of the window, in the order of opening."""

    def __init__(
        self,
        exchange: StubExchange,
        since_ms: int = 0,
        until_ms: int = NEWEST_MS,
        largest_page: int = PAGE_LIMIT,
        start_counts: bool = True,
    ) -> None:
        self._start_counts = start_counts
        self.since_ms = since_ms
        self.until_ms = until_ms
        self._largest_page = largest_page
        self._exchange = exchange
        exchange.serve("public/get-candlestick", self.page)

    @property
    def asked(self) -> list[Parameters]:
        return self._exchange.asked("public/get-candlestick")

    def page(self, asked: Parameters) -> Answer:
        count = min(int(asked["count"]), self._largest_page)
        last = min(self.until_ms, (int(asked["end_ts"]) - 1) // MINUTE_MS * MINUTE_MS)
        start_ms = -(-int(asked["start_ts"]) // MINUTE_MS) * MINUTE_MS if self._start_counts else 0
        first = max(self.since_ms, start_ms, last - (count - 1) * MINUTE_MS)
        return [candle(open_ms) for open_ms in range(first, last + 1, MINUTE_MS)]


def stream(*names: str, **fields: Any) -> Candlestick:
    return Candlestick(sync(listed=names or ("BTC_USD",), **{"candlestick_timeframes": ["1m"], **fields}))


def minutes(reading: Reading) -> list[int]:
    """How many minutes before the newest candle each one opened, in the order of opening."""
    times = sorted(record["timestamp"] for record in reading.records)
    assert len(set(times)) == len(times)
    newest = (12 * 60) + 17 * 24 * 60
    return [newest - _minute_of_august(time) for time in times]


def _minute_of_august(time: str) -> int:
    assert time.startswith("2026-08-")
    assert time.endswith(":00.000Z")
    return (int(time[8:10]) * 24 + int(time[11:13])) * 60 + int(time[14:16])


def state(open_ms: int) -> dict[str, Any]:
    return {"version": 1, "cursors": {"1m": {str(open_ms): ["BTC_USD"]}}}


def positions(table: Candlestick) -> dict[str, dict[str, list[str]]]:
    """The cursors without how far back each series was read."""
    found: dict[str, dict[str, list[str]]] = {}
    for timeframe, by_cursor in table.state.get("cursors", {}).items():
        for cursor, names in by_cursor.items():
            found.setdefault(timeframe, {}).setdefault(cursor.split(" since ")[0], []).extend(names)
    return found


def ago(count: int) -> int:
    return NEWEST_MS - count * MINUTE_MS
