"""One instrument's trades, a table that reads them, and what tests ask of it."""

from typing import Any

import pytest

from source_cryptocom.retrievers.trades.reader import SPAN_NS
from source_cryptocom.streams.market import Trade
from unit_tests.support.builders import NOW_MS, sync, trade
from unit_tests.support.reading import Reading
from unit_tests.support.stub_exchange import Parameters, StubExchange

MS = 1_000_000
NOW_NS = NOW_MS * MS
MARGIN_NS = 180_000 * MS
SECOND_NS = 1_000 * MS


class Market:
    """One instrument's trades, as the exchange hands them out: newest first, the end exclusive."""

    def __init__(self, exchange: StubExchange, *rows: dict[str, Any], kept_since_ns: int = 0) -> None:
        self.rows = list(rows)
        self.kept_since_ns = kept_since_ns
        self._exchange = exchange
        exchange.serve("public/get-trades", self.page)

    @property
    def asked(self) -> list[Parameters]:
        return self._exchange.asked("public/get-trades")

    def page(self, asked: Parameters) -> list[Any]:
        start, end = int(asked["start_ts"]), int(asked["end_ts"])
        assert 0 < end - start <= SPAN_NS
        begin = max(start, self.kept_since_ns)
        inside = [row for row in self.rows if begin <= row["tn"] < end]
        return sorted(inside, key=lambda row: row["tn"], reverse=True)[: int(asked["count"])]


def stream(**fields: Any) -> Trade:
    return Trade(sync(**fields, listed=["BTC_USD"]))


def ids(reading: Reading) -> list[str]:
    return [record["trade_id"] for record in reading.records]


def state(*cursor: object) -> dict[str, Any]:
    return {"version": 1, "cursors": {"BTC_USD": [str(part) for part in cursor]}}


def cursor_of(table: Trade) -> list[str]:
    """Without how far back it was read."""
    cursor: list[str] = table.state["cursors"]["BTC_USD"]
    return [part for part in cursor if not part.startswith("since ")]


def trades(count: int, newest_ns: int = NOW_NS - SECOND_NS, step_ns: int = SECOND_NS) -> list[dict[str, Any]]:
    """The newest has number 0."""
    return [trade("BTC_USD", newest_ns - number * step_ns, number) for number in range(count)]


def warnings(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.levelname == "WARNING"]
