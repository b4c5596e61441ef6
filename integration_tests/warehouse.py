"""A DuckDB file that PyAirbyte filled from the simulated exchange: everything, then once more what had changed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from integration_tests.connector import config_for
from integration_tests.duckdb_file import counts, query
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.timeline import DAY_NS

PROJECT = Path(__file__).parent.parent
DAYS = 20


def suggested_tables() -> list[str]:
    """Those that Airbyte selects in a new connection, and the examples read."""
    metadata = yaml.safe_load((PROJECT / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    tables: list[str] = metadata["suggestedStreams"]["streams"]
    return tables


def quick_executable(folder: Path) -> Path:
    """The connector as one executable file, without the waits of a real exchange."""
    path = folder / "source-cryptocom"
    python, project = shlex.quote(sys.executable), shlex.quote(str(PROJECT))
    path.write_text(f'#!/bin/sh\ncd {project} && exec {python} -m integration_tests.without_waits "$@"\n')
    path.chmod(0o755)
    return path


@dataclass(frozen=True)
class Warehouse:
    """`after_first`, `after_second`: rows per table. `requests`: those of get-order-history in each of the two syncs.
    `closed`: the order that was open for long and ended between them."""

    database: Path
    exchange: Exchange
    streams: Sequence[str]
    after_first: dict[str, int]
    states_after_first: dict[str, Any]
    after_second: dict[str, int]
    requests: tuple[int, int]
    closed: str

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return query(self.database, sql, *parameters)

    def columns(self, table: str) -> dict[str, str]:
        """The type of each column."""
        return {row[0]: row[1] for row in self.query(f"DESCRIBE {table}")}


def filled_warehouse(folder: Path, exchange: Exchange, now_ns: int) -> Warehouse:
    """Two syncs of all tables, with `something_happens` between them."""
    # PyAirbyte takes seconds to import: only where it is needed.
    import airbyte  # noqa: PLC0415
    from airbyte.caches import DuckDBCache  # noqa: PLC0415

    config = config_for(exchange, start_date=rfc3339((now_ns - (DAYS + 5) * DAY_NS) // 1_000_000))
    source = airbyte.get_source("source-cryptocom", config=config, local_executable=quick_executable(folder))
    source.check()
    source.select_all_streams()
    database = folder / "warehouse.duckdb"
    with DuckDBCache(db_path=database) as cache:
        source.read(cache)
    first_requests = exchange.count("private/get-order-history")
    after_first = counts(database, source.get_selected_streams())
    states_after_first = states(database)
    closed = something_happens(exchange, now_ns)
    with DuckDBCache(db_path=database) as cache:
        source.read(cache)
    return Warehouse(
        database,
        exchange,
        source.get_selected_streams(),
        after_first,
        states_after_first,
        counts(database, source.get_selected_streams()),
        (first_requests, exchange.count("private/get-order-history") - first_requests),
        closed,
    )


def something_happens(exchange: Exchange, now_ns: int) -> str:
    """One order that was open for long is filled (gives its id), another one is placed and cancelled."""
    account = exchange.account
    oldest = min(account.open_orders.values(), key=lambda order: order.create_time_ns)
    account.close_order(oldest.order_id, now_ns)
    new = account.place_order(now_ns)
    account.close_order(new.order_id, now_ns, "CANCELED")
    return oldest.order_id


def states(database: Path) -> dict[str, Any]:
    """The text of each table's state in the cache."""
    return dict(query(database, "SELECT stream_name, state_json FROM _airbyte_state"))
