"""What the whole wallet was worth, hour by hour and day by day: its balances at the prices of the time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.answers import Refusal
from simulated_exchange.expected_records import Record, rfc3339
from simulated_exchange.paging import Bounds, asked_limit, asked_window, newest
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.transaction import movements
from simulated_exchange.resources.user_balance import EXACT, price_of
from simulated_exchange.timeline import DAY_NS, HOUR_NS, MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

STEPS_NS = {"D1": DAY_NS, "H1": HOUR_NS}
REACH = {"D1": 30, "H1": 120}
"""So many points back from its end a request sees, and may ask for."""
INSTRUMENT = "USD"


@dataclass(frozen=True, slots=True)
class BalancePoint:
    """Time in ms."""

    timeframe: str
    t: int
    c: str
    i: str | None = None

    @property
    def key(self) -> str:
        return f"{self.timeframe} {self.t}"


POINT = shape({"t": "time", "c": "decimal", "i": "decimal?"})


def balance_history(asked: Asked) -> bytes:
    timeframe = asked.params.get("timeframe", "D1")
    if timeframe not in REACH:
        raise Refusal(40004, "Invalid timeframe")
    limit = asked_limit(asked, REACH[timeframe], REACH[timeframe])
    window = asked_window(asked, Bounds(default_ns=REACH[timeframe] * STEPS_NS[timeframe]))
    rows = [row for row in asked.account.all(BalancePoint) if row.timeframe == timeframe]
    found = sorted((row for row in rows if window.holds(row.t * MS_NS)), key=lambda row: row.t)
    if asked.behaviour.page_order == "newest_first":
        found = found[::-1]
    written = rows_json(newest(asked, found, limit), POINT, asked.behaviour)
    return result_of(written, beside=f'"instrument_name":"{INSTRUMENT}"')


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [
        (
            row.t * MS_NS,
            {
                "instrument_name": INSTRUMENT,
                "timeframe": row.timeframe,
                "timestamp": rfc3339(row.t),
                "total_cash_balance": row.c,
                "total_isolated_cash_balance": row.i,
            },
        )
        for row in account.all(BalancePoint)
    ]


def seed(account: Account, seeding: Seeding) -> None:
    """A point stands for the moment at which its hour or day ends; days are those of UTC."""
    held, rows, booked = dict(account.opening), list(account.ledger), 0
    first_ns = seeding.start_ns // HOUR_NS * HOUR_NS + HOUR_NS
    for at_ns in range(first_ns, seeding.end_ns, HOUR_NS):
        until = booked
        while until < len(rows) and rows[until].event_timestamp_ns < at_ns:
            until += 1
        for currency, moved in movements(rows[booked:until]).items():
            held[currency] = EXACT.add(held.get(currency, Decimal(0)), moved)
        booked = until
        values = (EXACT.multiply(amount, price_of(currency, at_ns)) for currency, amount in held.items())
        worth = sum(values, Decimal(0))
        text = format(worth.quantize(Decimal("1e-8"), context=EXACT), "f")
        account.put(BalancePoint("H1", at_ns // MS_NS, text, "0"))
        if at_ns % DAY_NS == 0:
            account.put(BalancePoint("D1", at_ns // MS_NS, text))


RESOURCE = Resource(
    methods={
        "private/user-balance-history": Method(
            balance_history,
            key="t",
            time="t",
            # The client notes got 40003 for a string, for the end as well as for the limit.
            parameters={"timeframe": "text", "end_time": "number", "limit": "number"},
        )
    },
    tables={"balance_history": Table(("instrument_name", "timeframe", "timestamp"), records)},
    seed=seed,
)
