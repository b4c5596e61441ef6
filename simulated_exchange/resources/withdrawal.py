"""Withdrawals of coins. `amount` is what arrives; the account is debited the fee as well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.paging import WALLET, numbered_page, row_time_ns, rows_in_window
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table, digest
from simulated_exchange.resources.transaction import book
from simulated_exchange.timeline import HOUR_NS, MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

PROCESSING, COMPLETED = "1", "5"
REFUNDED = ("2", "4", "6")
"""Rejected, payment failed, cancelled: what was debited comes back."""
TO_THE_APP = "INTERNAL_WITHDRAWAL"
"""The address of a transfer to the Crypto.com App."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A transfer from the account; times in ms."""

    id: str
    currency: str
    amount: str
    create_time: int
    update_time: int
    status: str = PROCESSING
    fee: str = "0"
    address: str | None = None
    client_wid: str | None = ""
    txid: str | None = ""
    network_id: str | None = None

    @property
    def key(self) -> str:
        return self.id


WITHDRAWAL = shape(
    {
        "currency": "text",
        "client_wid": "text?",
        "fee": "amount",
        "create_time": "time",
        "id": "text",
        "update_time": "time",
        "amount": "amount",
        "address": "text?",
        "status": "text",
        "txid": "text?",
        "network_id": "text?",
    }
)


def withdrawal_history(asked: Asked) -> bytes:
    rows = rows_in_window(asked, asked.account.all(Withdrawal), WALLET, filters=("currency", "status"))
    return result_of(rows_json(numbered_page(asked, rows), WITHDRAWAL, asked.behaviour), "withdrawal_list")


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(row_time_ns(row, behaviour), record_of(row, WITHDRAWAL)) for row in account.all(Withdrawal)]


def withdrawal(
    account: Account, at_ns: int, currency: str = "USDT", amount: str = "120.5", fee: str = "4.0", **details: str
) -> Withdrawal:
    """One more withdrawal: the account is debited at once, in one row with the fee; the transfer is under way."""
    number, at_ms = account.short_id(), at_ns // MS_NS
    given = {"address": f"demo-{currency.lower()}-{digest(currency + 'to')[:24]}", **details}
    row = Withdrawal(number, currency, amount, at_ms, at_ms, fee=fee, **given)
    account.put(row)
    book(account, _journal_type(row), at_ns, currency, -Decimal(amount) - Decimal(fee))
    return row


def _journal_type(row: Withdrawal) -> str:
    return "OFFCHAIN_WITHDRAWAL" if row.address == TO_THE_APP else "ONCHAIN_WITHDRAWAL"


def finish(account: Account, row: Withdrawal, at_ns: int, status: str = COMPLETED) -> None:
    """It is sent, or the money comes back."""
    refunded = status in REFUNDED
    txid = "" if refunded else digest(row.id)
    account.put(replace(row, status=status, update_time=at_ns // MS_NS, txid=txid))
    if refunded:
        book(account, _journal_type(row), at_ns, row.currency, Decimal(row.amount) + Decimal(row.fee))


def finish_oldest(account: Account, at_ns: int) -> None:
    """The oldest withdrawal that is under way is sent."""
    under_way = [row for row in account.all(Withdrawal) if row.status not in (*REFUNDED, COMPLETED)]
    if under_way:
        finish(account, min(under_way, key=lambda row: row.create_time), at_ns)


COINS = (
    ("BTC", 5, "0.0004", "BTC"),
    ("ETH", 4, "0.003", "ETH"),
    ("USDT", 2, "4.0", "ETH"),
    ("CRO", 0, "0.1", "CRONOS"),
)
"""(currency, decimals of an amount, fee, network)"""


def seed(account: Account, seeding: Seeding) -> None:
    """The newest is under way; the second, third and fourth came back. One went to the App."""
    dice = seeding.dice("withdrawal")
    moments = seeding.moments(dice, 0.25, 6)
    for index, at_ns in enumerate(moments):
        currency, decimals, fee, network = dice.choice(COINS)
        amount = format(Decimal(dice.randrange(100, 4_000)).scaleb(-decimals), "f")
        last = index == len(moments) - 1
        details = {"client_wid": f"payout-{index}" if index % 3 == 0 else ""} | (
            {} if last else {"network_id": network}
        )
        row = withdrawal(account, at_ns, currency, amount, fee, **details)
        if not last:
            status = REFUNDED[index - 1] if index in (1, 2, 3) else COMPLETED
            finish(account, row, min(at_ns + dice.randrange(HOUR_NS // 6, 3 * HOUR_NS), seeding.end_ns), status)
    to_the_app = withdrawal(account, moments[-1], "CRO", "50", "0", address=TO_THE_APP)
    finish(account, to_the_app, moments[-1])


RESOURCE = Resource(
    methods={
        "private/get-withdrawal-history": Method(
            withdrawal_history,
            key="id",
            time="create_time",
            parameters={
                "currency": "text",
                "status": "text",
                "page": "digits",
                "page_size": "digits",
                **WALLET.parameters,
            },
            rows_at="withdrawal_list",
            pages=0,
        )
    },
    tables={"withdrawal": Table(("id",), records)},
    seed=seed,
    arrive=withdrawal,
    change=finish_oldest,
)
