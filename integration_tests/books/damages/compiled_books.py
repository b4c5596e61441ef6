"""The books of a database that may be damaged, without a run of dbt: its compiled models, made anew and taken back.

Only the models behind a damaged table are made again, and of those behind them the ones whose rows it changes. An
incremental model keeps what an earlier sync left in it, and takes the rows of this one in by their key, as dbt does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from books.dbt_package import run_dbt
from integration_tests.books.damages.account_tables import Tables, write_tables

RAW = re.compile(r'from "(?:memory|warehouse)"\."main"\."(\w+)"')
CATALOG = "warehouse"
DISCREPANCY = ("discrepancy",)
VERDICT = ("discrepancy", "reconciliation", "table_reading", "account_order", "coin_movement")
"""Models that the sentences rest on, and those that the verdict does."""
Found = TypeVar("Found")


@dataclass(frozen=True)
class Model:
    """A compiled model: the relation that it makes, what it reads, and its key where it is incremental."""

    relation: str
    sql: str
    reads: tuple[str, ...]
    raw_tables: frozenset[str]
    unique_key: tuple[str, ...] = ()


def compiled_models(
    folder: Path, tables: Tables, variables: Mapping[str, Any], wanted: Sequence[str] = DISCREPANCY
) -> list[Model]:
    """Compiles the package for a database with these raw tables; each wanted model after those that it reads."""
    database, working = folder / f"{CATALOG}.duckdb", folder / "dbt"
    working.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database)) as connection:
        prefixes = (variables.get("cryptocom_accounts") or {"main": ""}).values()
        for prefix in prefixes:
            write_tables(connection, folder, tables, prefix)
    run_dbt("compile", working, {"CRYPTOCOM_DATABASE": str(database)}, variables)
    manifest = json.loads((working / "target" / "manifest.json").read_text(encoding="utf-8"))
    models: dict[str, Model] = {}
    for node_id, node in manifest["nodes"].items():
        if node["resource_type"] == "model":
            path = working / "target" / "compiled" / node["package_name"] / node["original_file_path"]
            sql = path.read_text(encoding="utf-8")
            key = node["config"].get("unique_key") or () if node["config"]["materialized"] == "incremental" else ()
            models[node_id] = Model(
                f'"{node["schema"]}"."{node["alias"]}"',
                sql,
                tuple(name for name in node["depends_on"]["nodes"] if name.startswith("model.")),
                frozenset(RAW.findall(sql)),
                tuple(key),
            )
    ordered: dict[str, Model] = {}

    def visit(node_id: str) -> None:
        for read in models[node_id].reads:
            visit(read)
        ordered.setdefault(node_id, models[node_id])

    for node_id, model in models.items():
        if model.relation.strip('"').split('"."')[-1] in wanted:
            visit(node_id)
    names = {node_id: model.relation for node_id, model in models.items()}
    return [
        Model(model.relation, model.sql, tuple(names[read] for read in model.reads), model.raw_tables, model.unique_key)
        for model in ordered.values()
    ]


class CompiledBooks:
    """The models in a database in memory."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = models
        self._rows: dict[str, object] = {}
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("SET threads = 1; SET TimeZone = 'UTC'")
        self.connection.execute(f"ATTACH ':memory:' AS {CATALOG}; USE {CATALOG}; CREATE SCHEMA kept")
        for schema in {model.relation.split(".")[0] for model in models}:
            self.connection.execute(f"CREATE SCHEMA {schema}")

    def sync(self, folder: Path, tables: Mapping[str, Tables]) -> None:
        """Takes raw tables, by the prefix of their account, and makes all models; snapshots keep what they had."""
        for model in self._models if self._rows else ():
            if model.unique_key:
                self.connection.execute(f"CREATE OR REPLACE TABLE {_kept(model)} AS FROM {model.relation}")
        for prefix, of_account in tables.items():
            write_tables(self.connection, folder, of_account, prefix)
        for model in self._models:
            self._build(model)
        self._rows = {model.relation: self._rows_of(model) for model in self._models}

    def rows(self, query: str) -> list[dict[str, Any]]:
        found = self.connection.execute(query)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def damaged(
        self, statements: Sequence[str], tables: Sequence[str], look: Callable[[duckdb.DuckDBPyConnection], Found]
    ) -> Found | str:
        """What `look` finds after these statements on raw tables, which are taken back; or the error of the build."""
        self.connection.execute("BEGIN")
        try:
            for statement in statements:
                self.connection.execute(statement)
            stale: set[str] = set()
            for model in self._models:
                if model.raw_tables & set(tables) or stale & set(model.reads):
                    self._build(model)
                    if self._rows_of(model) != self._rows[model.relation]:
                        stale.add(model.relation)
            return look(self.connection)
        except duckdb.Error as error:
            return str(error).splitlines()[0]
        finally:
            self.connection.execute("ROLLBACK")

    def _rows_of(self, model: Model) -> object:
        """The same for the same rows."""
        return self.connection.execute(
            f"SELECT count(*), sum(hash(one)) FROM {model.relation} AS one"  # noqa: S608
        ).fetchone()

    def _build(self, model: Model) -> None:
        sql = model.sql
        if model.unique_key:
            kept = _kept(model)
            self.connection.execute(f"CREATE TABLE IF NOT EXISTS {kept} AS SELECT * FROM ({sql}) LIMIT 0")  # noqa: S608
            same = " AND ".join(f"kept.{name} IS NOT DISTINCT FROM new.{name}" for name in model.unique_key)
            sql = f"WITH new AS ({sql}) FROM new UNION ALL BY NAME SELECT * FROM {kept} AS kept "  # noqa: S608
            sql += f"WHERE NOT EXISTS (SELECT 1 FROM new WHERE {same})"  # noqa: S608
        self.connection.execute(f"CREATE OR REPLACE TABLE {model.relation} AS {sql}")


def _kept(model: Model) -> str:
    return "kept." + model.relation.split(".")[-1]
