"""Conversions that only the ledger knows: of a stablecoin, and of what is too little to be traded.

Both as a live account has them. A stablecoin's two rows share one order id; those of dust have nothing in common but
about the same time, and 0 for an id.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.resource import Resource, Seeding
from simulated_exchange.resources.transaction import book
from simulated_exchange.timeline import MS_NS

if TYPE_CHECKING:
    from simulated_exchange.account import Account

NO_IDS = {"order_id": "0", "trade_id": "0"}


def convert_stablecoin(account: Account, at_ns: int, quantity: str = "250") -> None:
    """USDT becomes USD, one to one."""
    order_id = account.next_id()
    book(account, "STABLECOIN_CONVERSION", at_ns, "USDT", -Decimal(quantity), order_id=order_id)
    book(account, "STABLECOIN_CONVERSION", at_ns, "USD", Decimal(quantity), order_id=order_id)


def sweep_dust(account: Account, at_ns: int, quantity: str = "0.0001") -> None:
    """A little ETH becomes CRO, some milliseconds later."""
    book(account, "CRYPTO_DUSTING", at_ns, "ETH", -Decimal(quantity), **NO_IDS)
    book(account, "CRYPTO_DUSTING", at_ns + 3 * MS_NS, "CRO", Decimal(quantity) * 30_000, **NO_IDS)


def seed(account: Account, seeding: Seeding) -> None:
    """Two of either."""
    dice = seeding.dice("conversion")
    for at_ns in seeding.moments(dice, 0.05, 2):
        convert_stablecoin(account, at_ns, str(dice.randrange(50, 500)))
    for at_ns in seeding.moments(dice, 0.05, 2):
        sweep_dust(account, min(at_ns, seeding.end_ns - 4 * MS_NS), f"0.000{dice.randrange(1, 9)}")


RESOURCE = Resource(seed=seed, arrive=convert_stablecoin, change=sweep_dust)
