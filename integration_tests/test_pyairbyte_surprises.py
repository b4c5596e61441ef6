"""What PyAirbyte does with the connector's rows that can hurt, as docs/running.md says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import config_for
from integration_tests.duckdb_file import query
from integration_tests.warehouse import quick_executable
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.faults import Fault
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account

pytestmark = pytest.mark.thorough
TABLES = ["user_balance", "order_history", "open_order"]


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=40, days=3)
    market = Market.from_capture(instruments=1)
    with running_exchange(Behaviour(enforce_limits=False), account, market) as running:
        yield running


def source_of(exchange: Exchange, folder: Path) -> Any:
    """PyAirbyte takes seconds to import: only where it is needed."""
    import airbyte  # noqa: PLC0415

    source = airbyte.get_source(
        "source-cryptocom", config=config_for(exchange), local_executable=quick_executable(folder)
    )
    source.select_streams(TABLES)
    return source


def read_into(database: Path, source: Any) -> None:
    from airbyte.caches import DuckDBCache  # noqa: PLC0415

    with DuckDBCache(db_path=database) as cache:
        source.read(cache)


def tables_in(database: Path) -> set[str]:
    return {name for (name,) in query(database, "SELECT table_name FROM duckdb_tables()")}


def test_nothing_is_kept_where_one_table_fails_and_the_next_sync_has_it_all(exchange: Exchange, tmp_path: Path) -> None:
    from airbyte.exceptions import AirbyteConnectorFailedError  # noqa: PLC0415

    source, database = source_of(exchange, tmp_path), tmp_path / "cache.duckdb"
    exchange.faults.arm(Fault("status", "private/get-order-history", count=None, status=403, code=40301))
    with pytest.raises(AirbyteConnectorFailedError):
        read_into(database, source)
    assert not tables_in(database) & set(TABLES)
    exchange.faults.clear()
    read_into(database, source)
    assert tables_in(database) >= set(TABLES)
    [(rows,)] = query(database, "SELECT count(*) FROM order_history")
    assert rows == len(expected_rows(exchange.account, "order_history"))


def test_a_snapshot_keeps_what_is_gone_unless_it_is_replaced(exchange: Exchange, tmp_path: Path) -> None:
    from airbyte.caches import DuckDBCache  # noqa: PLC0415

    source, database = source_of(exchange, tmp_path), tmp_path / "cache.duckdb"
    read_into(database, source)
    before = len(exchange.account.open_orders)
    gone = next(iter(exchange.account.open_orders))
    exchange.account.close_order(gone, time.time_ns())
    read_into(database, source)
    assert query(database, "SELECT count(*) FROM open_order") == [(before,)]
    source.select_streams(["open_order"])
    with DuckDBCache(db_path=database) as cache:
        source.read(cache, write_strategy="replace")
    assert query(database, "SELECT count(*) FROM open_order") == [(before - 1,)]
