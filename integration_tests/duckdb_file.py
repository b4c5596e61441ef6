"""What is in a DuckDB file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb


def query(database: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database)) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def counts(database: Path, tables: Sequence[str]) -> dict[str, int]:
    counted = (f"SELECT '{table}', count(*) FROM {table}" for table in tables)  # noqa: S608  names of our own
    return dict(query(database, " UNION ALL ".join(counted)))
