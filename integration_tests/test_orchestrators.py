"""The examples for Prefect and Airflow read an account, with the few names that they use of either in its place.

Neither is locked: Prefect brings 48 packages, a server among them, and Airflow cannot be installed beside PyAirbyte.
"""

from __future__ import annotations

import json
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from integration_tests.connector import config_for
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
from source_cryptocom.streams import STREAMS

pytestmark = pytest.mark.thorough

TABLES = [table for table in suggested_tables() if STREAMS[table].is_private()]
SCRIPTS = Path(sysconfig.get_path("scripts"))


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=10, days=1, open_orders=2)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as running:
        yield running


@pytest.fixture(autouse=True)
def _account(exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = rfc3339((time.time_ns() - DAY_NS) // 1_000_000)
    (tmp_path / "desk_a.json").write_text(json.dumps(config_for(exchange, start_date=start)), encoding="utf-8")
    monkeypatch.setenv("CRYPTOCOM_CONNECTOR", str(SCRIPTS / "source-cryptocom"))
    monkeypatch.setenv("CRYPTOCOM_PYTHON", sys.executable)
    monkeypatch.setenv("CRYPTOCOM_CONFIGS", str(tmp_path))
    monkeypatch.setenv("CRYPTOCOM_DATABASES", str(tmp_path))


def decorator(*names: str) -> Callable[..., Callable[[Callable[..., Any]], Callable[..., Any]]]:
    """One that takes the options named, and leaves the function as it is."""

    def with_options(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        assert set(options) <= set(names), options
        return lambda function: function

    return with_options


def run_as_main(example: str) -> dict[str, Any]:
    return runpy.run_path(str(PROJECT / "examples" / example), run_name="example")


def test_prefect_reads_each_account(exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefect = ModuleType("prefect")
    vars(prefect).update(task=decorator("retries", "retry_delay_seconds", "task_run_name"), flow=decorator("name"))
    monkeypatch.setitem(sys.modules, "prefect", prefect)
    told = run_as_main("prefect/cryptocom_flow.py")["every_account"](tmp_path, tmp_path)
    truth = {table: len(expected_rows(exchange.account, table)) for table in TABLES}
    assert told == {"desk_a": truth}
    assert counts(tmp_path / "desk_a.duckdb", TABLES) == truth


@pytest.mark.parametrize(
    "example", ["prefect/cryptocom_flow.py", "dagster/cryptocom_assets.py", "airflow/cryptocom_dag.py"]
)
def test_the_packages_of_an_example_go_together(example: str) -> None:
    uv = shutil.which("uv") or pytest.skip("no uv")
    text = (PROJECT / "examples" / example).read_text(encoding="utf-8")
    [line] = re.findall(r"pip install (.*)$", text, re.MULTILINE)
    wanted = [f"{PROJECT}[sync]" if name.startswith("source-cryptocom") else name for name in shlex.split(line)]
    command = [uv, "pip", "compile", "--quiet", "--python-version", "3.11", "-"]
    resolved = subprocess.run(command, input="\n".join(wanted), capture_output=True, text=True, check=False)
    assert resolved.returncode == 0, resolved.stderr
    assert "\ndlt==1." in resolved.stdout


class ExternalTask:
    """What `task.external_python` makes of a function: a task that can be renamed, and called."""

    called: list[str] = []

    def __init__(self, function: Callable[..., Any], task_id: str = "") -> None:
        self._function = function
        self._task_id = task_id

    def override(self, task_id: str) -> ExternalTask:
        return ExternalTask(self._function, task_id)

    def __call__(self, *arguments: str) -> Any:
        self.called.append(self._task_id)
        return self._function(*arguments)


def test_airflow_reads_each_account(exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk, task = ModuleType("airflow.sdk"), ModuleType("task")
    vars(task).update(external_python=lambda python, expect_airflow: ExternalTask)
    dag = decorator("schedule", "start_date", "catchup", "max_active_runs", "default_args")
    vars(sdk).update(dag=dag, task=task)
    monkeypatch.setitem(sys.modules, "airflow", ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, "airflow.sdk", sdk)
    run_as_main("airflow/cryptocom_dag.py")
    assert ExternalTask.called == ["read_desk_a"]
    truth = {table: len(expected_rows(exchange.account, table)) for table in TABLES}
    assert counts(tmp_path / "desk_a.duckdb", TABLES) == truth
