"""Settlement prices of futures that have expired: the one method whose pages begin with 1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, rfc3339
from simulated_exchange.limits import PUBLIC
from simulated_exchange.paging import asked_number
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.timeline import DAY_NS, HOUR_NS, MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

PAGE_SIZE = 50
"""Not documented."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Times in ms: `x` is the expiry, `t` that of the value."""

    i: str
    x: int
    v: str
    t: int

    @property
    def key(self) -> str:
        return f"{self.i} {self.x}"


SETTLEMENT = shape({"i": "text", "x": "time", "v": "decimal", "t": "time"})


def settlements(asked: Asked) -> bytes:
    """The newest first; page 0 is refused, a page after the last is empty, and so is any type but futures."""
    page = asked_number(asked, "page", 1, 1)
    futures = asked.params["instrument_type"] == "FUTURE"
    rows = sorted(asked.account.all(Settlement), key=lambda row: row.x, reverse=True) if futures else []
    return result_of(rows_json(rows[(page - 1) * PAGE_SIZE :][:PAGE_SIZE], SETTLEMENT, asked.behaviour))


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [
        (0, {"instrument": row.i, "expiry_time": rfc3339(row.x), "value": row.v, "timestamp": rfc3339(row.t)})
        for row in account.all(Settlement)
    ]


def arrive(account: Account, at_ns: int) -> None:
    """One more contract expires."""
    expiry_ms = at_ns // MS_NS
    account.put(Settlement(f"SOLUSD-{expiry_ms}", expiry_ms, "74.2800", expiry_ms - 60_000))


def seed(account: Account, seeding: Seeding) -> None:
    """Two coins, every Friday at 08:00 UTC for a year."""
    dice = seeding.dice("expired_settlement_price")
    # The epoch began on a Thursday.
    last_friday_ns = (seeding.end_ns - DAY_NS - 8 * HOUR_NS) // (7 * DAY_NS) * 7 * DAY_NS + DAY_NS + 8 * HOUR_NS
    for week in range(52):
        expiry_ms = (last_friday_ns - week * 7 * DAY_NS) // MS_NS
        date = rfc3339(expiry_ms)[2:10].replace("-", "")
        for coin, low in (("BTC", 56_000), ("ETH", 1_700)):
            value = f"{low + dice.randrange(low // 5)}.{dice.randrange(10**5):05d}"
            account.put(Settlement(f"{coin}USD-{date}", expiry_ms, value, expiry_ms - 60_000))


RESOURCE = Resource(
    methods={
        "public/get-expired-settlement-price": Method(
            settlements,
            key="i",
            time="x",
            parameters={"instrument_type": "text!", "page": "digits"},
            limit=PUBLIC,
            pages=1,
        )
    },
    tables={"expired_settlement_price": Table(("instrument", "expiry_time"), records)},
    seed=seed,
    arrive=arrive,
)
