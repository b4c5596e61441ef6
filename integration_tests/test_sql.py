"""The ready queries on synced data: DuckDB's against values worked out here, the others, translated, against those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from integration_tests.exchange.resources.order import Order
from integration_tests.exchange.resources.transaction import LedgerRow
from integration_tests.exchange.resources.user_trade import Fill
from integration_tests.warehouse import PROJECT, Warehouse

pytestmark = pytest.mark.timeout(400)

QUERIES = sorted(path.name for path in (PROJECT / "sql" / "duckdb").glob("*.sql"))
OTHERS = ("bigquery", "snowflake", "postgres")
APPROXIMATE = {("bigquery", "order_life_times.sql"): {"median", "longest_of_95_percent"}}
"""BigQuery has only approximate quantiles for groups."""

Result = list[dict[str, Any]]


def text(dialect: str, query: str) -> str:
    return (PROJECT / "sql" / dialect / query).read_text(encoding="utf-8")


def run(warehouse: Warehouse, sql: str) -> Result:
    columns = [row[0] for row in warehouse.query(f"DESCRIBE {sql}")]
    return [dict(zip(columns, row, strict=True)) for row in warehouse.query(sql)]


def in_duckdb(sql: str, dialect: str) -> str:
    """Translated. A decimal without bounds (Postgres, BigQuery) becomes the widest one of DuckDB."""
    tree = sqlglot.parse_one(sql, read=dialect)
    for kind in tree.find_all(exp.DataType):
        if kind.this in (exp.DataType.Type.DECIMAL, exp.DataType.Type.BIGDECIMAL):
            kind.replace(exp.DataType.build("DECIMAL(38, 18)", dialect="duckdb"))
    return tree.sql(dialect="duckdb")


def fills(warehouse: Warehouse) -> Iterable[Fill]:
    return list(warehouse.exchange.account.fills)


def ledger(warehouse: Warehouse) -> Iterable[LedgerRow]:
    return list(warehouse.exchange.account.ledger)


def ended_orders(warehouse: Warehouse) -> Iterable[Order]:
    return list(warehouse.exchange.account.finished_by_update)


def test_the_portfolio_is_the_wallet(warehouse: Warehouse) -> None:
    found = run(warehouse, text("duckdb", "portfolio_value_by_asset.sql"))
    balances = warehouse.exchange.account.wallet.balances
    total = sum(Decimal(balance.market_value) for balance in balances)
    truth = {
        balance.instrument_name: (
            Decimal(balance.quantity),
            Decimal(balance.market_value),
            pytest.approx(float(100 * Decimal(balance.market_value) / total)),
        )
        for balance in balances
    }
    assert {row["asset"]: (row["quantity"], row["value_usd"], row["share_percent"]) for row in found} == truth
    assert [row["value_usd"] for row in found] == sorted((row["value_usd"] for row in found), reverse=True)


def test_fees_are_those_of_the_fills(warehouse: Warehouse) -> None:
    truth: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for fill in fills(warehouse):
        month = datetime.fromtimestamp(fill.create_time // 1000, timezone.utc).strftime("%Y-%m-01")
        truth[month, fill.fee_instrument_name].append(Decimal(fill.fees))
    found = run(warehouse, text("duckdb", "realised_fees_by_month.sql"))
    assert {(row["month"].isoformat(), row["currency"]): (row["fills"], row["fees_paid"]) for row in found} == {
        group: (len(fees), -sum(fees)) for group, fees in truth.items()
    }


def test_each_fill_stands_beside_its_order(warehouse: Warehouse) -> None:
    found = {row["trade_id"]: row for row in run(warehouse, text("duckdb", "fills_with_their_orders.sql"))}
    assert len(found) == len(list(fills(warehouse)))
    for fill in fills(warehouse):
        order, row = warehouse.exchange.account.order(fill.order_id), found[fill.trade_id]
        better = None
        if order.limit_price is not None:
            gain = Decimal(order.limit_price) - Decimal(fill.traded_price)
            better = gain if fill.side == "BUY" else -gain
        assert row["quantity"] == Decimal(fill.traded_quantity)
        assert (row["order_type"], row["quantity_ordered"]) == (order.order_type, Decimal(order.quantity))
        assert row["improvement"] == better
        assert row["seconds_after_order"] == pytest.approx((fill.create_time - order.create_time) / 1000)


def test_a_fill_of_an_order_that_is_still_open_has_its_order_too(warehouse: Warehouse) -> None:
    found = run(warehouse, text("duckdb", "fills_with_their_orders.sql"))
    still_open = {row["order_id"] for row in found if row["status"] == "ACTIVE"}
    assert still_open
    assert still_open <= set(warehouse.exchange.account.open_orders)


def test_what_a_day_realised_is_what_the_ledger_says(warehouse: Warehouse) -> None:
    days: dict[str, dict[bool, Decimal]] = defaultdict(lambda: {True: Decimal(0), False: Decimal(0)})
    for row in ledger(warehouse):
        days[row.event_date][row.journal_type == "FUNDING"] += Decimal(row.realized_pnl)
    so_far, truth = Decimal(0), []
    for day, sums in sorted(days.items()):
        so_far += sum(sums.values())
        truth.append((day, sums[True], sums[False], sum(sums.values()), so_far))
    found = run(warehouse, text("duckdb", "daily_profit_and_loss.sql"))
    assert list(found[0]) == ["event_date", "funding", "other", "realised", "realised_so_far"]
    assert [(row["event_date"].isoformat(), *list(row.values())[1:]) for row in found] == truth


def test_life_times_are_those_of_the_orders(warehouse: Warehouse) -> None:
    lives: dict[tuple[str, str], list[float]] = defaultdict(list)
    for order in ended_orders(warehouse):
        lives[order.order_type, order.status].append((order.update_time - order.create_time) / 1000)
    found = run(warehouse, text("duckdb", "order_life_times.sql"))
    assert {(row["order_type"], row["status"]): row["orders"] for row in found} == {
        group: len(seconds) for group, seconds in lives.items()
    }
    for row in found:
        seconds = lives[row["order_type"], row["status"]]
        assert row["median"] == pytest.approx(median(seconds))
        assert (row["shortest"], row["longest"]) == pytest.approx((min(seconds), max(seconds)))
        assert min(seconds) <= row["longest_of_95_percent"] <= max(seconds)


@pytest.mark.parametrize("dialect", OTHERS)
def test_every_query_is_there_in_every_dialect(dialect: str) -> None:
    assert sorted(path.name for path in (PROJECT / "sql" / dialect).glob("*.sql")) == QUERIES


@pytest.mark.parametrize("dialect", OTHERS)
@pytest.mark.parametrize("query", QUERIES)
def test_a_query_brings_the_same_in_every_dialect(warehouse: Warehouse, dialect: str, query: str) -> None:
    truth = run(warehouse, text("duckdb", query))
    found = run(warehouse, in_duckdb(text(dialect, query), dialect))
    loose = APPROXIMATE.get((dialect, query), set())
    assert list(found[0]) == list(truth[0])
    assert comparable(found, loose) == comparable(truth, loose)


def comparable(rows: Result, loose: set[str]) -> Result:
    """Without the loose columns, and with seconds to the microsecond."""
    return [
        {
            name: round(value, 6) if isinstance(value, float) else value
            for name, value in row.items()
            if name not in loose
        }
        for row in rows
    ]


def test_a_query_says_first_what_it_answers() -> None:
    silent = [path for path in (PROJECT / "sql").rglob("*.sql") if not Path(path).read_text().startswith("-- ")]
    assert not silent
