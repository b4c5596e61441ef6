"""Withdrawals of fiat money. `amount` is what arrives; the account is debited the fee as well."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.paging import row_time_ns
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table, digest
from simulated_exchange.resources.fiat_deposit import (
    COLUMNS,
    COMPLETED,
    PARAMETERS,
    PENDING,
    FiatTransfer,
    fiat_history,
)
from simulated_exchange.resources.transaction import book
from simulated_exchange.timeline import HOUR_NS, MS_NS
from simulated_exchange.wire import shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class FiatWithdrawal(FiatTransfer):
    client_wid: str | None = None

    sender = None
    beneficiary = property(lambda self: self.person)


WITHDRAWAL_COLUMNS = {**COLUMNS, "client_wid": "text?"}


def withdrawal_history(asked: Asked) -> bytes:
    return fiat_history(asked, FiatWithdrawal, WITHDRAWAL_COLUMNS)


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    fields = shape(WITHDRAWAL_COLUMNS)
    return [
        (row_time_ns(row, behaviour, "created_at", "updated_at"), record_of(row, fields))
        for row in account.all(FiatWithdrawal)
    ]


def fiat_withdrawal(
    account: Account, at_ns: int, amount: str = "300.0", fee_amount: str = "1.0", **details: Any
) -> FiatWithdrawal:
    """One more withdrawal: the account is debited at once, the transfer is on its way."""
    row_id, at_ms = account.next_id(), at_ns // MS_NS
    row = FiatWithdrawal(
        str(uuid.UUID(digest(row_id)[:32], version=4)), "USD", amount, at_ms, at_ms, fee_amount=fee_amount, **details
    )
    account.put(row)
    book(account, "FIAT_WITHDRAWAL", at_ns, "USD", -Decimal(amount) - Decimal(fee_amount))
    return row


def finish(account: Account, row: FiatWithdrawal, at_ns: int, status: str = COMPLETED) -> None:
    """It arrives at the bank, or the money comes back."""
    at_ms = at_ns // MS_NS
    done = status == COMPLETED
    vendor = str(uuid.UUID(digest(row.id + "vendor")[:32], version=4)) if done else None
    account.put(
        replace(
            row,
            status=status,
            updated_at=at_ms,
            completed_at=at_ms if done else None,
            vendor_transaction_id=vendor,
        )
    )
    if not done:
        book(account, "FIAT_WITHDRAWAL_CANCEL", at_ns, "USD", Decimal(row.amount) + Decimal(row.fee_amount or 0))


def finish_oldest(account: Account, at_ns: int) -> None:
    """The oldest withdrawal that is on its way arrives."""
    under_way = [row for row in account.all(FiatWithdrawal) if row.status == PENDING]
    if under_way:
        finish(account, min(under_way, key=lambda row: row.created_at), at_ns)


def seed(account: Account, seeding: Seeding) -> None:
    """The newest is on its way; the second and the third came back."""
    dice = seeding.dice("fiat_withdrawal")
    moments = seeding.moments(dice, 0.15, 4)
    for index, at_ns in enumerate(moments):
        amount = f"{dice.randrange(100, 2_000)}.0"
        row = fiat_withdrawal(
            account, at_ns, amount, amount_in_usd=amount, client_wid=f"rent-{index}" if index else None
        )
        if index < len(moments) - 1:
            later_ns = min(at_ns + dice.randrange(HOUR_NS, 30 * HOUR_NS), seeding.end_ns)
            finish(account, row, later_ns, {1: "failed", 2: "cancelled"}.get(index, COMPLETED))


RESOURCE = Resource(
    methods={
        "private/fiat/fiat-withdraw-history": Method(
            withdrawal_history,
            key="id",
            time="created_at",
            parameters=PARAMETERS,
            rows_at="transaction_history_list",
            pages=0,
        )
    },
    tables={"fiat_withdrawal": Table(("id",), records, fixed_columns=True)},
    seed=seed,
    arrive=fiat_withdrawal,
    change=finish_oldest,
)
