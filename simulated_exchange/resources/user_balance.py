"""The wallet: what the account holds of each currency, and its totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.market_prices import price_at
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.staking_position import staked
from simulated_exchange.resources.transaction import movements
from simulated_exchange.wire import result_of, row_json, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency of the wallet."""

    instrument_name: str
    quantity: str
    reserved_qty: str
    market_value: str
    collateral_amount: str
    haircut: str
    max_withdrawal_balance: str
    collateral_eligible: bool = True
    hourly_interest_rate: str = "0"


@dataclass(frozen=True, slots=True)
class Wallet:
    """The account's totals in its settlement currency, and its balances. Without balances it is unfunded."""

    balances: tuple[Balance, ...]
    total_available_balance: str = "0"
    total_margin_balance: str = "0"
    total_initial_margin: str = "0"
    total_position_im: str = "0"
    total_haircut: str = "0"
    total_maintenance_margin: str = "0"
    total_position_cost: str = "0"
    total_cash_balance: str = "0"
    total_collateral_value: str | None = None
    total_session_unrealized_pnl: str = "0"
    total_session_realized_pnl: str = "0"
    total_effective_leverage: str = "0"
    total_risk_exposure: str = "0"
    total_isolated_cash_balance: str = "0"
    total_borrow: str = "0"
    position_limit: str = "0"
    used_position_limit: str = "0"
    margin_score: str | None = None
    instrument_name: str = "USD"
    is_liquidating: bool = False
    has_risk: bool = False
    terminatable: bool = True

    credit_limits = ()
    isolated_positions = ()


BALANCE = shape(
    {
        "quantity": "decimal",
        "reserved_qty": "decimal",
        "collateral_amount": "decimal",
        "haircut": "decimal",
        "collateral_eligible": "flag",
        "market_value": "decimal",
        "max_withdrawal_balance": "decimal",
        "instrument_name": "text",
        "hourly_interest_rate": "decimal",
    }
)
WALLET = shape(
    {
        "total_risk_exposure": "decimal",
        "total_available_balance": "decimal",
        "total_margin_balance": "decimal",
        "total_initial_margin": "decimal",
        "total_haircut": "decimal",
        "total_position_im": "decimal",
        "total_maintenance_margin": "decimal",
        "total_position_cost": "decimal",
        "total_cash_balance": "decimal",
        "total_collateral_value": "decimal?",
        "total_session_unrealized_pnl": "decimal",
        "instrument_name": "text",
        "total_session_realized_pnl": "decimal",
        "credit_limits": "json",
        "total_isolated_cash_balance": "decimal",
        "isolated_positions": "json",
        "total_effective_leverage": "decimal",
        "position_limit": "decimal",
        "used_position_limit": "decimal",
        "total_borrow": "decimal",
        "margin_score": "decimal?",
        "is_liquidating": "flag",
        "has_risk": "flag",
        "terminatable": "flag",
    }
)
EXTRA_OF_THE_WALLET = '"new_wallet_field":"y"'


def user_balance(asked: Asked) -> bytes:
    return result_of(f"[{wallet_json(asked.account.wallet, asked.behaviour)}]".encode())


def wallet_json(wallet: Wallet, behaviour: Behaviour, more: str = "") -> str:
    """A wallet with its balances inside; `more` are fields that are written already."""
    balances = rows_json(wallet.balances, BALANCE, behaviour).decode()
    inside = f'"position_balances":{balances}' + ("," + more if more else "")
    return row_json(wallet, WALLET, behaviour, EXTRA_OF_THE_WALLET, inside)


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(0, record) for record in balance_records(account.wallet, behaviour)]


def balance_records(wallet: Wallet, behaviour: Behaviour) -> Iterable[Record]:
    """A balance with the totals of the wallet beside it; of two fields of one name the wallet's gets another."""
    totals = record_of(wallet, WALLET)
    totals["account_instrument_name"] = totals["instrument_name"]
    extra: Record = {"new_wallet_field": "y"} if behaviour.extra_fields else {}
    return [{**totals, **record_of(balance, BALANCE), **extra} for balance in wallet.balances]


EXACT = Context(prec=60)
HOLDINGS = {
    "CRO": ("1234567.123456789012345678", "0.5"),
    "BTC": ("0.750000000000000001", "0.0625"),
    "ETH": ("12.000000000000000000", "0.0625"),
    "SOL": ("0.000000000000000001", "1"),
    "USD": ("85016.711250000000000000", "0"),
    "USDT": ("-25.5", "0"),
}
"""Quantity and haircut."""


def price_of(currency: str, at_ns: int) -> Decimal:
    """USD for one unit; a staked coin has the price of the coin."""
    currency = currency.removesuffix(".staked")
    return Decimal(1) if currency == "USD" else price_at(f"{currency}_USD", at_ns)


def seeded_wallet(gained: Mapping[str, Decimal], at_ns: int) -> Wallet:
    """Balances with 18 decimals, a dust amount and a borrowed one among them; of other currencies what was gained."""
    others = {currency: (format(amount, "f"), "1") for currency, amount in sorted(gained.items())}
    balances = tuple(
        _balance(currency, quantity, price_of(currency, at_ns), haircut)
        for currency, (quantity, haircut) in {**HOLDINGS, **others}.items()
    )
    value = sum((Decimal(balance.market_value) for balance in balances), Decimal(0))
    collateral = sum((Decimal(balance.collateral_amount) for balance in balances), Decimal(0))
    return Wallet(
        balances=balances,
        total_available_balance=format(collateral, "f"),
        total_margin_balance=format(value, "f"),
        total_cash_balance=format(value, "f"),
        total_haircut=format(value - collateral, "f"),
        total_initial_margin="169.03125000",
        total_maintenance_margin="84.51562500",
        total_collateral_value=format(collateral, "f"),
        total_risk_exposure="2704.50000001",
        total_effective_leverage="0.726779",
        total_isolated_cash_balance="897.300000",
        position_limit="74424.22500000",
        used_position_limit="2704.50000001",
        total_borrow="25.4949",
    )


def _balance(currency: str, quantity: str, price: Decimal, haircut: str) -> Balance:
    amount = Decimal(quantity)
    value = EXACT.multiply(amount, price).quantize(Decimal("1e-18"), context=EXACT)
    collateral = EXACT.multiply(value, 1 - Decimal(haircut)).quantize(Decimal("1e-18"), context=EXACT)
    return Balance(
        currency,
        quantity,
        reserved_qty="5.00000000" if currency == "CRO" else "0",
        market_value=format(value, "f"),
        collateral_amount=format(collateral, "f"),
        haircut=haircut,
        max_withdrawal_balance=format(max(amount, Decimal(0)), "f"),
        collateral_eligible=haircut != "1",
        hourly_interest_rate="0.000012" if amount < 0 else "0",
    )


def seed(account: Account, seeding: Seeding) -> None:
    """What the account holds now is given; what it began with follows from the ledger."""
    moved = movements(account.ledger)
    gained = {currency: gain for currency, gain in moved.items() if gain > 0 and currency not in HOLDINGS}
    account.wallet = seeded_wallet({**gained, **staked(account)}, seeding.end_ns)
    held = {balance.instrument_name: Decimal(balance.quantity) for balance in account.wallet.balances}
    account.opening = {
        currency: EXACT.subtract(held.get(currency, Decimal(0)), moved.get(currency, Decimal(0)))
        for currency in sorted({*held, *moved})
    }


RESOURCE = Resource(
    methods={"private/user-balance": Method(user_balance, key="position_balances")},
    tables={"user_balance": Table(("instrument_name",), records)},
    seed=seed,
)
