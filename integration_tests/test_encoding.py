"""What goes out is UTF-8: whatever the exchange sent, and whatever the locale says."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from integration_tests.connector import config_for
from integration_tests.duckdb_file import query
from integration_tests.process import read_arguments, written
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account

ODD_TEXTS = {
    "half a character": ("bot-\ud83d", "bot-\ufffd"),
    "the other half": ("\ude80bot", "\ufffdbot"),
    "an emoji": ("bot-\U0001f680", "bot-\U0001f680"),
    "an escape that is none": ("bot-\\ud83d", "bot-\\ud83d"),
}
PROJECT = Path(__file__).parent.parent
FOREIGN_LOCALES = {
    "windows": {"PYTHONIOENCODING": "cp1252"},
    "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
LOCALES = {"utf-8": {}, **FOREIGN_LOCALES}


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """Open orders, each of which carries an odd text."""
    account = seeded_account(time.time_ns(), orders=60, days=2)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange:
        odd = iter(sent for sent, _ in ODD_TEXTS.values())
        for (order_id, order), text in zip(sorted(account.open_orders.items()), odd, strict=False):
            account.open_orders[order_id] = dataclasses.replace(order, client_oid=text)
        yield exchange


def expected_texts(exchange: Exchange) -> list[str]:
    clean = dict(ODD_TEXTS.values())
    return sorted(clean.get(order.client_oid, order.client_oid) for order in exchange.account.open_orders.values())


def run(arguments: list[str], locale: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "integration_tests.without_waits", *arguments]
    environment = {**os.environ, **locale}
    return subprocess.run(command, capture_output=True, cwd=PROJECT, env=environment, check=False)


@pytest.mark.parametrize("locale", LOCALES.values(), ids=LOCALES)
def test_no_row_is_lost_to_its_text(exchange: Exchange, tmp_path: Path, locale: Mapping[str, str]) -> None:
    finished = run(read_arguments(tmp_path, config_for(exchange), ["open_order"], "full_refresh"), locale)
    assert finished.returncode == 0
    messages = [json.loads(line) for line in finished.stdout.decode("utf-8").splitlines()]
    texts = [message["record"]["data"]["client_oid"] for message in messages if message["type"] == "RECORD"]
    assert sorted(texts) == expected_texts(exchange)
    assert "serialization" not in finished.stdout.decode()


@pytest.mark.parametrize("locale", FOREIGN_LOCALES.values(), ids=FOREIGN_LOCALES)
def test_a_config_is_utf8_and_so_is_what_is_said_of_it(tmp_path: Path, locale: Mapping[str, str]) -> None:
    config = json.dumps({"environment": "Börse \U0001f680"}, ensure_ascii=False)
    finished = run(["check", "--config", written(tmp_path, "config.json", config)], locale)
    messages = [json.loads(line) for line in finished.stdout.decode("utf-8").splitlines()]
    (status,) = [message["connectionStatus"] for message in messages if message["type"] == "CONNECTION_STATUS"]
    assert "not 'Börse \U0001f680'" in status["message"]


@pytest.mark.parametrize("locale", FOREIGN_LOCALES.values(), ids=FOREIGN_LOCALES)
def test_catalog_and_state_are_utf8(exchange: Exchange, tmp_path: Path, locale: Mapping[str, str]) -> None:
    state = {"stream_descriptor": {"name": "ticker", "namespace": "Börse"}, "stream_state": {}}
    stream = {"name": "zürich", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    table = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}
    files = {
        "config": config_for(exchange),
        "catalog": {"streams": [table]},
        "state": [{"type": "STREAM", "stream": state}],
    }
    arguments = ["read"]
    for name, content in files.items():
        arguments += [f"--{name}", written(tmp_path, f"{name}.json", json.dumps(content, ensure_ascii=False))]
    said = run(arguments, locale).stdout.decode("utf-8")
    assert "The table zürich does not exist" in said
    assert "the saved state with the namespace Börse is not used" in said


@pytest.mark.thorough
def test_no_row_is_lost_in_pyairbyte(exchange: Exchange, tmp_path: Path) -> None:
    # PyAirbyte takes seconds to import: only where it is needed.
    import airbyte  # noqa: PLC0415
    from airbyte.caches import DuckDBCache  # noqa: PLC0415

    from integration_tests.warehouse import quick_executable  # noqa: PLC0415

    source = airbyte.get_source(
        "source-cryptocom", config=config_for(exchange), local_executable=quick_executable(tmp_path)
    )
    source.select_streams(["open_order"])
    database = tmp_path / "warehouse.duckdb"
    with DuckDBCache(db_path=database) as cache:
        source.read(cache)
    assert sorted(row[0] for row in query(database, "SELECT client_oid FROM open_order")) == expected_texts(exchange)
