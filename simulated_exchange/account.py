"""The account that the simulated exchange keeps, and what can happen to it while it is being read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from operator import attrgetter
from threading import RLock
from typing import Any, Literal, Protocol, TypeVar

from simulated_exchange.resource import ACCOUNT_ID
from simulated_exchange.resources.order import Order, OrderStatus
from simulated_exchange.resources.transaction import LedgerRow
from simulated_exchange.resources.user_balance import Wallet
from simulated_exchange.resources.user_position import Position
from simulated_exchange.resources.user_trade import Fill
from simulated_exchange.timeline import HOUR_NS, Timeline

__all__ = ["ACCOUNT_ID", "Account"]

FIRST_ID = 6_142_909_920_000_000_001


class Keyed(Protocol):
    """A row of any kind that the account keeps by its key."""

    @property
    def key(self) -> str: ...


Kept = TypeVar("Kept", bound=Keyed)


@dataclass
class Account:
    """Orders, fills, ledger, wallet and positions, and rows of any other kind. Every change and read holds the lock."""

    wallet: Wallet = field(default_factory=lambda: Wallet(balances=()))
    positions: list[Position] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        self.open_orders: dict[str, Order] = {}
        self.finished_by_creation: Timeline[Order] = Timeline(attrgetter("create_time_ns"))
        self.finished_by_update: Timeline[Order] = Timeline(attrgetter("update_time_ns"))
        self.fills: Timeline[Fill] = Timeline(attrgetter("create_time_ns"))
        self.ledger: Timeline[LedgerRow] = Timeline(attrgetter("event_timestamp_ns"))
        self.opening: dict[str, Decimal] = {}
        """What a seeded account held of each currency before the first row of its ledger."""
        self._finished: dict[str, Order] = {}
        self._rows: dict[type, dict[str, Any]] = {}
        self._ids = count(FIRST_ID)

    def fill_up(
        self, orders: Iterable[Order] = (), fills: Iterable[Fill] = (), ledger: Iterable[LedgerRow] = ()
    ) -> None:
        """Takes in many rows at once."""
        with self.lock:
            finished = []
            for order in orders:
                if order.status == "ACTIVE":
                    self.open_orders[order.order_id] = order
                else:
                    self._finished[order.order_id] = order
                    finished.append(order)
            self.finished_by_creation.extend(finished)
            self.finished_by_update.extend(finished)
            self.fills.extend(fills)
            self.ledger.extend(ledger)

    def put(self, *rows: Keyed) -> None:
        """Adds rows of any other kind; a row takes the place of the one that has its key."""
        with self.lock:
            for row in rows:
                self._rows.setdefault(type(row), {})[row.key] = row

    def remove(self, row: Keyed) -> None:
        """Takes a row out. Raises KeyError where it is not there."""
        with self.lock:
            del self._rows[type(row)][row.key]

    def all(self, kind: type[Kept]) -> list[Kept]:
        """The rows of one of the other kinds, in the order in which they came."""
        with self.lock:
            return list(self._rows.get(kind, {}).values())

    def own_id(self) -> str:
        """The id that its rows carry."""
        with self.lock:
            every: tuple[Iterable[Order | Fill | LedgerRow], ...] = (
                self.fills,
                self.ledger,
                self.open_orders.values(),
                self.finished_by_creation,
            )
            return next((row.account_id for rows in every for row in rows), ACCOUNT_ID)

    def next_id(self) -> str:
        """A new 19-digit id."""
        return str(next(self._ids))

    def short_id(self) -> str:
        """A new id of seven digits, as transfers, stakes and bots have."""
        return f"9{self.next_id()[-6:]}"

    def orders(self) -> list[Order]:
        """All orders, open or finished."""
        with self.lock:
            return [*self.open_orders.values(), *self._finished.values()]

    def order(self, order_id: str) -> Order:
        """An order, open or finished. Raises KeyError."""
        with self.lock:
            return self.open_orders[order_id] if order_id in self.open_orders else self._finished[order_id]

    def place_order(self, create_ns: int, instrument_name: str = "LTC_USD", **details: Any) -> Order:
        """A new open order; `details` are attributes of Order."""
        order_id = self.next_id()
        given = {"client_oid": f"demo-{order_id[-6:]}", "update_time_ns": create_ns, **details}
        order = Order(ACCOUNT_ID, order_id, instrument_name=instrument_name, create_time_ns=create_ns, **given)
        with self.lock:
            self.open_orders[order_id] = order
        return order

    def close_order(self, order_id: str, update_ns: int, status: OrderStatus = "FILLED", **details: Any) -> Order:
        """Ends an open order, which moves it from the open orders to the history. Raises KeyError."""
        with self.lock:
            order = self.open_orders[order_id]
            if status == "FILLED" and not details:
                details = {
                    "cumulative_quantity": order.quantity,
                    "cumulative_value": order.order_value,
                    "avg_price": order.limit_price or order.avg_price,
                }
            closed = replace(order, update_time_ns=update_ns, status=status, **details)
            self._finish(closed)
            del self.open_orders[order_id]
        return closed

    def change_finished_order(self, order_id: str, update_ns: int, **details: Any) -> Order:
        """Changes an order that has ended already, as a late correction does. Raises KeyError."""
        with self.lock:
            before = self._finished[order_id]
            self.finished_by_creation.remove(before)
            self.finished_by_update.remove(before)
            after = replace(before, update_time_ns=update_ns, **details)
            self._finish(after)
        return after

    def add_fill(self, fill: Fill) -> None:
        with self.lock:
            self.fills.add(fill)

    def add_ledger_row(self, row: LedgerRow) -> None:
        with self.lock:
            self.ledger.add(row)

    def burst(
        self,
        number: int,
        at_ms: int,
        what: Literal["created", "closed", "fills", "ledger"] = "closed",
        same_ns: bool = False,
    ) -> list[str]:
        """`number` rows in one millisecond; gives their order, trade or journal ids.

        created: orders placed and filled at once. closed: orders placed over the hours before, cancelled together.
        """
        ids = []
        step = 0 if same_ns else max(1, 1_000_000 // number)
        if number > 1_000_000:
            raise ValueError("a millisecond has only a million nanoseconds")
        with self.lock:
            for index in range(number):
                at_ns = at_ms * 1_000_000 + index * step
                ids.append(self._one_of_a_burst(what, index, at_ns))
        return ids

    def _one_of_a_burst(self, what: str, index: int, at_ns: int) -> str:
        row_id = self.next_id()
        if what == "fills":
            self.fills.add(Fill(ACCOUNT_ID, row_id, row_id, "0", "", "LTC_USD", at_ns, at_ns + 250_000))
            return row_id
        if what == "ledger":
            self.ledger.add(LedgerRow(ACCOUNT_ID, row_id, "FUNDING", "LTCUSD-PERP", at_ns, realized_pnl="-0.01"))
            return row_id
        create_ns = at_ns if what == "created" else at_ns - HOUR_NS - index * 7_000_000_001
        order = self.place_order(create_ns)
        return self.close_order(order.order_id, at_ns, "FILLED" if what == "created" else "CANCELED").order_id

    def _finish(self, order: Order) -> None:
        self._finished[order.order_id] = order
        self.finished_by_creation.add(order)
        self.finished_by_update.add(order)
