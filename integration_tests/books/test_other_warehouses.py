"""The package compiles for BigQuery and Snowflake, and what comes out is their SQL. No connection is made."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlglot
import yaml
from dbt.adapters.bigquery.impl import BigQueryAdapter
from dbt.adapters.snowflake.impl import SnowflakeAdapter
from dbt.cli.main import dbtRunner
from sqlglot import exp

from books.dbt_package import PACKAGE
from tools.generate.staging_models import columns_of

pytestmark = pytest.mark.thorough

PROFILES: dict[str, dict[str, Any]] = {
    "bigquery": {"method": "oauth", "project": "project", "dataset": "books"},
    "snowflake": {"account": "account", "user": "user", "password": "-", "database": "project", "schema": "books"},
}
ADAPTERS = {"bigquery": BigQueryAdapter, "snowflake": SnowflakeAdapter}
TYPES = {
    "bigquery": {"time": "TIMESTAMP", "date": "DATE", "integer": "INT64", "boolean": "BOOL", "json": "JSON"},
    "snowflake": {"time": "TIMESTAMP_TZ", "date": "DATE", "integer": "NUMBER", "boolean": "BOOLEAN", "json": "VARIANT"},
}
TEXT = {"bigquery": "STRING", "snowflake": "VARCHAR"}
DECIMALS = {"bigquery": "BIGNUMERIC", "snowflake": "DECIMAL(38, 8)"}


def raw_relation(adapter: Any, database: str, schema: str, identifier: str) -> Any:
    """Stands for the question whether the warehouse has the table: it has all of them."""
    return adapter.Relation.create(database=database, schema=schema, identifier=identifier)


def raw_columns(adapter: Any, relation: Any) -> list[Any]:
    """Stands for the question which columns the table has: those of its JSON schema."""
    table = relation.identifier.lower()
    warehouse = adapter.type()
    names = {column.name: TYPES[warehouse].get(column.kind, TEXT[warehouse]) for column in columns_of(table)}
    names["_airbyte_extracted_at"] = TYPES[warehouse]["time"]
    upper = warehouse == "snowflake"
    return [adapter.Column(name.upper() if upper else name, kind) for name, kind in names.items()]


def opened(connection: Any) -> Any:
    """Stands for the connection, which compiling has no question for but the two above."""
    connection.state, connection.handle = "open", mock.MagicMock()
    return connection


@pytest.fixture(scope="module", params=list(PROFILES))
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The warehouse, and the folder of the compiled models."""
    warehouse, folder = request.param, tmp_path_factory.mktemp("compiled")
    output = {"type": warehouse, "threads": 1, **PROFILES[warehouse]}
    (folder / "profiles.yml").write_text(yaml.safe_dump({"cryptocom": {"target": "it", "outputs": {"it": output}}}))
    adapter = ADAPTERS[warehouse]
    with (
        mock.patch.object(adapter, "get_relation", raw_relation),
        mock.patch.object(adapter, "get_columns_in_relation", raw_columns),
        mock.patch.object(adapter.ConnectionManager, "open", staticmethod(opened)),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        outcome = dbtRunner().invoke(
            [
                *("compile", "--quiet", "--no-populate-cache", "--no-partial-parse"),
                *("--project-dir", str(PACKAGE), "--profiles-dir", str(folder)),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            ]
        )
    assert outcome.success, outcome.exception or outcome.result
    return warehouse, folder / "target" / "compiled" / "cryptocom" / "models"


def test_every_model_is_sql_of_the_warehouse(compiled: tuple[str, Path]) -> None:
    warehouse, folder = compiled
    models = sorted(PACKAGE.glob("models/**/*.sql"))
    for path in models:
        text = (folder / path.relative_to(PACKAGE / "models")).read_text(encoding="utf-8")
        [statement] = sqlglot.parse(text, read=warehouse)
        assert isinstance(statement, exp.Query), path


def test_a_quantity_is_an_exact_decimal(compiled: tuple[str, Path]) -> None:
    warehouse, folder = compiled
    text = (folder / "staging" / "stg_cryptocom__user_trade.sql").read_text(encoding="utf-8")
    quantity = next(
        column
        for column in sqlglot.parse_one(text, read=warehouse).find_all(exp.Cast)
        if column.this.name.lower() == "traded_quantity"
    )
    assert quantity.to.sql(dialect=warehouse) == DECIMALS[warehouse]
