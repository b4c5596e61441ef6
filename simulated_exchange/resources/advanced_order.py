"""Advanced orders: triggers and the legs of order lists. One that fires places an ordinary order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.paging import TRADING, filtered, page
from simulated_exchange.resource import ACCOUNT_ID, Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.order import Order, filled_order
from simulated_exchange.timeline import DAY_NS, HOUR_NS, Timeline, date_of
from simulated_exchange.wire import ISOLATION, result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

OPEN_STATUSES = ("NEW", "PENDING", "ACTIVE")
FIRST_ID = 73_817_490_100_000_000


@dataclass(frozen=True, slots=True)
class AdvancedOrder:
    """A trigger, or a leg of a list; times in ns. `order_id` has 17 digits, that of the child order 19.

    Legs of one list share `list_id`. Should two share `order_id` as well, they are still two rows.
    """

    order_id: str
    instrument_name: str
    create_time_ns: int
    update_time_ns: int
    order_type: str = "STOP_LOSS"
    side: str = "SELL"
    quantity: str = "2.000"
    limit_price: str | None = None
    ref_price: str | None = "41.000"
    ref_price_type: str | None = "MARK_PRICE"
    status: str = "PENDING"
    avg_price: str = "0"
    cumulative_quantity: str = "0"
    cumulative_value: str = "0"
    cumulative_fee: str = "0"
    fee_instrument_name: str = "USD"
    list_id: str | None = None
    leg_id: str | None = None
    contingency_type: str | None = None
    exchange_order_id: str | None = None
    attach_order_id: str | None = None
    attach_isolation_id: str | None = None
    reason: int | None = None
    isolation_id: str | None = None

    account_id = update_user_id = ACCOUNT_ID
    time_in_force = "GOOD_TILL_CANCEL"
    exec_inst: tuple[str, ...] = ()
    maker_fee_rate = "0.0025"
    taker_fee_rate = "0.005"
    isolation_type = None

    @property
    def key(self) -> str:
        return f"{self.order_id} {self.leg_id}"

    @property
    def client_oid(self) -> str:
        return f"demo-{self.order_id[-6:]}"

    @property
    def create_time(self) -> int:
        return self.create_time_ns // 1_000_000

    @property
    def update_time(self) -> int:
        return self.update_time_ns // 1_000_000

    @property
    def order_date(self) -> str:
        return date_of(self.create_time_ns)

    @property
    def order_value(self) -> str | None:
        return None if self.limit_price is None else format(Decimal(self.quantity) * Decimal(self.limit_price), "f")

    @property
    def is_trigger(self) -> bool:
        return self.order_type.startswith(("STOP", "TAKE"))


ADVANCED_ORDER = shape(
    {
        "account_id": "text",
        "order_id": "text",
        "client_oid": "text?",
        "order_type": "text",
        "time_in_force": "text",
        "side": "text",
        "exec_inst": "json",
        "quantity": "decimal",
        "limit_price": "decimal?",
        "order_value": "decimal?",
        "maker_fee_rate": "decimal?",
        "taker_fee_rate": "decimal?",
        "avg_price": "decimal",
        "cumulative_quantity": "decimal",
        "cumulative_value": "decimal",
        "cumulative_fee": "decimal",
        "status": "text",
        "update_user_id": "text",
        "order_date": "text",
        "instrument_name": "text",
        "fee_instrument_name": "text",
        "create_time": "time",
        "create_time_ns": "ns",
        "update_time": "time",
        "reason": "code?",
        "ref_price": "decimal?",
        "ref_price_type": "text?",
        "list_id": "code?",
        "contingency_type": "text?",
        "leg_id": "code?",
        "exchange_order_id": "text?",
        "attach_order_id": "text?",
        "attach_isolation_id": "text?",
        **ISOLATION,
    }
)


def shown(order: AdvancedOrder, behaviour: Behaviour) -> AdvancedOrder:
    """A leg that fired and was filled is listed as CANCELED, unless the behaviour says otherwise."""
    hides = order.status == "FILLED" and order.list_id is not None and order.is_trigger
    return replace(order, status="CANCELED") if hides and behaviour.filled_legs == "canceled" else order


def open_orders(asked: Asked) -> bytes:
    rows = [row for row in asked.account.all(AdvancedOrder) if row.status in OPEN_STATUSES]
    return result_of(rows_json(filtered(asked, rows, "instrument_name"), ADVANCED_ORDER, asked.behaviour))


def order_history(asked: Asked) -> bytes:
    ended = [row for row in asked.account.all(AdvancedOrder) if row.status not in OPEN_STATUSES]
    by = "create_time_ns" if asked.behaviour.order_time_filter == "create" else "update_time_ns"
    found = page(asked, Timeline(attrgetter(by), ended), "update_time_ns", ("instrument_name",))
    return result_of(rows_json([shown(row, asked.behaviour) for row in found], ADVANCED_ORDER, asked.behaviour))


def open_records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    rows = [row for row in account.all(AdvancedOrder) if row.status in OPEN_STATUSES]
    return [(row.create_time_ns, record_of(row, ADVANCED_ORDER)) for row in rows]


def ended_records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    """An order's time is the one that the behaviour's `order_time_filter` names."""
    by_creation = behaviour.order_time_filter == "create"
    return [
        (row.create_time_ns if by_creation else row.update_time_ns, record_of(shown(row, behaviour), ADVANCED_ORDER))
        for row in account.all(AdvancedOrder)
        if row.status not in OPEN_STATUSES
    ]


def place(account: Account, at_ns: int, instrument_name: str = "LTC_USD", **details: Any) -> AdvancedOrder:
    """A new advanced order, open; `details` are attributes of AdvancedOrder."""
    order_id = details.pop("order_id", str(FIRST_ID + int(account.next_id()[-8:])))
    order = AdvancedOrder(order_id, instrument_name, at_ns, at_ns, **details)
    account.put(order)
    return order


def place_pair(
    account: Account, at_ns: int, twin_ids: bool = False, **details: Any
) -> tuple[AdvancedOrder, AdvancedOrder]:
    """An OCO list: a stop and a take-profit, of which one cancels the other. `twin_ids`: both under one order id."""
    list_id = account.next_id()
    given = {"list_id": list_id, "contingency_type": "OCO", **details}
    stop = place(account, at_ns, leg_id="1", **given)
    same = {"order_id": stop.order_id} if twin_ids else {}
    profit = place(account, at_ns, leg_id="2", **given, **same, order_type="TAKE_PROFIT", ref_price="47.000")
    return stop, profit


def fire(account: Account, order: AdvancedOrder, at_ns: int) -> Order:
    """It places an ordinary order, which is filled at once; gives that one."""
    child = filled_order(account, at_ns, order.instrument_name, order.side, Decimal(order.quantity), child=True)
    account.put(
        replace(
            order,
            status="FILLED",
            update_time_ns=child.update_time_ns,
            exchange_order_id=child.order_id,
            avg_price=child.avg_price,
            cumulative_quantity=child.cumulative_quantity,
            cumulative_value=child.cumulative_value,
            cumulative_fee=child.cumulative_fee,
            fee_instrument_name=child.fee_instrument_name,
        )
    )
    return child


def cancel(account: Account, order: AdvancedOrder, at_ns: int, status: str = "CANCELED") -> None:
    """It ends without having fired."""
    account.put(replace(order, status=status, update_time_ns=at_ns, exchange_order_id="0", reason=43003))


def seed(account: Account, seeding: Seeding) -> None:
    """Of every kind some; one waited for as long as the account's days allow before it fired."""
    if not seeding.with_fills:
        return
    dice, span_ns = seeding.dice("advanced_order"), seeding.end_ns - seeding.start_ns
    later_ns = min(span_ns // 4, 6 * HOUR_NS)
    waiting = place(account, seeding.start_ns + min(span_ns // 10, DAY_NS), quantity="1.500")
    fire(account, waiting, seeding.end_ns - later_ns)
    for moment_ns in seeding.moments(dice, 0.2, 2):
        at_ns = min(moment_ns, seeding.end_ns - later_ns)
        quantity = f"0.{dice.randrange(100, 900)}"
        stop, profit = place_pair(account, at_ns, quantity=quantity)
        fire(account, profit, at_ns + later_ns // 2)
        cancel(account, stop, at_ns + later_ns // 2 + 1_000_000)
    _entry_with_exits(account, seeding.start_ns + span_ns // 2, later_ns // 2)
    attached = filled_order(account, seeding.start_ns + span_ns // 3, "ETH_USD", "SELL", Decimal("0.0500"))
    ended = place(
        account,
        attached.create_time_ns,
        "ETH_USD",
        quantity="0.0500",
        order_type="STOP_LIMIT",
        limit_price="1690.00",
        ref_price="1700.00",
        contingency_type="SPOT_ATTACH",
        attach_order_id=attached.order_id,
    )
    cancel(account, ended, attached.create_time_ns + later_ns // 3, "EXPIRED")
    fire(account, place(account, seeding.end_ns - later_ns, quantity="0.320"), seeding.end_ns - later_ns // 2)
    place(account, seeding.end_ns - later_ns, order_type="TAKE_PROFIT_LIMIT", limit_price="48.000", ref_price="47.500")
    place_pair(account, seeding.end_ns - later_ns // 2, quantity="0.750")


def _entry_with_exits(account: Account, at_ns: int, later_ns: int) -> None:
    """An OTOCO list: its entry was filled, its stop fired, its take-profit was cancelled."""
    given: dict[str, Any] = {"list_id": account.next_id(), "contingency_type": "OTOCO", "quantity": "0.640"}
    entry = place(
        account,
        at_ns,
        **given,
        leg_id="1",
        order_type="LIMIT",
        side="SELL",
        limit_price="44.079",
        ref_price=None,
        ref_price_type=None,
        status="ACTIVE",
    )
    stop = place(account, at_ns, **given, leg_id="2", side="BUY", ref_price="47.000")
    profit = place(account, at_ns, **given, leg_id="3", side="BUY", order_type="TAKE_PROFIT", ref_price="41.000")
    fire(account, entry, at_ns + later_ns // 4)
    fire(account, stop, at_ns + later_ns // 2)
    cancel(account, profit, at_ns + later_ns // 2 + 1_000_000)


RESOURCE = Resource(
    methods={
        "private/advanced/get-open-orders": Method(
            open_orders, key="order_id", time="create_time", parameters={"instrument_name": "text"}
        ),
        "private/advanced/get-order-history": Method(
            order_history,
            key="order_id",
            time="update_time",
            parameters={"instrument_name": "text", "limit": "number", **TRADING.parameters},
        ),
    },
    tables={
        "advanced_open_order": Table(("order_id",), open_records),
        "advanced_order_history": Table(("order_id",), ended_records),
    },
    seed=seed,
)
