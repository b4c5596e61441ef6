"""PyAirbyte loads every table into DuckDB, twice: typed, exact, complete, each row once, and the state is kept."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import source_cryptocom
from integration_tests.connector import KEY, SECRET, config_for
from integration_tests.duckdb_file import query
from integration_tests.warehouse import Warehouse
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.expected_market import expected_candles, expected_trades
from simulated_exchange.market import Market
from source_cryptocom.streams import STREAMS

pytestmark = pytest.mark.thorough

SCHEMAS = Path(source_cryptocom.__file__).parent / "schemas"
TABLES = sorted(
    table.name for table in source_cryptocom.SourceCryptocom().streams({"api_key": KEY, "api_secret": SECRET})
)
HISTORY = {"order_history": "update_time", "user_trade": "create_time", "transaction": "event_time"}
MARKET_STATES = ("ticker", "trade", "book", "candlestick")


def market_of(warehouse: Warehouse) -> Market:
    market = warehouse.exchange.market
    assert isinstance(market, Market)
    return market


def test_every_table_is_offered_and_none_is_empty(warehouse: Warehouse) -> None:
    assert sorted(warehouse.streams) == TABLES
    assert not [table for table, rows in warehouse.after_first.items() if rows == 0]


@pytest.mark.parametrize("table", ["user_balance", "user_position", *HISTORY])
def test_an_account_table_has_as_many_rows_as_the_account(warehouse: Warehouse, table: str) -> None:
    assert warehouse.after_second[table] == len(expected_rows(warehouse.exchange.account, table))


@pytest.mark.parametrize("table", TABLES)
def test_no_key_comes_twice_after_two_syncs(warehouse: Warehouse, table: str) -> None:
    key = ", ".join(STREAMS[table].key_columns()) or "*"
    different_keys = f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM {table})"  # noqa: S608
    [(rows, different)] = warehouse.query(f"SELECT count(*), ({different_keys}) FROM {table}")  # noqa: S608
    assert rows == different == warehouse.after_second[table]


@pytest.mark.parametrize("table", ["instrument", "ticker"])
def test_a_listing_has_a_row_per_instrument(warehouse: Warehouse, table: str) -> None:
    assert warehouse.after_second[table] == len(market_of(warehouse).names)


def test_each_sync_adds_a_book_per_instrument(warehouse: Warehouse) -> None:
    instruments = len(market_of(warehouse).names)
    assert (warehouse.after_first["book"], warehouse.after_second["book"]) == (instruments, 2 * instruments)


def test_trades_have_no_gap_from_the_first_to_the_last(warehouse: Warehouse) -> None:
    market = market_of(warehouse)
    for name in market.names:
        rows = warehouse.query("SELECT trade_id, CAST(timestamp_ns AS BIGINT) FROM trade WHERE instrument = ?", name)
        times = [row[1] for row in rows]
        truth = expected_trades(market, name, min(times), max(times) + 1)
        # Of several trades in the oldest nanosecond, the first sync's page may have held only some.
        newer = {row["trade_id"] for row in truth if int(row["timestamp_ns"]) > min(times)}
        found = {row[0] for row in rows}
        assert newer <= found <= {row["trade_id"] for row in truth}


def test_candles_have_no_gap_from_the_first_to_the_last(warehouse: Warehouse) -> None:
    market = market_of(warehouse)
    series = warehouse.query(
        "SELECT instrument, timeframe, count(*), epoch_ms(min(timestamp)), epoch_ms(max(timestamp)) "
        "FROM candlestick GROUP BY 1, 2"
    )
    assert len(series) == 3 * len(market.names)
    for instrument, timeframe, rows, first_ms, last_ms in series:
        assert rows == len(expected_candles(market, instrument, timeframe, first_ms, last_ms + 1))


@pytest.mark.parametrize("table", TABLES)
def test_columns_have_the_types_of_the_schema(warehouse: Warehouse, table: str) -> None:
    properties = json.loads((SCHEMAS / f"{table}.json").read_text())["properties"]
    found = warehouse.columns(table)
    assert {column: found[column] for column in properties} == {
        column: duckdb_type(definition) for column, definition in properties.items()
    }


def duckdb_type(definition: dict[str, Any]) -> str:
    kinds = definition["type"]
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if definition.get("format") == "date-time":
        return "TIMESTAMP"
    if definition.get("format") == "date":
        return "DATE"
    return {"string": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "array": "JSON", "object": "JSON"}[kind]


def test_a_time_is_the_moment_that_its_nanoseconds_say(warehouse: Warehouse) -> None:
    wrong = warehouse.query(
        "SELECT create_time, create_time_ns FROM user_trade "
        "WHERE epoch_ms(create_time) <> CAST(create_time_ns AS BIGINT) // 1000000"
    )
    assert not wrong


def test_balances_keep_all_their_decimals(warehouse: Warehouse) -> None:
    found = dict(warehouse.query("SELECT instrument_name, CAST(quantity AS DECIMAL(38, 18)) FROM user_balance"))
    wallet = warehouse.exchange.account.wallet
    assert found == {balance.instrument_name: Decimal(balance.quantity) for balance in wallet.balances}
    assert found["SOL"] == Decimal("0.000000000000000001")


@pytest.mark.parametrize("column", ["realized_pnl", "transaction_qty", "transaction_cost"])
def test_the_ledger_adds_up_to_the_last_digit(warehouse: Warehouse, column: str) -> None:
    [(total,)] = warehouse.query(f"SELECT sum(CAST({column} AS DECIMAL(38, 18))) FROM transaction")  # noqa: S608
    truth = sum((Decimal(getattr(row, column)) for row in warehouse.exchange.account.ledger), Decimal(0))
    assert total == truth


@pytest.mark.parametrize("table", HISTORY)
def test_the_cache_keeps_the_state_of_a_history_table(warehouse: Warehouse, table: str) -> None:
    states = warehouse.query("SELECT state_json FROM _airbyte_state WHERE stream_name = ?", table)
    before = json.loads(warehouse.states_after_first[table])["stream"]["stream_state"][HISTORY[table]]
    after = json.loads(states[0][0])["stream"]["stream_state"][HISTORY[table]]
    assert len(states) == 1
    assert after > before


@pytest.mark.parametrize("table", MARKET_STATES)
def test_the_cache_keeps_the_state_of_a_market_table(warehouse: Warehouse, table: str) -> None:
    assert json.loads(warehouse.states_after_first[table])["stream"]["stream_state"]["synced_at"]


def test_the_second_sync_reads_on_from_the_first_one(warehouse: Warehouse) -> None:
    first, second = warehouse.requests
    assert first >= 10
    assert second <= 5, "the newest orders are read again"


def test_an_order_that_closes_between_the_syncs_is_in_the_history(warehouse: Warehouse) -> None:
    found = warehouse.query("SELECT status FROM order_history WHERE order_id = ?", warehouse.closed)
    assert found == [("FILLED",)]
    assert warehouse.after_second["order_history"] == warehouse.after_first["order_history"] + 2


def test_sync_goes_on_with_the_file(warehouse: Warehouse, tmp_path: Path) -> None:
    database = Path(shutil.copy(warehouse.database, tmp_path / "earlier.duckdb"))
    times = query(database, "SELECT trade_id, epoch_us(create_time) FROM user_trade ORDER BY ALL")
    config = tmp_path / "config.json"
    config.write_text(json.dumps(config_for(warehouse.exchange)))
    command = [sys.executable, "-m", "integration_tests.sync_without_waits", "--to", database.name]
    command += ["--config", config.name, "--tables", "history,open_order"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert re.search(r"^user_trade +[\d,]+ +0 ", finished.stdout, re.MULTILINE), finished.stdout
    assert query(database, "SELECT trade_id, epoch_us(create_time) FROM user_trade ORDER BY ALL") == times
    types = dict(query(database, "SELECT column_name, column_type FROM (DESCRIBE user_trade)"))
    assert types["create_time"] == "TIMESTAMP WITH TIME ZONE"
    [(still_open,)] = query(database, "SELECT count(*) FROM open_order")
    assert still_open == len(warehouse.exchange.account.open_orders)
