"""Fills: the account's trades."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.limits import HISTORY
from simulated_exchange.paging import TRADING, page
from simulated_exchange.resource import ACCOUNT_ID, Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.order import FEE_STEP, ISOLATED, Order
from simulated_exchange.timeline import HOUR_NS, date_of
from simulated_exchange.wire import ISOLATION, result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class Fill:
    """A trade of the account. `fees` are below zero where they were charged; `fee_credits` paid a part of them."""

    account_id: str
    trade_id: str
    trade_match_id: str
    order_id: str
    client_oid: str
    instrument_name: str
    create_time_ns: int
    transact_time_ns: int
    side: str = "BUY"
    traded_price: str = "88.50"
    traded_quantity: str = "1.000"
    fees: str = "-0.0025"
    fee_instrument_name: str = "USD"
    fee_credits: str | None = None
    taker_side: str = "TAKER"
    match_count: int = 1
    match_index: int | None = None
    isolation_id: str | None = None

    journal_type = "TRADING"

    @property
    def fee_paid(self) -> Decimal:
        """What the account was debited, below zero: not what fee credits paid."""
        return Decimal(self.fees) + abs(Decimal(self.fee_credits or 0))

    @property
    def create_time(self) -> int:
        return self.create_time_ns // 1_000_000

    @property
    def event_date(self) -> str:
        return date_of(self.create_time_ns)

    @property
    def isolation_type(self) -> str | None:
        return None if self.isolation_id is None else ISOLATED


FILL = shape(
    {
        "account_id": "text",
        "event_date": "text",
        "journal_type": "text",
        "side": "text",
        "instrument_name": "text",
        "fees": "decimal",
        "trade_id": "text",
        "trade_match_id": "text",
        "create_time": "time",
        "traded_price": "decimal",
        "traded_quantity": "decimal",
        "fee_instrument_name": "text",
        "client_oid": "text",
        "taker_side": "text",
        "order_id": "text",
        "match_count": "count",
        "match_index": "count?",
        "create_time_ns": "ns",
        "transact_time_ns": "ns",
        "fee_credits": "decimal?",
        **ISOLATION,
    }
)


def user_trades(asked: Asked) -> bytes:
    return result_of(rows_json(page(asked, asked.account.fills, "create_time_ns"), FILL, asked.behaviour))


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(fill.create_time_ns, record_of(fill, FILL)) for fill in account.fills]


def seed(account: Account, seeding: Seeding) -> None:
    """The fills of every order that was filled, wholly or in part."""
    if not seeding.with_fills:
        return
    dice = seeding.dice("user_trade")
    filled = [order for order in account.orders() if Decimal(order.cumulative_quantity)]
    account.fill_up(fills=[fill for order in filled for fill in fills_of(order, account, dice)])


def fills_of(order: Order, account: Account, dice: random.Random) -> Iterator[Fill]:
    """One to three, which add up to the order to the last digit; those of one match share their nanosecond.

    All have the order's price, so they lie in the hour in which the market traded at it.
    """
    parts = dice.choice((1, 1, 2, 3))
    filled, fee = Decimal(order.cumulative_quantity), Decimal(order.cumulative_fee)
    each, each_fee = (filled / parts).quantize(filled), (fee / parts).quantize(FEE_STEP)
    one_match = dice.random() < 0.5
    hour_ns = order.update_time_ns // HOUR_NS * HOUR_NS
    for part in range(parts):
        last = part == parts - 1
        earliest_ns = order.update_time_ns if one_match or last else max(order.create_time_ns, hour_ns)
        at_ns = dice.randrange(earliest_ns, order.update_time_ns + 1)
        trade_id = account.next_id()
        maker = order.order_type != "MARKET" and dice.random() < 0.5
        charged = fee - each_fee * part if last else each_fee
        yield Fill(
            ACCOUNT_ID,
            trade_id,
            str(4_611_686_018_470_000_000 + int(trade_id) % 1_000_000),
            order.order_id,
            order.client_oid,
            order.instrument_name,
            at_ns,
            at_ns + dice.randrange(100_000, 400_000),
            side=order.side,
            traded_price=order.avg_price,
            traded_quantity=str(filled - each * part if last else each),
            fees=format(-charged, "f"),
            fee_instrument_name=order.fee_instrument_name,
            fee_credits=format(-(charged / 2).quantize(FEE_STEP), "f") if dice.random() < 0.1 else None,
            taker_side="MAKER" if maker else dice.choice(("TAKER", "TAKER", "")),
            match_count=parts,
            match_index=part if maker else None,
            isolation_id=order.isolation_id,
        )


RESOURCE = Resource(
    methods={
        "private/get-trades": Method(
            user_trades,
            key="trade_id",
            time="create_time",
            parameters={"instrument_name": "text", "isolation_id": "text", "limit": "number", **TRADING.parameters},
            limit=HISTORY,
        )
    },
    tables={"user_trade": Table(("instrument_name", "trade_id"), records)},
    seed=seed,
)
