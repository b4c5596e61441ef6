"""Credits that pay fees, by the day on which they expire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.paging import numbered_page
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.timeline import DAY_NS, MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class FeeCredit:
    """`expiry_date` in ms, a minute before midnight UTC; type, amounts and details for master accounts only."""

    expiry_date: int
    available_balance: str
    type: str | None = None
    distributed_amount: str | None = None
    details: tuple[dict[str, object], ...] | None = None

    @property
    def key(self) -> str:
        return str(self.expiry_date)


FEE_CREDIT = shape(
    {
        "expiry_date": "time",
        "type": "text?",
        "distributed_amount": "decimal?",
        "available_balance": "decimal",
        "details": "json?",
    }
)


def fee_credits(asked: Asked) -> bytes:
    """The oldest expiry first."""
    rows = sorted(asked.account.all(FeeCredit), key=lambda row: row.expiry_date)
    return result_of(rows_json(numbered_page(asked, rows, default=200), FEE_CREDIT, asked.behaviour), "fee_credits")


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(0, record_of(row, FEE_CREDIT)) for row in account.all(FeeCredit)]


def arrive(account: Account, at_ns: int) -> None:
    """One more credit, which expires before all others."""
    earliest = min((row.expiry_date for row in account.all(FeeCredit)), default=at_ns // MS_NS + 90 * 86_400_000)
    account.put(FeeCredit(earliest - 86_400_000, "1.00000000"))


def seed(account: Account, seeding: Seeding) -> None:
    midnight_ms = seeding.end_ns // DAY_NS * DAY_NS // MS_NS
    for index, days in enumerate((20, 48, 76)):
        details = {
            "type": "Welcome",
            "distribution_date": midnight_ms - 60_000 - days * 86_400_000,
            "distributed_amount": "20.00000000",
        }
        account.put(
            FeeCredit(
                midnight_ms + (days + 1) * 86_400_000 - 60_000,
                f"{10 + index}.25000000",
                *(("Welcome", "20.00000000", (details,)) if index < 2 else ()),
            )
        )


RESOURCE = Resource(
    methods={
        "private/get-fee-credit-balances": Method(
            fee_credits,
            key="expiry_date",
            time="expiry_date",
            parameters={"page": "digits", "page_size": "digits"},
            rows_at="fee_credits",
            pages=0,
        )
    },
    tables={"fee_credit": Table(("expiry_date",), records)},
    seed=seed,
    arrive=arrive,
)
