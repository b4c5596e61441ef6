"""Books that were built from stories: in DuckDB, one account per story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from books.dbt_package import build_books
from integration_tests.books.account_story import Story
from integration_tests.books.raw_tables import DUCKDB, write_table


@dataclass(frozen=True)
class Books:
    """A DuckDB file with raw tables and what was built from them; `tests`: the status of each dbt test."""

    database: Path
    tests: dict[str, str]

    def rows(self, query: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            found = connection.execute(query)
            names = [column[0] for column in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def books_of(folder: Path, stories: Mapping[str, Story], **variables: Any) -> Books:
    """Each story's raw tables have its name as their prefix."""
    database = folder / "warehouse.duckdb"
    with duckdb.connect(str(database)) as connection:
        for name, story in stories.items():
            for table, rows in story.tables.items():
                write_table(connection, table, rows, DUCKDB, prefix=f"{name}_")
    accounts = {name: f"{name}_" for name in stories}
    told = {"cryptocom_accounts": accounts, "cryptocom_began_empty": True, **variables}
    return Books(database, build_books(database, folder / "dbt", told))
