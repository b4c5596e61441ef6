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
from integration_tests.connector_process import written
from integration_tests.doomed_sync import read_arguments
from integration_tests.exchange.behaviour import Behaviour
from integration_tests.exchange.empty_market import EmptyMarket
from integration_tests.exchange.exchange import Exchange
from integration_tests.exchange.running import running_exchange
from integration_tests.exchange.seeding import seeded_account

ODD_TEXTS = {
    "half a character": ("bot-\ud83d", "bot-\ufffd"),
    "the other half": ("\ude80bot", "\ufffdbot"),
    "an emoji": ("bot-\U0001f680", "bot-\U0001f680"),
    "an escape that is none": ("bot-\\ud83d", "bot-\\ud83d"),
}
PROJECT = Path(__file__).parent.parent
LOCALES = {"windows": {"PYTHONIOENCODING": "cp1252"}, "utf-8": {}}


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
    command = [sys.executable, "-m", "integration_tests.impatient", *arguments]
    environment = {**os.environ, **locale}
    return subprocess.run(command, capture_output=True, cwd=PROJECT, env=environment, timeout=100, check=False)


@pytest.mark.parametrize("locale", LOCALES.values(), ids=LOCALES)
def test_no_row_is_lost_to_its_text(exchange: Exchange, tmp_path: Path, locale: Mapping[str, str]) -> None:
    finished = run(read_arguments(tmp_path, config_for(exchange), ["open_order"], "full_refresh"), locale)
    assert finished.returncode == 0
    messages = [json.loads(line) for line in finished.stdout.decode("utf-8").splitlines()]
    texts = [message["record"]["data"]["client_oid"] for message in messages if message["type"] == "RECORD"]
    assert sorted(texts) == expected_texts(exchange)
    assert "serialization" not in finished.stdout.decode()


def test_an_error_is_utf8_too(tmp_path: Path) -> None:
    config = {"environment": "Börse \U0001f680"}
    finished = run(["check", "--config", written(tmp_path, "config.json", config)], LOCALES["windows"])
    messages = [json.loads(line) for line in finished.stdout.decode("utf-8").splitlines()]
    (status,) = [message["connectionStatus"] for message in messages if message["type"] == "CONNECTION_STATUS"]
    assert "not 'Börse \U0001f680'" in status["message"]


def test_no_row_is_lost_in_pyairbyte(exchange: Exchange, tmp_path: Path) -> None:
    # PyAirbyte takes seconds to import: only where it is needed.
    import airbyte  # noqa: PLC0415
    from airbyte.caches import DuckDBCache  # noqa: PLC0415

    from integration_tests.warehouse import impatient_executable, query  # noqa: PLC0415

    source = airbyte.get_source(
        "source-cryptocom", config=config_for(exchange), local_executable=impatient_executable(tmp_path)
    )
    source.select_streams(["open_order"])
    database = tmp_path / "warehouse.duckdb"
    with DuckDBCache(db_path=database) as cache:
        source.read(cache)
    assert sorted(row[0] for row in query(database, "SELECT client_oid FROM open_order")) == expected_texts(exchange)
