"""`source-cryptocom sync` into a real Postgres server, twice: typed, exact, each row once, and only what is new."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from integration_tests.books.postgres_server import postgres_server
from integration_tests.connector import config_for
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS

pytestmark = pytest.mark.thorough

HISTORY = ("order_history", "user_trade", "transaction")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlalchemy.Engine]:
    with postgres_server() as socket:
        # It listens on a socket in a folder.
        monkeypatch.setenv("PGHOST", str(socket))
        engine = sqlalchemy.create_engine("postgresql://postgres@/postgres")
        yield engine
        engine.dispose()


def test_postgres_holds_every_digit_once_after_two_syncs(server: sqlalchemy.Engine, tmp_path: Path) -> None:
    account = seeded_account(time.time_ns(), orders=40, days=3, open_orders=2)

    def query(sql: str) -> list[tuple[Any, ...]]:
        with server.connect() as connection:
            return [tuple(row) for row in connection.execute(sqlalchemy.text(sql))]

    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange:
        start = rfc3339((time.time_ns() - 4 * DAY_NS) // 1_000_000)
        config = tmp_path / "config.json"
        config.write_text(json.dumps(config_for(exchange, start_date=start)))
        command = [sys.executable, "-m", "integration_tests.sync_without_waits", "--config", str(config)]
        command += ["--to", "postgres://postgres@/postgres", "--tables", ",".join([*HISTORY, "user_balance"])]
        printed = ""
        for _ in range(2):
            finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert finished.returncode == 0, finished.stderr
            printed = finished.stdout
        assert re.search(r"^user_trade +\d+ +0 ", printed, re.MULTILINE)
        for table in (*HISTORY, "user_balance"):
            assert query(f"SELECT count(*) FROM cryptocom.{table}") == [(len(expected_rows(account, table)),)]  # noqa: S608
        sent = {row["trade_id"]: row["traded_quantity"] for row in expected_rows(account, "user_trade")}
    assert dict(query("SELECT trade_id, traded_quantity FROM cryptocom.user_trade")) == sent
    types = dict(query("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'user_trade'"))
    expected = {
        "create_time": "timestamp with time zone",
        "event_date": "date",
        "match_count": "bigint",
        "traded_price": "character varying",
    }
    assert expected.items() <= types.items()
