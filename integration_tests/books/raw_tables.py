"""Raw tables as Airbyte's destinations write them: decimals as text, times as times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from tools.generate.staging_models import columns_of

DUCKDB = {"time": "TIMESTAMP", "date": "DATE", "integer": "BIGINT", "boolean": "BOOLEAN", "json": "JSON"}
POSTGRES = DUCKDB | {"time": "TIMESTAMPTZ", "json": "JSONB"}


class Connection(Protocol):
    """DuckDB's, or a cursor of Postgres."""

    def execute(self, query: str, parameters: Any = ..., /) -> Any: ...


def write_table(
    connection: Connection, table: str, rows: Iterable[Mapping[str, Any]], types: dict[str, str], prefix: str = ""
) -> None:
    """Only the columns that some row has, in a table that only exists if there are rows."""
    rows = list(rows)
    kinds = {column.name: column.kind for column in columns_of(table)} | {"_airbyte_extracted_at": "time"}
    columns = [name for name in kinds if any(name in row for row in rows)]
    if not columns:
        return
    declared = ", ".join(f'"{name}" {types.get(kinds[name], "VARCHAR")}' for name in columns)
    connection.execute(f'CREATE TABLE "{prefix}{table}" ({declared})')
    mark = "?" if types is DUCKDB else "%s"
    marks = ", ".join([f"({', '.join([mark] * len(columns))})"] * len(rows))
    values = [row.get(name) for row in rows for name in columns]
    connection.execute(f'INSERT INTO "{prefix}{table}" VALUES {marks}', values)  # noqa: S608  names of our own
