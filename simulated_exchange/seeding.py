"""A whole account made from a seed: the same seed and time always give the same rows."""

from __future__ import annotations

from simulated_exchange.account import Account
from simulated_exchange.resource import Seeding
from simulated_exchange.resources import RESOURCES
from simulated_exchange.timeline import DAY_NS


def seeded_account(
    now_ns: int, orders: int = 400, days: float = 45, seed: int = 7, open_orders: int = 12, with_fills: bool = True
) -> Account:
    """An account whose rows lie in the `days` before `now_ns`: `orders` finished orders and some open ones.

    Its books close: what it began with and the ledger are the wallet, its fills are its positions. Without fills the
    ledger keeps only settlements and funding, which makes very large accounts cheap.
    """
    account = Account()
    seeding = Seeding(seed, now_ns - int(days * DAY_NS), now_ns - 1_000_000, orders, open_orders, with_fills)
    for resource in RESOURCES:
        if resource.seed:
            resource.seed(account, seeding)
    return account
