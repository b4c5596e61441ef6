"""Deposits of coins. A row changes until it has arrived or failed."""

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

PENDING, ARRIVED, FAILED = "0", "1", "2"
FROM_THE_APP = "INTERNAL_DEPOSIT"
"""The address of a transfer from the Crypto.com App, by importers of exports and an app's comments on live answers."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """A transfer to the account; times in ms."""

    id: str
    currency: str
    amount: str
    create_time: int
    update_time: int
    status: str = PENDING
    fee: str = "0"
    address: str | None = None
    txid: str | None = None
    source_address: str | None = None
    network_id: str | None = None

    @property
    def key(self) -> str:
        return self.id


DEPOSIT = shape(
    {
        "currency": "text",
        "fee": "amount",
        "create_time": "time",
        "id": "text",
        "update_time": "time",
        "amount": "amount",
        "address": "text?",
        "status": "text",
        "txid": "text?",
        "source_address": "text?",
        "network_id": "text?",
    }
)


def deposit_history(asked: Asked) -> bytes:
    rows = rows_in_window(asked, asked.account.all(Deposit), WALLET, filters=("currency", "status"))
    return result_of(rows_json(numbered_page(asked, rows), DEPOSIT, asked.behaviour), "deposit_list")


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(row_time_ns(row, behaviour), record_of(row, DEPOSIT)) for row in account.all(Deposit)]


def deposit(account: Account, at_ns: int, currency: str = "USDT", amount: str = "120.5", **details: str) -> Deposit:
    """One more deposit, which has not arrived yet."""
    number, at_ms = account.short_id(), at_ns // MS_NS
    row = Deposit(
        number,
        currency,
        amount,
        at_ms,
        at_ms,
        **{"address": f"demo-{currency.lower()}-{digest(currency)[:24]}", "txid": f"{digest(number)}/1", **details},
    )
    account.put(row)
    return row


def from_the_app(account: Account, at_ns: int, currency: str = "CRO", amount: str = "1000") -> Deposit:
    """One more transfer from the Crypto.com App."""
    return deposit(account, at_ns, currency, amount, address=FROM_THE_APP, txid=f"internal-{account.short_id()}")


def end(account: Account, at_ns: int) -> None:
    """The oldest deposit that is under way arrives."""
    under_way = [row for row in account.all(Deposit) if row.status not in (ARRIVED, FAILED)]
    if under_way:
        credit(account, min(under_way, key=lambda row: row.create_time), at_ns)


def credit(account: Account, row: Deposit, at_ns: int) -> None:
    """The money is on the account: the ledger has it, too."""
    account.put(replace(row, status=ARRIVED, update_time=at_ns // MS_NS))
    journal_type = "OFFCHAIN_DEPOSIT" if row.address == FROM_THE_APP else "ONCHAIN_DEPOSIT"
    book(account, journal_type, at_ns, row.currency, Decimal(row.amount))


COINS = (("BTC", 5), ("ETH", 4), ("CRO", 0), ("USDT", 2))
"""(currency, decimals of an amount)"""


def seed(account: Account, seeding: Seeding) -> None:
    """Two of them in one millisecond; the newest is under way, the third failed. Two came from the App."""
    dice = seeding.dice("deposit")
    moments = seeding.moments(dice, 0.5, 5)
    moments[2] = moments[1]
    for index, at_ns in enumerate(moments):
        currency, decimals = dice.choice(COINS)
        amount = format(Decimal(dice.randrange(100, 9_000)).scaleb(-decimals), "f")
        row = deposit(account, at_ns, currency, amount, source_address=f"0x{dice.getrandbits(160):040x}")
        later_ns = min(at_ns + dice.randrange(HOUR_NS // 6, 3 * HOUR_NS), seeding.end_ns)
        if index == 3:
            account.put(replace(row, status=FAILED, update_time=later_ns // MS_NS))
        elif index < len(moments) - 1:
            credit(account, row, later_ns)
    for at_ns in moments[:2]:
        credit(account, from_the_app(account, at_ns), at_ns)


RESOURCE = Resource(
    methods={
        "private/get-deposit-history": Method(
            deposit_history,
            key="id",
            time="create_time",
            parameters={
                "currency": "text",
                "status": "text",
                "page": "digits",
                "page_size": "digits",
                **WALLET.parameters,
            },
            rows_at="deposit_list",
            pages=0,
        )
    },
    tables={"deposit": Table(("id",), records)},
    seed=seed,
    arrive=deposit,
    change=end,
)
