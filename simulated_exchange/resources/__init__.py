"""Every kind of row that the account has: one module each, found here.

`ORDER` is that in which an account is seeded: fills come from orders, the ledger from all that moves money, the
positions and the wallet from the ledger. A module that it does not name is seeded after those.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from simulated_exchange.resource import Method, Resource, Table

ORDER = (
    "order",
    "advanced_order",
    "trading_bot",
    "trading_bot_execution",
    "user_trade",
    "transaction",
    "deposit",
    "withdrawal",
    "fiat_deposit",
    "fiat_withdrawal",
    "otc_deal",
    "stake",
    "convert",
    "staking_reward",
    "staking_position",
    "conversion",
    "account_tree",
    "sub_account_balance",
    "user_position",
    "user_balance",
    "balance_history",
    "fee_rate",
    "instrument_fee_rate",
    "fee_credit",
    "currency_network",
    "valuation",
    "expired_settlement_price",
    "risk_parameter",
)

NAMES = ORDER + tuple(sorted({module.name for module in iter_modules(__path__)} - set(ORDER)))
RESOURCES: tuple[Resource, ...] = tuple(import_module(f"{__name__}.{name}").RESOURCE for name in NAMES)
METHODS: dict[str, Method] = {name: method for resource in RESOURCES for name, method in resource.methods.items()}
OWNERS: dict[str, Resource] = {name: resource for resource in RESOURCES for name in resource.methods}
"""The resource that a method belongs to."""
TABLES: dict[str, Table] = {name: table for resource in RESOURCES for name, table in resource.tables.items()}
