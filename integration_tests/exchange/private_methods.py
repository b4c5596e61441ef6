"""The private methods: parameters to the JSON of `result`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integration_tests.exchange import wire
from integration_tests.exchange.account import Account
from integration_tests.exchange.behaviour import Behaviour
from integration_tests.exchange.paging import page

Params = Mapping[str, str]
PrivateMethod = Callable[[Account, Behaviour, int, Params], bytes]
"""(account, behaviour, now in ns, parameters) -> JSON of the rows"""


def user_balance(account: Account, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    return wire.wallet_json(account.wallet, behaviour)


def positions(account: Account, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    rows = [
        row for row in account.positions if params.get("instrument_name", row.instrument_name) == row.instrument_name
    ]
    return wire.rows_json(rows, wire.POSITION, behaviour)


def open_orders(account: Account, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    asked = params.get("instrument_name")
    rows = [order for order in account.open_orders.values() if asked in (None, order.instrument_name)]
    return wire.rows_json(rows, wire.OPEN_ORDER, behaviour)


def order_history(account: Account, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    by_creation = behaviour.order_time_filter == "create"
    rows = account.finished_by_creation if by_creation else account.finished_by_update
    return wire.rows_json(page(rows, params, behaviour, now_ns, "update_time_ns"), wire.FINISHED_ORDER, behaviour)


def user_trades(account: Account, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    return wire.rows_json(page(account.fills, params, behaviour, now_ns, "create_time_ns"), wire.FILL, behaviour)


def transactions(account: Account, behaviour: Behaviour, now_ns: int, params: Params) -> bytes:
    filters = ("instrument_name", "isolation_id", "journal_type")
    rows = page(account.ledger, params, behaviour, now_ns, "event_timestamp_ns", filters)
    return wire.rows_json(rows, wire.LEDGER_ROW, behaviour)


HISTORY_PARAMETERS = frozenset({"instrument_name", "start_time", "end_time", "limit", "isolation_id"})

PRIVATE_METHODS: dict[str, tuple[PrivateMethod, frozenset[str]]] = {
    "private/user-balance": (user_balance, frozenset()),
    "private/get-positions": (positions, frozenset({"instrument_name"})),
    "private/get-open-orders": (open_orders, frozenset({"instrument_name"})),
    "private/get-order-history": (order_history, HISTORY_PARAMETERS),
    "private/get-trades": (user_trades, HISTORY_PARAMETERS),
    "private/get-transactions": (transactions, HISTORY_PARAMETERS | {"journal_type"}),
}
"""Method -> (what answers it, the parameters it knows)."""
