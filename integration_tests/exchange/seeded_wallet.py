"""The wallet and the positions of a seeded account."""

from __future__ import annotations

from decimal import Context, Decimal

from integration_tests.exchange.account import ACCOUNT_ID
from integration_tests.exchange.account_rows import Balance, Position, Wallet

POSITIONS_ON = "ETHUSD-PERP"
EXACT = Context(prec=60)
HOLDINGS: tuple[tuple[str, str, str, str], ...] = (
    ("CRO", "1234567.123456789012345678", "0.102340000000000001", "0.5"),
    ("BTC", "0.750000000000000001", "95000.50", "0.0625"),
    ("ETH", "12.000000000000000000", "3120.25", "0.0625"),
    ("SOL", "0.000000000000000001", "141.07", "1"),
    ("USD", "10016.711250000000000000", "1", "0"),
    ("USDT", "-25.5", "0.9998", "0"),
)
"""(currency, quantity, price in USD, haircut)"""


def seeded_wallet() -> Wallet:
    """Balances with 18 decimals, a dust amount and a borrowed one among them."""
    balances = tuple(_balance(*holding) for holding in HOLDINGS)
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


def _balance(currency: str, quantity: str, price: str, haircut: str) -> Balance:
    amount = Decimal(quantity)
    value = EXACT.multiply(amount, Decimal(price)).quantize(Decimal("1e-18"), context=EXACT)
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


def seeded_positions(now_ns: int) -> list[Position]:
    """A cross and an isolated position on one instrument, and a short one on another."""
    now_ms = now_ns // 1_000_000
    return [
        Position(ACCOUNT_ID, POSITIONS_ON, "1.250", "3901.88", "3899.10", "2.780000", "1.125000", now_ms - 59_882),
        Position(
            ACCOUNT_ID, POSITIONS_ON, "0.300", "894.66", "897.30", "-2.640000", "-2.640000", now_ms - 87_956, "88014207"
        ),
        Position(ACCOUNT_ID, "LTCUSD-PERP", "-12.50", "-1126.5", "-1131.25", "4.75", "1.125000", now_ms - 3_600_111),
    ]
