"""The truth about the account: the records that a connector must emit, worked out from the account's rows."""

from __future__ import annotations

from collections.abc import Mapping

from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.expected_records import Record
from simulated_exchange.resource import Table
from simulated_exchange.resources import TABLES

PRIMARY_KEYS: dict[str, tuple[str, ...]] = {name: table.primary_key for name, table in TABLES.items()}
EXTRA_FIELDS: Record = {"new_field": "x", "new_number": "0.100000000000000001"}
FOREVER_NS = 10**19


def expected_rows(
    account: Account,
    table: str,
    behaviour: Behaviour | None = None,
    since_ns: int = 0,
    until_ns: int = FOREVER_NS,
) -> list[Record]:
    """The records of a table. History tables: of rows whose time is in [since_ns, until_ns), in that time's order.

    A field that the exchange leaves out is absent; under `nulls_for_missing` it is None. Raises KeyError for a table
    that is not the account's.
    """
    behaviour = behaviour or Behaviour()
    with account.lock:
        made = list(TABLES[table].records(account, behaviour))
    rows = [row for time_ns, row in sorted(made, key=lambda timed: timed[0]) if since_ns <= time_ns < until_ns]
    return [_finished(row, behaviour, TABLES[table]) for row in rows]


def key_of(table: str, record: Mapping[str, object]) -> tuple[object, ...]:
    """The primary key of a record. Raises KeyError where a part of it is missing."""
    return tuple(record[name] for name in PRIMARY_KEYS[table])


def without_nulls(record: Mapping[str, object]) -> Record:
    """The record as it compares where absent and null mean the same."""
    return {name: value for name, value in record.items() if value is not None}


def _finished(row: Record, behaviour: Behaviour, table: Table) -> Record:
    row = {name: None if value == "" else value for name, value in row.items()}
    if not behaviour.nulls_for_missing:
        row = without_nulls(row)
    row.update({name: value for name, value in table.defaults.items() if row.get(name) is None})
    return {**row, **EXTRA_FIELDS} if behaviour.extra_fields and not table.fixed_columns else row
