"""The package in a dbt project that has models with the names of its relations."""

from __future__ import annotations

import json
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

NAMES = sorted(
    path.stem.split("cryptocom__")[1]
    for folder in ("intermediate", "marts", "reconciliation")
    for path in (PACKAGE / "models" / folder).glob("*.sql")
)
DATABASE = "warehouse.duckdb"
LOYALTY_POINTS = "select 500 as amount, 'POINTS' as currency"


def dbt(project: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "dbt.cli.main", *arguments, "--no-use-colors", "--profiles-dir", str(project)]
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    finished = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, env=environment)
    assert finished.returncode == 0, finished.stdout


def write_project(folder: Path, **of_the_package: str) -> None:
    """`of_the_package`: what the project sets for the package's models."""
    project = {"name": "shop", "version": "1.0.0", "config-version": 2, "profile": "shop"}
    project |= {"models": {"cryptocom": of_the_package}, "flags": {"send_anonymous_usage_stats": False}}
    output = {"type": "duckdb", "path": str(folder / DATABASE), "schema": "analytics", "threads": 2}
    for file, content in (
        ("dbt_project.yml", project),
        ("packages.yml", {"packages": [{"local": str(PACKAGE)}]}),
        ("profiles.yml", {"shop": {"target": "it", "outputs": {"it": output}}}),
    ):
        (folder / file).write_text(yaml.safe_dump(content))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the package installed, models that have the names of its relations, and raw tables."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "models").mkdir()
    for name in NAMES:
        (folder / "models" / f"{name}.sql").write_text(LOYALTY_POINTS)
    write_project(folder)
    with duckdb.connect(str(folder / DATABASE)) as connection:
        for table, rows in closed_books().tables.items():
            write_table(connection, table, rows, DUCKDB)
    dbt(folder, "deps")
    return folder


@pytest.mark.thorough
def test_a_model_of_the_user_replaces_none_of_the_package(shop: Path) -> None:
    write_project(shop)
    dbt(shop, "run", "--select", "+cryptocom__tax_event", "shop")
    with duckdb.connect(str(shop / DATABASE)) as connection:
        rewarded = connection.execute(
            "SELECT received_currency FROM analytics_cryptocom.tax_event WHERE kind = 'reward' ORDER BY ALL"
        ).fetchall()
        own = connection.execute("SELECT currency FROM analytics.reward").fetchall()
    assert [currency for (currency,) in rewarded] == ["CRO", "CRO", "DOT"]
    assert own == [("POINTS",)]


def test_the_user_chooses_the_schema_and_no_model_of_the_package_reads_a_users(shop: Path) -> None:
    write_project(shop, **{"+schema": "exchange"})
    dbt(shop, "parse")
    manifest = json.loads((shop / "target" / "manifest.json").read_text(encoding="utf-8"))
    schemas = {
        (node["package_name"], node["schema"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    assert schemas == {("cryptocom", "analytics_exchange"), ("shop", "analytics")}
    read = {source for node in manifest["nodes"].values() for source in node["depends_on"]["nodes"]}
    assert {name for name in read if name.startswith("model.shop.")} == set()
