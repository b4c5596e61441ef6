"""`source-cryptocom sync`: what is in the target after one sync and after the next, and what is said on the way."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from integration_tests.connector import config_for
from integration_tests.sync_process import Finished, run_sync
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import EXTRA_FIELDS, expected_rows
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS
from source_cryptocom.sync.folder_lock import folder_lock

TABLES_OF_THE_FOLDER = ("user_trade", "user_balance", "stake_history")
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


def started(folder: Path, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "integration_tests.sync_without_waits", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True, **options)


def sync(folder: Path, *arguments: str | Path, code: int = 0) -> Finished:
    finished = run_sync(folder, [str(argument) for argument in arguments])
    assert finished.code == code, finished
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


def test_a_folder_gets_a_parquet_file_per_table_with_every_digit(
    exchange: Exchange, config: Path, tmp_path: Path
) -> None:
    exchange.behave(extra_fields=True)
    for _ in range(2):
        sync(tmp_path, "--to", "rows", "--config", config, "--tables", "user_trade,user_balance,stake_history")
    folder = tmp_path / "rows"
    assert {path.name for path in folder.glob("[!.]*")} == {f"{table}.parquet" for table in TABLES_OF_THE_FOLDER}
    sent = {row["trade_id"]: row for row in expected_rows(exchange.account, "user_trade", exchange.behaviour)}
    with duckdb.connect() as connection:
        found = connection.sql(f"FROM '{folder}/user_trade.parquet'").to_arrow_table().to_pylist()
    assert len(found) == len(sent)
    for row in found:
        for column in ("traded_quantity", "create_time_ns", *EXTRA_FIELDS):
            assert row[column] == sent[row["trade_id"]][column], column
        assert rfc3339(int(row["create_time"].timestamp() * 1000)) == sent[row["trade_id"]]["create_time"]


def test_a_table_of_millions_of_rows_comes_where_it_is_named(exchange: Exchange, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.touch(mode=0o600)
    config.write_text(json.dumps({"base_url": exchange.base_url}))
    sync(tmp_path, "--to", "prices", "--config", config, "--tables", "mark_price")
    assert [path.name for path in (tmp_path / "prices").glob("*.parquet")] == ["mark_price.parquet"]


def test_a_snapshot_that_is_empty_empties_its_table_and_a_refused_one_does_not(
    exchange: Exchange, config: Path, tmp_path: Path
) -> None:
    arguments = ("--to", "account.duckdb", "--config", config, "--tables", "user_position,staking_position")
    sync(tmp_path, *arguments)
    before = query(tmp_path / "account.duckdb", "SELECT count(*) FROM staking_position")
    exchange.account.positions.clear()
    exchange.behave(denied_methods=frozenset({"private/staking/get-staking-position"}))
    sync(tmp_path, *arguments)
    assert query(tmp_path / "account.duckdb", "SELECT count(*) FROM user_position") == [(0,)]
    assert query(tmp_path / "account.duckdb", "SELECT count(*) FROM staking_position") == before != [(0,)]


def test_the_file_of_one_account_is_refused_to_another(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("--to", "account.duckdb", "--config", config, "--tables", "user_balance")
    sync(tmp_path, *arguments)
    other = seeded_account(time.time_ns(), orders=3, days=1)
    monkeypatch.setattr(other, "own_id", lambda: "another")
    with running_exchange(Behaviour(enforce_limits=False), other, EmptyMarket()) as exchange:
        refused = sync(tmp_path, *arguments, "--base-url", exchange.base_url, code=1)
        assert exchange.count("private/get-order-history") == 0
    assert "account.duckdb holds the rows of another account than this key's" in refused.stderr


def test_a_file_that_is_in_use_is_named_before_anything_is_read(
    exchange: Exchange, config: Path, tmp_path: Path
) -> None:
    arguments = ("--to", "account.duckdb", "--config", config, "--tables", "order_history")
    with duckdb.connect(str(tmp_path / "account.duckdb")):
        locked = sync(tmp_path, *arguments, code=1)
    assert "error: account.duckdb is open in another program" in locked.stderr
    work = tmp_path / ".account.duckdb.sync"
    work.mkdir()
    with folder_lock(work):
        assert "error: Another sync is writing to account.duckdb" in sync(tmp_path, *arguments, code=1).stderr
    assert exchange.count("private/get-order-history") == 0


@pytest.mark.skipif(os.name != "posix", reason="no such limit")
def test_a_full_disk_is_a_sentence_and_the_next_sync_is_complete(
    exchange: Exchange, config: Path, tmp_path: Path
) -> None:
    def fill_the_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    arguments = ("--to", "account.duckdb", "--config", config, "--tables", "history")
    full = started(tmp_path, *arguments, preexec_fn=fill_the_disk)
    said = full.communicate()[1]
    assert full.returncode == 1
    assert said.startswith("error: The disk is full, so account.duckdb could not be written")
    sync(tmp_path, *arguments)
    for table in HISTORY:
        [(rows,)] = query(tmp_path / "account.duckdb", f"SELECT count(*) FROM {table}")  # noqa: S608
        assert rows == len(expected_rows(exchange.account, table))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_sync_that_is_ended_leaves_nothing_behind_and_the_next_one_is_complete(
    exchange: Exchange, config: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    arguments = ("--to", "account.duckdb", "--config", config, "--tables", "history")
    running = started(tmp_path, *arguments)
    exchange.on_request("private/get-transactions", 2, lambda: running.send_signal(number))
    said = running.communicate()[1]
    assert running.returncode == code
    assert said == ("error: Stopped. What is loaded stays, and the same command goes on from there.\n" * (code == 130))
    sync(tmp_path, *arguments)
    for table in HISTORY:
        [(rows,)] = query(tmp_path / "account.duckdb", f"SELECT count(*) FROM {table}")  # noqa: S608
        assert rows == len(expected_rows(exchange.account, table))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["account.duckdb", "config.json"]
    secret = json.loads(config.read_text())["api_secret"].encode()
    assert secret not in (tmp_path / "account.duckdb").read_bytes()


def test_the_process_that_holds_the_key_has_the_connectors_packages_only() -> None:
    listed = "import sys; import source_cryptocom.sync.connector; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = set(subprocess.check_output([sys.executable, "-c", listed], text=True).split())
    assert not loaded & {"dlt", "duckdb", "pyarrow", "rich", "sqlglot", "psycopg2", "airbyte", "dbt"}
