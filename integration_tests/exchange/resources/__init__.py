"""Every kind of row that the account has: one module each, registered here.

The order is that in which an account is seeded: fills come from orders, the ledger from all that moves money, the
positions and the wallet from the ledger.
"""

from __future__ import annotations

from importlib import import_module

from integration_tests.exchange.resource import Method, Resource, Table

NAMES = (
    "order",
    "user_trade",
    "transaction",
    "user_position",
    "user_balance",
)

RESOURCES: tuple[Resource, ...] = tuple(import_module(f"{__name__}.{name}").RESOURCE for name in NAMES)
METHODS: dict[str, Method] = {name: method for resource in RESOURCES for name, method in resource.methods.items()}
TABLES: dict[str, Table] = {name: table for resource in RESOURCES for name, table in resource.tables.items()}
