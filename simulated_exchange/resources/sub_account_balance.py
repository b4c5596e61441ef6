"""The wallets of the sub-accounts: what was transferred to them. One without money has no balances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.account_tree import SUB_ACCOUNTS
from simulated_exchange.resources.transaction import book
from simulated_exchange.resources.user_balance import Balance, Wallet, balance_records, wallet_json
from simulated_exchange.wire import result_of

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class SubAccountWallet:
    account: str
    wallet: Wallet

    @property
    def key(self) -> str:
        return self.account


def sub_account_balances(asked: Asked) -> bytes:
    written = (
        wallet_json(row.wallet, asked.behaviour, f'"account":"{row.account}"')
        for row in asked.account.all(SubAccountWallet)
    )
    return result_of(f"[{','.join(written)}]".encode())


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [
        (0, {**record, "account": row.account})
        for row in account.all(SubAccountWallet)
        for record in balance_records(row.wallet, behaviour)
    ]


def seed(account: Account, seeding: Seeding) -> None:
    """Transfers to the second and the third; the first has nothing."""
    dice = seeding.dice("sub_account_balance")
    for index, (uuid, _) in enumerate(SUB_ACCOUNTS):
        amount = Decimal(0)
        for at_ns in seeding.moments(dice, 0.05, 2) if index else ():
            transferred = Decimal(dice.randrange(10_000, 90_000)) / 100
            book(account, "SUBACCOUNT_TX", at_ns, "USD", -transferred)
            amount += transferred
        account.put(SubAccountWallet(uuid, _wallet(amount)))


def _wallet(amount: Decimal) -> Wallet:
    if not amount:
        return Wallet(balances=())
    text = format(amount, "f")
    balance = Balance("USD", text, "0", text, text, "0", text)
    return Wallet(
        balances=(balance,),
        total_available_balance=text,
        total_margin_balance=text,
        total_cash_balance=text,
        total_collateral_value=text,
    )


RESOURCE = Resource(
    methods={"private/get-subaccount-balances": Method(sub_account_balances, key="account")},
    tables={"sub_account_balance": Table(("account", "instrument_name"), records)},
    seed=seed,
)
