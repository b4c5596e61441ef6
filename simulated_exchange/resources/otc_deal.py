"""Deals over the counter: those under way in a list of their own, the others in the history, under one id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.market_prices import price_at
from simulated_exchange.paging import Bounds, newest, row_time_ns, rows_in_window
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.transaction import book
from simulated_exchange.timeline import DAY_NS, MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

DEALS = Bounds()
FINAL = ("SETTLED", "REJECTED")
INSTRUMENT = "BTC_USD"


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal with one leg; times in ns."""

    deal_id: str
    quote_id: str
    quantity: str
    price: str
    create_time_ns: int
    update_time_ns: int
    deal_status: str = "ACCEPTED"
    side: str = "BUY"
    settlement_arrangement: str = "IMMEDIATE"
    settle_time_ns: int | None = None
    quote_req_id: str | None = None

    deal_type = "QUOTE_REQUEST"

    @property
    def key(self) -> str:
        return self.deal_id

    @property
    def cl_deal_id(self) -> str:
        return f"demo-deal-{self.deal_id[-4:]}"

    @property
    def notional(self) -> Decimal:
        return Decimal(self.quantity) * Decimal(self.price)

    @property
    def leg_list(self) -> list[dict[str, str]]:
        return [
            {
                "instrument_name": INSTRUMENT,
                "quantity": self.quantity,
                "executed_quantity": self.quantity,
                "executed_notional": format(self.notional, "f"),
                "price": self.price,
                "side": self.side,
                "type": "PRICE",
            }
        ]


DEAL = shape(
    {
        "deal_id": "text",
        "quote_id": "text?",
        "cl_deal_id": "text?",
        "deal_type": "text",
        "deal_status": "text",
        "settlement_arrangement": "text",
        "create_time_ns": "ns",
        "update_time_ns": "ns",
        "settle_time_ns": "ns?",
        "quote_req_id": "text?",
        "leg_list": "json",
    }
)


def deal_history(asked: Asked) -> bytes:
    return _deals(asked, final=True)


def open_deals(asked: Asked) -> bytes:
    return _deals(asked, final=False)


def _deals(asked: Asked, final: bool) -> bytes:
    """There is no limit and no page: an answer holds so many deals, the newest ones. An id makes the times void."""
    rows = [row for row in asked.account.all(Deal) if (row.deal_status in FINAL) is final]
    if "deal_id" in asked.params:
        rows = [row for row in rows if row.deal_id == asked.params["deal_id"]]
    else:
        rows = rows_in_window(asked, rows, DEALS, created="create_time_ns", updated="update_time_ns")
    rows = newest(asked, rows, int(asked.behaviour.deals_per_answer))
    return result_of(rows_json(rows, DEAL, asked.behaviour), "deal_list")


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [
        (row_time_ns(row, behaviour, "create_time_ns", "update_time_ns"), record_of(row, DEAL))
        for row in account.all(Deal)
    ]


def deal(account: Account, at_ns: int, quantity: str = "0.25", side: str = "BUY") -> Deal:
    """One more deal, under way."""
    number, price = account.next_id(), str(price_at(INSTRUMENT, at_ns))
    row = Deal(number[-18:], number[:14], quantity, price, at_ns, at_ns, side=side, quote_req_id=number)
    account.put(row)
    return row


def finish(account: Account, row: Deal, at_ns: int, status: str = "SETTLED") -> None:
    """The funds move, or nothing does."""
    account.put(replace(row, deal_status=status, update_time_ns=at_ns))
    if status == "SETTLED":
        sign = 1 if row.side == "BUY" else -1
        book(account, "MANUAL_CONVERSION", at_ns, "BTC", sign * Decimal(row.quantity))
        book(account, "MANUAL_CONVERSION", at_ns, "USD", -sign * row.notional)


def finish_oldest(account: Account, at_ns: int) -> None:
    """The oldest deal that is under way is settled."""
    under_way = [row for row in account.all(Deal) if row.deal_status not in FINAL]
    if under_way:
        finish(account, min(under_way, key=lambda row: row.create_time_ns), at_ns)


def seed(account: Account, seeding: Seeding) -> None:
    """Bought and sold by turns; the second was rejected, the last two are under way, one of them until tomorrow."""
    dice = seeding.dice("otc_deal")
    moments = seeding.moments(dice, 0.1, 5)
    for index, at_ns in enumerate(moments):
        quantity = format(Decimal(dice.randrange(5, 40)) / 1_000, "f")
        row = deal(account, at_ns, quantity, side=("BUY", "SELL")[index % 2])
        if index < len(moments) - 2:
            finish(account, row, min(at_ns + 500 * MS_NS, seeding.end_ns), "REJECTED" if index == 1 else "SETTLED")
        elif index == len(moments) - 1:
            tomorrow = replace(row, deal_status="CONFIRMED", settlement_arrangement="T1", settle_time_ns=at_ns + DAY_NS)
            account.put(tomorrow)


PARAMETERS = {"deal_type": "text!", "deal_id": "text", **DEALS.parameters}

RESOURCE = Resource(
    methods={
        "private/otc/get-deal-history": Method(deal_history, key="deal_id", parameters=PARAMETERS, rows_at="deal_list"),
        "private/otc/get-open-deals": Method(open_deals, key="deal_id", parameters=PARAMETERS, rows_at="deal_list"),
    },
    tables={"otc_deal": Table(("deal_id",), records)},
    seed=seed,
    arrive=deal,
    change=finish_oldest,
)
