"""A mart as plain CSV: every column, decimals digit for digit, times in UTC."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import duckdb

from books.tax.event import Period
from books.tax.tax_format import number
from source_cryptocom.file_modes import make_private

TIMES = ("happened_at", "disposed_at", "sold_at", "filled_at", "event_time", "create_time", "day", "month")
"""The column that says when: a mart has one of them, or shows what is true now."""
ACCOUNT = "source_account"


class NoSuchRows(ValueError):
    """A mart, an account or a period that the books cannot be asked for."""


@dataclass(frozen=True)
class MartFile:
    path: Path
    mart: str
    rows: int

    def __str__(self) -> str:
        return f"{self.rows} rows of {self.mart} in {self.path}."


def mart_file(
    mart: str, database: Path, target: Path, period: Period | None = None, account: str | None = None
) -> MartFile:
    """Writes the rows of one period and account, all by default. Raises NoSuchRows."""
    period = period or Period()
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = _columns(connection, mart)
        at = next((name for name in TIMES if name in columns), None)
        conditions: dict[str, object] = dict(_conditions(mart, columns, at, period))
        if account is not None:
            if ACCOUNT not in columns:
                raise NoSuchRows(f"{mart} is about all accounts: leave --account out.")
            check_account(account, _accounts(connection))
            conditions[f"{ACCOUNT} = ?"] = account
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        order = f"{at}, rowid" if at else "rowid"
        found = connection.execute(f'FROM books."{mart}"{where} ORDER BY {order}', [*conditions.values()])
        target.touch(mode=0o600)
        make_private(target)
        rows = 0
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            while batch := found.fetchmany(10_000):
                writer.writerows([[_text(value) for value in row] for row in batch])
                rows += len(batch)
    return MartFile(target, mart, rows)


def check_account(account: str, known: list[str]) -> None:
    if account not in known:
        raise NoSuchRows(f"The books have no account {account!r}. They have: {', '.join(known)}.")


def accounts_of(database: Path) -> list[str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return _accounts(connection)


def _columns(connection: duckdb.DuckDBPyConnection, mart: str) -> dict[str, str]:
    """Name and type of each column."""
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'books' "
        "ORDER BY table_name, column_index"
    ).fetchall():
        tables.setdefault(table, {})[column] = kind
    if mart not in tables:
        raise NoSuchRows(f"The books have no mart {mart!r}. They have: {', '.join(tables)}.")
    return tables[mart]


def _accounts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    read = "SELECT source_account FROM books.table_reading UNION SELECT source_account FROM books.tax_event ORDER BY 1"
    return [account for (account,) in connection.execute(read).fetchall()]


def _conditions(mart: str, columns: dict[str, str], at: str | None, period: Period) -> dict[str, date]:
    """SQL of the period, with the value of its placeholder."""
    if not period.first and not period.last:
        return {}
    if at is None:
        raise NoSuchRows(f"{mart} shows what is true now, or all times: leave --year, --from and --to out.")
    if columns[at] == "DATE":
        limits = {f"{at} >= ?": period.first, f"{at} <= ?": period.last}
    else:
        limits = {f"{at} >= ?": _without_zone(period.begins), f"{at} < ?": _without_zone(period.ends)}
    return {condition: limit for condition, limit in limits.items() if limit}


def _without_zone(moment: datetime | None) -> datetime | None:
    """As the books keep it: in UTC."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment else None


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return number(value)
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)
