"""An account whose orders come up in the history later than they leave the open orders, while time goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from source_cryptocom.clock import rfc3339
from source_cryptocom.streams.history import OrderHistory
from unit_tests.support.builders import NOW_MS, order, sync
from unit_tests.support.history_server import MS
from unit_tests.support.reading import Reading, read
from unit_tests.support.stub_exchange import Answer, Parameters, StubExchange

ORDERS, OPEN = "private/get-order-history", "private/get-open-orders"
SECOND_MS = 1_000
START_MS = NOW_MS
"""The first moment of history that is asked for."""


@dataclass(frozen=True)
class TimedOrder:
    """An order that is placed at `placed_ms`, ends `open_ms` later, and is in the history `lag_ms` after that."""

    number: int
    placed_ms: int
    open_ms: int
    lag_ms: int

    @property
    def ended_ms(self) -> int:
        return self.placed_ms + self.open_ms

    def row(self, status: str) -> dict[str, Any]:
        return order(str(self.number), self.placed_ms * MS, self.ended_ms, status=status)


class LaggingAccount:
    """Serves its orders as they are at `now_ms`; each request takes a second."""

    def __init__(self, exchange: StubExchange, timed_orders: Sequence[TimedOrder], filter_by: str) -> None:
        self.now_ms = START_MS
        self.open_list_takes_ms = SECOND_MS
        self._orders = timed_orders
        self._filter_by = filter_by
        exchange.serve(OPEN, self._open)
        exchange.serve(ORDERS, self._history)

    def sync(self, state: dict[str, Any], into: Reading) -> dict[str, Any]:
        """One sync at `now_ms`; the state that it leaves."""
        table = OrderHistory(replace(sync(start_date=rfc3339(START_MS)), told_time=lambda: self.now_ms))
        read(table, state, into=into)
        return dict(table.state)

    def _open(self, asked: Parameters) -> Answer:
        self.now_ms += self.open_list_takes_ms
        return [timed.row("ACTIVE") for timed in self._orders if timed.placed_ms <= self.now_ms < timed.ended_ms]

    def _history(self, asked: Parameters) -> Answer:
        self.now_ms += SECOND_MS
        start, end = int(asked["start_time"]), int(asked["end_time"])
        shown = [timed for timed in self._orders if timed.ended_ms + timed.lag_ms <= self.now_ms]
        found = [timed for timed in shown if start <= self._time_ns(timed) < end]
        newest = sorted(found, key=self._time_ns, reverse=True)[: int(asked["limit"])]
        return [timed.row("FILLED") for timed in newest]

    def _time_ns(self, timed: TimedOrder) -> int:
        return (timed.placed_ms if self._filter_by == "create" else timed.ended_ms) * MS
