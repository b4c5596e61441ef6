"""The truth about the account: the records that a connector must emit, worked out from the account's objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from integration_tests.exchange.account import Account
from integration_tests.exchange.behaviour import Behaviour
from integration_tests.exchange.expected_records import (
    Record,
    balance_record,
    fill_record,
    ledger_record,
    order_record,
    position_record,
)

PRIMARY_KEYS: dict[str, tuple[str, ...]] = {
    "user_balance": ("instrument_name",),
    "user_position": ("account_id", "instrument_name", "isolation_id"),
    "open_order": ("order_id",),
    "order_history": ("order_id",),
    "user_trade": ("instrument_name", "trade_id"),
    "transaction": (
        "account_id",
        "journal_id",
        "journal_type",
        "instrument_name",
        "isolation_id",
        "event_timestamp_ns",
    ),
}
EXTRA_FIELDS: Record = {"new_field": "x", "new_number": "0.100000000000000001"}
EXTRA_FIELDS_OF_THE_WALLET: Record = {"new_wallet_field": "y"}
FOREVER_NS = 10**19


def expected_rows(
    account: Account,
    table: str,
    behaviour: Behaviour | None = None,
    since_ns: int = 0,
    until_ns: int = FOREVER_NS,
) -> list[Record]:
    """The records of a table. History tables: of rows whose time is in [since_ns, until_ns), in that time's order.

    An order's time is the one that the behaviour's `order_time_filter` names. A field that the exchange leaves out is
    absent; under `nulls_for_missing` it is None. Raises KeyError for a table that is not the account's.
    """
    behaviour = behaviour or Behaviour()
    with account.lock:
        made = _MAKERS[table](account, behaviour)
    rows = [row for time_ns, row in sorted(made, key=lambda timed: timed[0]) if since_ns <= time_ns < until_ns]
    return [_finished(row, behaviour, table) for row in rows]


def key_of(table: str, record: Mapping[str, object]) -> tuple[object, ...]:
    """The primary key of a record. Raises KeyError where a part of it is missing."""
    return tuple(record[name] for name in PRIMARY_KEYS[table])


def without_nulls(record: Mapping[str, object]) -> Record:
    """The record as it compares where absent and null mean the same."""
    return {name: value for name, value in record.items() if value is not None}


Timed = Iterable[tuple[int, Record]]


def _user_balance(account: Account, behaviour: Behaviour) -> Timed:
    return [(0, balance_record(account.wallet, balance)) for balance in account.wallet.balances]


def _user_position(account: Account, behaviour: Behaviour) -> Timed:
    return [(0, position_record(position)) for position in account.positions]


def _open_order(account: Account, behaviour: Behaviour) -> Timed:
    return [(order.create_time_ns, order_record(order)) for order in account.open_orders.values()]


def _order_history(account: Account, behaviour: Behaviour) -> Timed:
    by_creation = behaviour.order_time_filter == "create"
    return [
        (
            order.create_time_ns if by_creation else order.update_time_ns,
            {
                **order_record(order),
                "maker_fee_rate": order.maker_fee_rate,
                "taker_fee_rate": order.taker_fee_rate,
                "ref_price_type": order.ref_price_type,
            },
        )
        for order in account.finished_by_update
    ]


def _user_trade(account: Account, behaviour: Behaviour) -> Timed:
    return [(fill.create_time_ns, fill_record(fill)) for fill in account.fills]


def _transaction(account: Account, behaviour: Behaviour) -> Timed:
    return [(row.event_timestamp_ns, ledger_record(row)) for row in account.ledger]


_MAKERS: dict[str, Callable[[Account, Behaviour], Timed]] = {
    "user_balance": _user_balance,
    "user_position": _user_position,
    "open_order": _open_order,
    "order_history": _order_history,
    "user_trade": _user_trade,
    "transaction": _transaction,
}


def _finished(row: Record, behaviour: Behaviour, table: str) -> Record:
    row = {name: None if value == "" else value for name, value in row.items()}
    if not behaviour.nulls_for_missing:
        row = without_nulls(row)
    if table in ("user_position", "transaction"):
        row["isolation_id"] = row.get("isolation_id") or "0"
    if behaviour.extra_fields:
        row = {**row, **EXTRA_FIELDS, **(EXTRA_FIELDS_OF_THE_WALLET if table == "user_balance" else {})}
    return row
