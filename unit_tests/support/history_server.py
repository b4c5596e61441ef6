"""An account's history as the stub exchange hands it out, and what a test asks about the reading of it."""

from collections.abc import Callable, Mapping
from typing import Any

from unit_tests.support.builders import NOW_MS
from unit_tests.support.reading import Reading
from unit_tests.support.stub_exchange import Answer, Parameters, StubExchange

MS = 1_000_000
NOW = "2026-08-17T12:00:00.000Z"
YESTERDAY = "2026-08-16T12:00:00.000Z"
Row = dict[str, Any]


def ago_ns(hours: float) -> int:
    return NOW_MS * MS - round(hours * 3_600_000) * MS


def served(exchange: StubExchange, method: str, rows: list[Row], time: Callable[[Row], int]) -> None:
    """Windows as the exchange documents them: start inclusive, end exclusive, the newest rows first."""

    def page(asked: Parameters) -> Answer:
        inside = [row for row in rows if int(asked["start_time"]) <= time(row) < int(asked["end_time"])]
        return sorted(inside, key=time, reverse=True)[: int(asked["limit"])]

    exchange.serve(method, page)


def created_ns(row: Row) -> int:
    return int(row["create_time_ns"])


def windows(exchange: StubExchange, method: str) -> list[tuple[int, int]]:
    """The windows that were asked for, in ms."""
    return [(int(asked["start_time"]) // MS, int(asked["end_time"]) // MS) for asked in exchange.asked(method)]


def claims(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state without the rows that it knows."""
    return {name: value for name, value in state.items() if name not in ("known", "known_from")}


def ids(reading: Reading, column: str = "trade_id") -> list[str]:
    return [record[column] for record in reading.records]
