"""Books that were built from stories: in DuckDB, one account per story."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from books.dbt_package import build_books
from integration_tests.books.account_story import Story
from integration_tests.books.raw_tables import DUCKDB, write_table

DATABASE = "warehouse.duckdb"


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
    database = folder / DATABASE
    with duckdb.connect(str(database)) as connection:
        connection.begin()
        for name, story in stories.items():
            for table, rows in story.tables.items():
                write_table(connection, table, rows, DUCKDB, prefix=f"{name}_")
        connection.commit()
    accounts = {name: f"{name}_" for name in stories}
    settings = {"cryptocom_accounts": accounts, "cryptocom_began_empty": True, **variables}
    return Books(database, build_books(database, folder / "dbt", settings))


def built_once(factory: pytest.TempPathFactory, name: str, stories: Callable[[], Mapping[str, Story]]) -> Books:
    """The books called `name`, built by the first of pytest's workers that asks; the others wait, and read them too."""
    run = factory.getbasetemp()
    folder = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / f"books-{name}"
    statuses = folder / "tests.json"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not statuses.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a build that failed
            folder.mkdir()
            statuses.write_text(json.dumps(books_of(folder, stories()).tests), encoding="utf-8")
    return Books(folder / DATABASE, json.loads(statuses.read_text(encoding="utf-8")))
