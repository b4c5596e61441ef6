"""Deposits of fiat money. Sender and beneficiary come with the row; no table has them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulated_exchange.answers import Refusal
from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.paging import Bounds, asked_number, numbered_page, row_time_ns, rows_in_window
from simulated_exchange.personal_data import BANK_ACCOUNT, NAME
from simulated_exchange.resource import ACCOUNT_ID, Asked, Method, Resource, Seeding, Table, digest
from simulated_exchange.resources.transaction import book
from simulated_exchange.timeline import HOUR_NS, MS_NS
from simulated_exchange.wire import field_json, result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

FIAT = Bounds()
"""No default is documented; a request without times gets the last day here."""
LARGEST_PAGE = 100
"""Not documented: cut in silence, and told beside the rows."""
PENDING, COMPLETED = "pending", "completed"


@dataclass(frozen=True, slots=True)
class FiatTransfer:
    """A transfer from or to a bank; times in ms."""

    id: str
    currency: str
    amount: str
    created_at: int
    updated_at: int
    status: str = PENDING
    completed_at: int | None = None
    fee_currency: str | None = "USD"
    fee_amount: str | None = "0.0"
    payment_network: str = "us_ach"
    account_id: str | None = ACCOUNT_ID
    amount_in_usd: str | None = None
    fee_amount_in_usd: str | None = None
    vendor_transaction_id: str | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def person(self) -> dict[str, str]:
        return {"name": NAME, "account_identifier_value": BANK_ACCOUNT}


@dataclass(frozen=True, slots=True)
class FiatDeposit(FiatTransfer):
    sender = property(lambda self: self.person)
    beneficiary = None


COLUMNS = {
    "id": "text",
    "account_id": "text?",
    "currency": "text",
    "amount": "decimal",
    "amount_in_usd": "decimal?",
    "fee_currency": "text?",
    "fee_amount": "decimal?",
    "fee_amount_in_usd": "decimal?",
    "payment_network": "text",
    "status": "text",
    "created_at": "time",
    "updated_at": "time",
    "completed_at": "time?",
    "vendor_transaction_id": "text?",
}
PEOPLE = {"sender": "json?", "beneficiary": "json?"}


def fiat_history(asked: Asked, kind: type[FiatTransfer], columns: dict[str, str]) -> bytes:
    """A page, and beside it its number, its size and how many rows there are in all. Raises Refusal.

    A live client got 10004 without a page.
    """
    ranged = not FIAT.parameters.keys().isdisjoint(asked.params)
    refuses_ranges = asked.behaviour.fiat_time_range == "refused"
    if not {"page", "page_size"} <= asked.params.keys() or (ranged and refuses_ranges):
        raise Refusal(10004)
    if asked.behaviour.fiat_time_range != "served":
        asked = replace(asked, params={**asked.params, "start_time": "0", "end_time": str(asked.now_ns)})
    if "end_time" in asked.params and "start_time" not in asked.params:
        raise Refusal(40004, "Missing start_time")
    rows = rows_in_window(asked, asked.account.all(kind), FIAT, created="created_at", updated="updated_at")
    page = numbered_page(asked, rows, largest=LARGEST_PAGE)
    told = {
        "page": asked_number(asked, "page", 0, 0),
        "page_size": min(asked_number(asked, "page_size", 20, 1), LARGEST_PAGE),
        "total": len(rows),
    }
    beside = ",".join(f'"{name}":{field_json(value, "count", asked.behaviour)}' for name, value in told.items())
    written = rows_json(page, shape({**columns, **PEOPLE}), asked.behaviour)
    return result_of(written, "transaction_history_list", beside)


PARAMETERS = {"page": "digits", "page_size": "digits", "payment_networks": "text", **FIAT.parameters}


def deposit_history(asked: Asked) -> bytes:
    return fiat_history(asked, FiatDeposit, COLUMNS)


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    fields = shape(COLUMNS)
    return [
        (row_time_ns(row, behaviour, "created_at", "updated_at"), record_of(row, fields))
        for row in account.all(FiatDeposit)
    ]


def fiat_deposit(account: Account, at_ns: int, amount: str = "750.0", **details: Any) -> FiatDeposit:
    """One more deposit, which is on its way."""
    row_id, at_ms = account.next_id(), at_ns // MS_NS
    given = {"currency": "USD", **details}
    row = FiatDeposit(
        str(uuid.UUID(digest(row_id)[:32], version=4)), given.pop("currency"), amount, at_ms, at_ms, **given
    )
    account.put(row)
    return row


def complete(account: Account, row: FiatDeposit, at_ns: int) -> None:
    """The money is on the account."""
    at_ms = at_ns // MS_NS
    account.put(
        replace(row, status=COMPLETED, updated_at=at_ms, completed_at=at_ms, vendor_transaction_id=digest(row.id)[:12])
    )
    book(account, "FIAT_DEPOSIT", at_ns, row.currency, Decimal(row.amount))


def complete_oldest(account: Account, at_ns: int) -> None:
    """The oldest deposit that is on its way arrives."""
    under_way = [row for row in account.all(FiatDeposit) if row.status == PENDING]
    if under_way:
        complete(account, min(under_way, key=lambda row: row.created_at), at_ns)


def seed(account: Account, seeding: Seeding) -> None:
    """The newest is on its way, in euros; the second failed."""
    dice = seeding.dice("fiat_deposit")
    moments = seeding.moments(dice, 0.2, 4)
    for index, at_ns in enumerate(moments):
        amount = f"{dice.randrange(200, 5_000)}.0"
        if index == len(moments) - 1:
            details = {"currency": "EUR", "fee_currency": "EUR", "payment_network": "openpayd_exchange_sepa"}
            fiat_deposit(account, at_ns, amount, **details)
            continue
        row = fiat_deposit(account, at_ns, amount, amount_in_usd=amount)
        later_ns = min(at_ns + dice.randrange(HOUR_NS, 30 * HOUR_NS), seeding.end_ns)
        if index == 1:
            account.put(replace(row, status="failed", updated_at=later_ns // MS_NS))
        else:
            complete(account, row, later_ns)


RESOURCE = Resource(
    methods={
        "private/fiat/fiat-deposit-history": Method(
            deposit_history,
            key="id",
            time="created_at",
            parameters=PARAMETERS,
            rows_at="transaction_history_list",
            pages=0,
        )
    },
    tables={"fiat_deposit": Table(("id",), records, fixed_columns=True)},
    seed=seed,
    arrive=fiat_deposit,
    change=complete_oldest,
)
