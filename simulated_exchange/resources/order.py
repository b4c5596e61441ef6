"""Orders: open ones in a list of their own, those that have ended in the history."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from simulated_exchange.answers import Refusal
from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.limits import HISTORY, ORDER_DETAIL
from simulated_exchange.market_prices import price_at
from simulated_exchange.paging import TRADING, filtered, page
from simulated_exchange.resource import ACCOUNT_ID, Asked, Method, Resource, Seeding, Table
from simulated_exchange.timeline import DAY_NS, HOUR_NS, date_of
from simulated_exchange.wire import ISOLATION, result_of, row_json, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

OrderStatus = Literal["ACTIVE", "FILLED", "CANCELED", "EXPIRED", "REJECTED"]

ISOLATED = "ISOLATED_MARGIN"
FEE_RATE = Decimal("0.0025")
FEE_STEP = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class Order:
    """An order, open (ACTIVE) or finished. Attributes are named as on the wire, times kept in nanoseconds.

    `update_time_ns` is known to the exchange but not shown in rows.
    """

    account_id: str
    order_id: str
    client_oid: str
    instrument_name: str
    create_time_ns: int
    update_time_ns: int
    order_type: str = "LIMIT"
    time_in_force: str = "GOOD_TILL_CANCEL"
    side: str = "BUY"
    exec_inst: tuple[str, ...] = ()
    quantity: str = "2.000"
    limit_price: str | None = "88.50"
    order_value: str = "177"
    avg_price: str = "0"
    trigger_price: str = "0"
    ref_price: str = "0"
    ref_price_type: str = "NULL_VAL"
    cumulative_quantity: str = "0"
    cumulative_value: str = "0"
    cumulative_fee: str = "0"
    status: OrderStatus = "ACTIVE"
    fee_instrument_name: str = "USD"
    maker_fee_rate: str = "0.0025"
    taker_fee_rate: str = "0.005"
    reason: int | None = None
    isolation_id: str | None = None
    list_id: int | None = None
    contingency_type: str | None = None
    child: bool = False
    """An advanced order that fired placed it. Not on the wire."""

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
    def update_user_id(self) -> str:
        return self.account_id

    @property
    def isolation_type(self) -> str | None:
        return None if self.isolation_id is None else ISOLATED


OPEN = shape(
    {
        "account_id": "text",
        "order_id": "text",
        "client_oid": "text",
        "order_type": "text",
        "time_in_force": "text",
        "side": "text",
        "exec_inst": "json",
        "quantity": "decimal",
        "limit_price": "decimal?",
        "order_value": "decimal",
        "avg_price": "decimal",
        "trigger_price": "decimal",
        "ref_price": "decimal",
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
        "list_id": "code?",
        "contingency_type": "text?",
        **ISOLATION,
    }
)
FINISHED = OPEN + shape({"maker_fee_rate": "decimal", "taker_fee_rate": "decimal", "ref_price_type": "text"})


def open_orders(asked: Asked) -> bytes:
    return result_of(
        rows_json(filtered(asked, asked.account.open_orders.values(), "instrument_name"), OPEN, asked.behaviour)
    )


def order_history(asked: Asked) -> bytes:
    by_creation = asked.behaviour.order_time_filter == "create"
    rows = asked.account.finished_by_creation if by_creation else asked.account.finished_by_update
    lag_ns = int(asked.behaviour.child_lag_seconds * 1_000_000_000)
    shown = (lambda order: not order.child or order.update_time_ns <= asked.now_ns - lag_ns) if lag_ns else None
    return result_of(rows_json(page(asked, rows, "update_time_ns", shown=shown), FINISHED, asked.behaviour))


def order_detail(asked: Asked) -> bytes:
    """One order, open or ended, also where no list shows it. Raises Refusal for an id that the account never had."""
    try:
        order = asked.account.order(str(asked.params["order_id"]))
    except KeyError:
        raise Refusal(40401) from None
    return row_json(order, FINISHED, asked.behaviour).encode()


def open_records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(order.create_time_ns, record_of(order, OPEN)) for order in account.open_orders.values()]


def finished_records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    """An order's time is the one that the behaviour's `order_time_filter` names."""
    by_creation = behaviour.order_time_filter == "create"
    return [
        (order.create_time_ns if by_creation else order.update_time_ns, record_of(order, FINISHED))
        for order in account.finished_by_update
    ]


QUANTITY_DECIMALS = {
    "BTC_USD": 5,
    "ETH_USD": 4,
    "CRO_USD": 1,
    "SOL_USD": 3,
    "LTC_USD": 3,
    "BTCUSD-PERP": 4,
    "ETHUSD-PERP": 3,
}
"""What a seeded account trades. All of it is in the captured market, whose prices it has."""
TRADED = tuple(QUANTITY_DECIMALS)
SOLD_OUT = ("SOL", "LTC")
"""Coins of which a seeded account ends with nothing, or dust."""
ISOLATION_ID = "88014207"
FIRST_ORDERS: tuple[tuple[str, str | None], ...] = (
    ("ETHUSD-PERP", None),
    ("ETHUSD-PERP", ISOLATION_ID),
    ("BTCUSD-PERP", None),
)
"""Filled in every account that has any fills: (instrument, isolation id), so that it has positions of either kind."""
ENDINGS: tuple[OrderStatus, ...] = ("FILLED",) * 6 + ("CANCELED",) * 3 + ("EXPIRED", "REJECTED")
WAITING_TYPES = ("LIMIT",) * 6 + ("STOP_LIMIT", "STOP_LOSS", "TAKE_PROFIT_LIMIT")
TYPES = WAITING_TYPES + ("MARKET",) * 2
REASONS = {"CANCELED": 43003, "EXPIRED": 43005, "REJECTED": 315}


def fee_of(quantity: Decimal, price: Decimal, fee_in_base: bool) -> Decimal:
    """What is charged for a fill or an order, in base or quote currency."""
    return ((quantity if fee_in_base else quantity * price) * FEE_RATE).quantize(FEE_STEP)


def currencies_of(instrument: str) -> tuple[str, str]:
    """Base and quote."""
    base, quote = instrument.replace("USD-PERP", "_USD").split("_")
    return base, quote


def filled_order(
    account: Account,
    at_ns: int,
    instrument: str,
    side: str,
    quantity: Decimal,
    child: bool = False,
) -> Order:
    """A market order that was filled the moment it was placed; its fills are made apart."""
    update_ns = at_ns + 1_250_000
    price = price_at(instrument, update_ns)
    base, quote = currencies_of(instrument)
    fee_in_base = side == "BUY" and not instrument.endswith("-PERP")
    order_id = account.next_id()
    order = Order(
        ACCOUNT_ID,
        order_id,
        f"demo-{order_id[-6:]}",
        instrument,
        at_ns,
        update_ns,
        order_type="MARKET",
        side=side,
        time_in_force="IMMEDIATE_OR_CANCEL",
        quantity=str(quantity),
        limit_price=None,
        order_value=format(quantity * price, "f"),
        avg_price=str(price),
        cumulative_quantity=str(quantity),
        cumulative_value=format(quantity * price, "f"),
        cumulative_fee=format(fee_of(quantity, price, fee_in_base), "f"),
        status="FILLED",
        fee_instrument_name=base if fee_in_base else quote,
        child=child,
    )
    account.fill_up(orders=[order])
    return order


@dataclass
class _Seeder:
    account: Account
    seeding: Seeding
    dice: random.Random
    orders: list[Order] = field(default_factory=list)
    net: dict[tuple[str, str | None], Decimal] = field(default_factory=dict)
    """What has been bought and not sold again, by instrument and isolation."""

    def finished_order(self, index: int) -> None:
        """One in 30 was open for weeks, as far as the account's days allow; a market order is filled at once."""
        dice, long_lived = self.dice, index % 30 == 7
        order_type = dice.choice(WAITING_TYPES if long_lived else TYPES)
        at_once = order_type == "MARKET"
        update_ns = dice.randrange(self.seeding.start_ns, self.seeding.end_ns)
        create_ns = update_ns - self._life_ns(long_lived, at_once)
        if create_ns < self.seeding.start_ns:
            create_ns = dice.randrange(self.seeding.start_ns, update_ns + 1)
        first = index < len(FIRST_ORDERS)
        status = "FILLED" if at_once or first else dice.choice(ENDINGS)
        instrument = dice.choice(TRADED)
        isolation_id = ISOLATION_ID if instrument.endswith("-PERP") and dice.random() < 0.3 else None
        if first:
            instrument, isolation_id = FIRST_ORDERS[index]
        quantity = self._quantity(instrument)
        filled = quantity if status == "FILLED" else Decimal(0)
        if status == "CANCELED" and dice.random() < 0.2:
            filled = (quantity / 3).quantize(quantity)
        self._add(status, instrument, isolation_id, order_type, quantity, filled, create_ns, update_ns)

    def open_order(self, index: int) -> None:
        """Every third is filled in part."""
        dice, partly_filled = self.dice, index % 3 == 0
        instrument = dice.choice(TRADED)
        create_ns = dice.randrange(self.seeding.start_ns, self.seeding.end_ns)
        quantity = self._quantity(instrument)
        filled = (quantity / 4).quantize(quantity) if partly_filled else Decimal(0)
        update_ns = dice.randrange(create_ns, self.seeding.end_ns) if partly_filled else create_ns
        self._add("ACTIVE", instrument, None, "LIMIT", quantity, filled, create_ns, update_ns)

    def _quantity(self, instrument: str) -> Decimal:
        return Decimal(self.dice.randrange(100, 10_000)).scaleb(-QUANTITY_DECIMALS[instrument])

    def _price(self, instrument: str, is_filled: bool, update_ns: int) -> Decimal:
        """An order is filled at what the market trades at then; one that is not lies somewhere around it."""
        price = price_at(instrument, update_ns)
        return price if is_filled else (price * self.dice.randrange(900, 1100) / 1000).quantize(price)

    def _life_ns(self, long_lived: bool, at_once: bool) -> int:
        if long_lived:
            return self.dice.randrange(14 * DAY_NS, 40 * DAY_NS)
        if at_once:
            return self.dice.randrange(1_000_000, 50_000_000)
        return 0 if self.dice.random() < 0.3 else self.dice.randrange(1_000_000, 6 * HOUR_NS)

    def _side(self, instrument: str, isolation_id: str | None, filled: Decimal) -> str:
        """Bought and sold by turns; what the account ends without is never bought beyond what it began with."""
        net = self.net.get((instrument, isolation_id), Decimal(0))
        base, _ = currencies_of(instrument)
        buys = net + filled <= 0 if base in SOLD_OUT and "-" not in instrument else net <= 0
        self.net[instrument, isolation_id] = net + (filled if buys else -filled)
        return "BUY" if buys else "SELL"

    def _add(
        self,
        status: OrderStatus,
        instrument: str,
        isolation_id: str | None,
        order_type: str,
        quantity: Decimal,
        filled: Decimal,
        create_ns: int,
        update_ns: int,
    ) -> None:
        dice, order_id = self.dice, self.account.next_id()
        price = self._price(instrument, bool(filled), update_ns)
        side = self._side(instrument, isolation_id, filled)
        base, quote = currencies_of(instrument)
        fee_in_base = side == "BUY" and not instrument.endswith("-PERP")
        at_once = order_type == "MARKET"
        trigger = str(price) if order_type.startswith(("STOP", "TAKE")) else "0"
        one_of_two = order_type == "STOP_LIMIT" and dice.random() < 0.3
        self.orders.append(
            Order(
                ACCOUNT_ID,
                order_id,
                f"demo-{order_id[-6:]}",
                instrument,
                create_ns,
                update_ns,
                order_type=order_type,
                time_in_force="IMMEDIATE_OR_CANCEL" if at_once else "GOOD_TILL_CANCEL",
                side=side,
                exec_inst=() if at_once else dice.choice(((), (), ("POST_ONLY",), ("POST_ONLY", "REDUCE_ONLY"))),
                quantity=str(quantity),
                limit_price=None if order_type in ("MARKET", "STOP_LOSS") else str(price),
                order_value=format(quantity * price, "f"),
                avg_price=str(price) if filled else "0",
                trigger_price=trigger,
                ref_price=trigger,
                ref_price_type="NULL_VAL" if trigger == "0" else dice.choice(("MARK_PRICE", "LAST_PRICE")),
                cumulative_quantity=str(filled),
                cumulative_value=format(filled * price, "f"),
                cumulative_fee=format(fee_of(filled, price, fee_in_base), "f"),
                status=status,
                fee_instrument_name=base if fee_in_base else quote,
                reason=REASONS.get(status) if dice.random() < 0.8 else None,
                isolation_id=isolation_id,
                list_id=int(order_id) + 1 if one_of_two else None,
                contingency_type="OCO" if one_of_two else None,
            )
        )


def seed(account: Account, seeding: Seeding) -> None:
    seeder = _Seeder(account, seeding, seeding.dice("order"))
    for index in range(seeding.orders):
        seeder.finished_order(index)
    for index in range(seeding.open_orders):
        seeder.open_order(index)
    account.fill_up(orders=seeder.orders)


RESOURCE = Resource(
    methods={
        "private/get-open-orders": Method(
            open_orders, key="order_id", time="create_time", parameters={"instrument_name": "text"}
        ),
        "private/get-order-detail": Method(
            order_detail,
            key="order_id",
            time="update_time",
            parameters={"order_id": "text!"},
            rows_at="",
            limit=ORDER_DETAIL,
        ),
        "private/get-order-history": Method(
            order_history,
            key="order_id",
            time="update_time",
            parameters={
                "instrument_name": "text",
                "isolation_id": "text",
                "limit": "number",
                **TRADING.parameters,
            },
            limit=HISTORY,
        ),
    },
    tables={
        "open_order": Table(("order_id",), open_records),
        "order_history": Table(("order_id",), finished_records),
    },
    seed=seed,
)
