"""The examples work: Terraform's files fit the connector, and the Dagster assets are materialised."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import hcl2
import jsonschema
import pytest
import yaml

from integration_tests.connector import LOGGER, config_for
from integration_tests.duckdb_file import counts
from integration_tests.warehouse import PROJECT, suggested_tables
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS
from source_cryptocom import SourceCryptocom
from source_cryptocom.streams import STREAMS

TERRAFORM = PROJECT / "examples" / "terraform"
SYNC_MODES = {
    "full_refresh_overwrite": "full_refresh",
    "incremental_append": "incremental",
    "incremental_deduped_history": "incremental",
}
"""Airbyte's API's words for a connection's modes, and what the source must offer for each."""


def plain(value: Any) -> Any:
    """What hcl2 reads, without the quotes that it keeps around texts."""
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value[1:-1] if isinstance(value, str) and value.startswith('"') else value


def terraform(name: str) -> dict[str, Any]:
    with (TERRAFORM / name).open(encoding="utf-8") as file:
        read: dict[str, Any] = plain(hcl2.load(file))
    return read


def resources(kind: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for resource in terraform("main.tf")["resource"]:
        found |= resource.get(kind, {})
    return found


def variables() -> dict[str, dict[str, Any]]:
    return {name: body for one in terraform("variables.tf")["variable"] for name, body in one.items()}


def source_config(name: str) -> dict[str, Any]:
    """What `jsonencode({...})` of a source gives, with a text in place of each reference."""
    text = resources("airbyte_source")[name]["configuration"].removeprefix("${jsonencode(").removesuffix(")}")
    config: dict[str, Any] = plain(hcl2.loads(f"config = {text}\n"))["config"]
    values = {"start_date": next(iter(terraform("accounts.tfvars")["accounts"].values()))["start_date"]}
    return {field: values.get(field, value) for field, value in config.items()}


@pytest.mark.parametrize("name", ["account", "market"])
def test_terraform_configures_only_fields_that_exist_with_values_that_fit(name: str) -> None:
    form = SourceCryptocom().spec(LOGGER).connectionSpecification
    config = source_config(name)
    assert set(config) <= set(form["properties"])
    jsonschema.validate(config, form)


@pytest.mark.parametrize("name", ["account", "market"])
def test_terraform_chooses_sync_modes_that_the_tables_offer(name: str) -> None:
    with running_exchange(market=EmptyMarket()) as exchange:
        config = config_for(exchange, with_key=name == "account")
        offered = {
            stream.name: {mode.value for mode in stream.supported_sync_modes}
            for stream in SourceCryptocom().discover(LOGGER, config).streams
        }
    for stream in resources("airbyte_connection")[name]["configurations"]["streams"]:
        assert SYNC_MODES[stream["sync_mode"]] in offered[stream["name"]]


def test_terraform_reads_the_tables_that_airbyte_suggests() -> None:
    for table in suggested_tables():
        connection = resources("airbyte_connection")["account" if STREAMS[table].is_private() else "market"]
        assert table in {stream["name"] for stream in connection["configurations"]["streams"]}


def test_terraform_takes_the_image_of_this_version() -> None:
    metadata = yaml.safe_load((PROJECT / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    definition = resources("airbyte_source_definition")["cryptocom"]
    assert definition["docker_image_tag"] == "${var.docker_image_tag}"
    assert variables()["docker_image_tag"]["default"] == metadata["dockerImageTag"]


def test_each_account_of_the_example_is_given_a_key() -> None:
    page = (PROJECT / "docs" / "more-than-one-account.md").read_text(encoding="utf-8")
    [keys] = re.findall(r"export TF_VAR_api_keys='(\{.*?\})'", page, re.DOTALL)
    given = json.loads(keys)
    assert set(given) == set(terraform("accounts.tfvars")["accounts"])
    assert all(set(key) == {"api_key", "api_secret"} for key in given.values())


def test_every_terraform_variable_is_declared_and_secrets_are_sensitive() -> None:
    declared = variables()
    used = set(re.findall(r"var\.(\w+)", (TERRAFORM / "main.tf").read_text(encoding="utf-8")))
    assert used == set(declared)
    assert {name for name, body in declared.items() if body.get("sensitive")} == {"client_secret", "api_keys"}


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=20, days=2, open_orders=2)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as running:
        yield running


@pytest.fixture
def assets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The example's module, as `dagster dev -f` loads it."""
    connector = Path(sysconfig.get_path("scripts")) / "source-cryptocom"
    monkeypatch.setenv("CRYPTOCOM_CONNECTOR", str(connector))
    monkeypatch.setenv("CRYPTOCOM_CONFIGS", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    file = PROJECT / "examples" / "dagster" / "cryptocom_assets.py"
    spec = importlib.util.spec_from_file_location("cryptocom_assets", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "cryptocom_assets", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.thorough
def test_dagster_materialises_the_history_of_each_account(
    exchange: Exchange, assets: ModuleType, tmp_path: Path
) -> None:
    # Dagster takes seconds to import: only where it is needed.
    import dagster  # noqa: PLC0415

    start = rfc3339((time.time_ns() - 2 * DAY_NS) // 1_000_000)
    (tmp_path / "desk_a.json").write_text(json.dumps(config_for(exchange, start_date=start)))
    definitions: dagster.Definitions = assets.definitions(tmp_path, tmp_path)
    job = definitions.resolve_job_def("hourly")
    result = job.execute_in_process(instance=dagster.DagsterInstance.ephemeral())
    assert result.success
    assert list(assets.TABLES) == [table for table in suggested_tables() if STREAMS[table].is_private()]
    truth = {table: len(expected_rows(exchange.account, table)) for table in assets.TABLES}
    assert counts(tmp_path / "desk_a.duckdb", assets.TABLES) == truth
    told = {
        event.asset_key: event.materialization.metadata["rows"].value
        for event in result.get_asset_materialization_events()
    }
    assert told == {dagster.AssetKey(["desk_a", table]): rows for table, rows in truth.items()}


def test_dagster_runs_one_account_once_at_a_time(assets: ModuleType, tmp_path: Path) -> None:
    """A pool has no limit of its own: dagster.yaml gives it one."""
    import dagster  # noqa: PLC0415

    (tmp_path / "desk_a.json").write_text("{}")
    [history] = assets.definitions(tmp_path, tmp_path).assets
    assert history.op.pool == "cryptocom_desk_a"
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(PROJECT / "examples" / "dagster" / "dagster.yaml", home)
    with dagster.DagsterInstance.from_config(str(home)) as instance:
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1
        assert instance.event_log_storage.initialize_concurrency_limit_to_default("cryptocom_desk_a")
        assert instance.event_log_storage.get_concurrency_info("cryptocom_desk_a").slot_count == 1


def test_dagster_runs_every_hour(assets: ModuleType) -> None:
    [schedule] = assets.defs.schedules
    assert (schedule.job_name, schedule.cron_schedule) == ("hourly", "5 * * * *")
