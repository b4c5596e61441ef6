"""PyAirbyte loads account history into a real Postgres server, twice: typed, complete, and only what is new."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import airbyte
import pytest
import sqlalchemy
from airbyte.caches import PostgresCache

from integration_tests.books.postgres_server import postgres_server
from integration_tests.connector import config_for
from integration_tests.warehouse import quick_executable, something_happens
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS

pytestmark = pytest.mark.thorough

HISTORY = ("order_history", "user_trade", "transaction")
DAYS = 12


@dataclass(frozen=True)
class Filled:
    """A server after two syncs. `requests`: those for fills in each of the two."""

    cache: PostgresCache
    exchange: Exchange
    requests: tuple[int, int]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.cache.get_sql_engine().connect() as connection:
            return [tuple(row) for row in connection.execute(sqlalchemy.text(sql))]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    now_ns = time.time_ns()
    folder: Path = tmp_path_factory.mktemp("postgres")
    account = seeded_account(now_ns, orders=40, days=DAYS, open_orders=2)
    with (
        pytest.MonkeyPatch.context() as environment,
        postgres_server() as socket,
        running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange,
    ):
        # The server listens on a socket in a folder, which an address of the form host:port cannot name.
        environment.setenv("PGHOST", str(socket))
        # docs/running.md says so: pandas would take ids and decimals for numbers, and round them.
        read_json = importlib.import_module("pandas").read_json
        environment.setattr("pandas.read_json", partial(read_json, dtype=False, convert_dates=False))
        config = config_for(exchange, start_date=rfc3339((now_ns - (DAYS + 2) * DAY_NS) // 1_000_000))
        source = airbyte.get_source("source-cryptocom", config=config, local_executable=quick_executable(folder))
        source.select_streams([*HISTORY, "user_balance"])
        cache = PostgresCache(
            host="", port=5432, username="postgres", password="unused", database="postgres", schema_name="public"
        )
        counts = []
        for _ in range(2):
            before = exchange.count("private/get-trades")
            source.read(cache)
            counts.append(exchange.count("private/get-trades") - before)
            if len(counts) == 1:
                something_happens(exchange, now_ns)
        yield Filled(cache, exchange, (counts[0], counts[1]))
        cache.get_sql_engine().dispose()


@pytest.mark.parametrize("table", [*HISTORY, "user_balance"])
def test_every_row_is_there_once_after_two_syncs(filled: Filled, table: str) -> None:
    [(rows,)] = filled.query(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
    assert rows == len(expected_rows(filled.exchange.account, table))


def test_columns_have_types_and_decimals_keep_their_digits(filled: Filled) -> None:
    types: dict[str, str] = dict(
        filled.query("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'user_trade'")
    )
    assert types["create_time"] == "timestamp without time zone"
    assert types["event_date"] == "date"
    assert types["match_count"] == "bigint"
    assert types["traded_price"] == "character varying"
    sent = {row["trade_id"]: row["traded_quantity"] for row in expected_rows(filled.exchange.account, "user_trade")}
    assert dict(filled.query("SELECT trade_id, traded_quantity FROM user_trade")) == sent


def test_the_second_sync_goes_on_from_the_saved_state(filled: Filled) -> None:
    first, second = filled.requests
    assert 0 < second < first
    [(states,)] = filled.query("SELECT count(*) FROM _airbyte_state")
    assert states >= len(HISTORY)
