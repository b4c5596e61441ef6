"""`source-cryptocom sync`: what is in the target after one sync and after the next, and what is said on the way."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from integration_tests.connector import config_for
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS

pytestmark = pytest.mark.timeout(300)

HISTORY = ("order_history", "user_trade", "transaction")


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=20, days=2, open_orders=3)
    with running_exchange(Behaviour(enforce_limits=False), account, Market.from_capture(instruments=3)) as running:
        yield running


@pytest.fixture
def config(exchange: Exchange, tmp_path: Path) -> Path:
    start = rfc3339((time.time_ns() - 3 * DAY_NS) // 1_000_000)
    path = tmp_path / "config.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(config_for(exchange, start_date=start)))
    return path


def sync(folder: Path, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "integration_tests.without_waits", "sync", *map(str, arguments)]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert finished.returncode == code, finished.stdout + finished.stderr
    assert "Traceback" not in finished.stderr
    return finished


def query(database: Path, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def test_two_syncs_hold_the_account_once_and_no_order_that_is_gone(
    exchange: Exchange, config: Path, tmp_path: Path
) -> None:
    arguments = ("--to", "account.duckdb", "--config", config, "--tables", "history,open_order")
    database = tmp_path / "account.duckdb"
    sync(tmp_path, *arguments)
    closed = next(iter(exchange.account.open_orders))
    exchange.account.close_order(closed, time.time_ns())
    second = sync(tmp_path, *arguments)
    assert re.search(r"^user_trade +\d+ +0 ", second.stdout, re.MULTILINE)
    for table in HISTORY:
        [(rows,)] = query(database, f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
        assert rows == len(expected_rows(exchange.account, table))
    assert query(database, "SELECT status FROM order_history WHERE order_id = ?", [closed]) == [("FILLED",)]
    still_open = {row[0] for row in query(database, "SELECT order_id FROM open_order")}
    assert still_open == set(exchange.account.open_orders)


def test_every_slip_is_in_one_sentence_and_nothing_is_written(config: Path, tmp_path: Path) -> None:
    arguments = ("--to", "rows.csv", "--tables", "usr_trade", "--instruments", "BTC/USD", "--from", "yesterday")
    finished = sync(tmp_path, *arguments, "--config", config, code=2)
    [line] = finished.stderr.splitlines()
    assert line.startswith("error: --from: yesterday is no date")
    for words in ("--to: rows.csv ends in .csv", "did you mean user_trade?", "did you mean BTC_USD?"):
        assert words in line
    assert [path.name for path in tmp_path.iterdir()] == [config.name]
