"""The package in a dbt project that has models with the names of its relations."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from books.dbt_package import PACKAGE
from integration_tests.books.account_story import closed_books
from integration_tests.books.raw_tables import DUCKDB, write_table

pytestmark = pytest.mark.timeout(400)

NAMES = sorted(
    path.stem.split("cryptocom__")[1]
    for folder in ("intermediate", "marts", "reconciliation")
    for path in (PACKAGE / "models" / folder).glob("*.sql")
)
LOYALTY_POINTS = "select 500 as amount, 'POINTS' as currency"


def dbt(project: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "dbt.cli.main", *arguments, "--no-use-colors", "--profiles-dir", str(project)]
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    finished = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, env=environment)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize(
    ("configured", "schema"), [({}, "analytics_cryptocom"), ({"+schema": "exchange"}, "analytics_exchange")]
)
def test_a_model_of_the_user_replaces_none_of_the_package(
    configured: dict[str, str], schema: str, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    for name in NAMES:
        (tmp_path / "models" / f"{name}.sql").write_text(LOYALTY_POINTS)
    project = {"name": "shop", "version": "1.0.0", "config-version": 2, "profile": "shop"}
    project |= {"models": {"cryptocom": configured}, "flags": {"send_anonymous_usage_stats": False}}
    database = tmp_path / "warehouse.duckdb"
    output = {"type": "duckdb", "path": str(database), "schema": "analytics", "threads": 2}
    for file, content in (
        ("dbt_project.yml", project),
        ("packages.yml", {"packages": [{"local": str(PACKAGE)}]}),
        ("profiles.yml", {"shop": {"target": "it", "outputs": {"it": output}}}),
    ):
        (tmp_path / file).write_text(yaml.safe_dump(content))
    with duckdb.connect(str(database)) as connection:
        for table, rows in closed_books().tables.items():
            write_table(connection, table, rows, DUCKDB)
    dbt(tmp_path, "deps")
    dbt(tmp_path, "run", "--select", "+cryptocom__tax_event", "shop")
    with duckdb.connect(str(database)) as connection:
        rewarded = connection.execute(
            f"SELECT received_currency FROM {schema}.tax_event WHERE kind = 'reward' ORDER BY ALL"  # noqa: S608
        ).fetchall()
        own = connection.execute("SELECT currency FROM analytics.reward").fetchall()
    assert [currency for (currency,) in rewarded] == ["CRO", "CRO", "DOT"]
    assert own == [("POINTS",)]
