"""The raw tables of a seeded account, as a destination holds them after a sync, and after an earlier one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from integration_tests.books.raw_tables import DUCKDB
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.expected_market import expected_candles, expected_instruments
from simulated_exchange.market import Market
from simulated_exchange.resources import TABLES
from simulated_exchange.resources.instrument_fee_rate import expected_instrument_fee_rate
from simulated_exchange.resources.order import TRADED
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS, MS_NS
from source_cryptocom.streams import STREAMS
from tools.generate.staging_models import columns_of

Row = dict[str, Any]
Tables = dict[str, list[Row]]

END = datetime(2026, 11, 30, 16, 33)  # noqa: DTZ001  raw times are UTC without a zone
INSTRUMENTS = 24
EXTRACTED = "_airbyte_extracted_at"
HISTORY = {
    "order_history": "update_time",
    "user_trade": "create_time",
    "transaction": "event_time",
    "advanced_order_history": "update_time",
    "deposit": "update_time",
    "withdrawal": "update_time",
    "fiat_deposit": "updated_at",
    "fiat_withdrawal": "updated_at",
    "stake_history": "create_time",
    "convert_history": "create_time",
    "staking_reward": "event_time",
    "trading_bot_execution": "update_time",
    "balance_history": "timestamp",
    "candlestick": "timestamp",
}
"""Tables whose rows have a time, and which time it is."""


@dataclass(frozen=True)
class Read:
    """The raw tables that a sync at `moment` leaves."""

    tables: Tables
    moment: datetime


def text_of(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def nanoseconds(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1)) / timedelta(microseconds=1)) * 1000  # noqa: DTZ001  UTC


def account_read(seed: int, days: float = 24, orders: int = 400, end: datetime = END) -> Read:
    """Every table of the account, all of its history, in one sync at `end`; hourly candles of what it trades."""
    end_ns = nanoseconds(end)
    account = seeded_account(end_ns, orders, days, seed)
    market = Market.from_capture(INSTRUMENTS, now_ns=lambda: end_ns, history_days=int(days) + 2, traded=TRADED)
    tables: Tables = {name: [dict(row) for row in expected_rows(account, name)] for name in TABLES}
    tables["instrument"] = list(expected_instruments(market))
    tables["instrument_fee_rate"] = [dict(expected_instrument_fee_rate(name)) for name in market.names]
    tables["candlestick"] = [
        row
        for name in market.names
        if name in TRADED
        for row in expected_candles(market, name, "1h", (end_ns - int((days + 1) * DAY_NS)) // MS_NS, end_ns // MS_NS)
    ]
    return stamped(Read(tables, end))


def stamped(read: Read) -> Read:
    """With the times that a destination and a request add."""
    for table, rows in read.tables.items():
        for row in rows:
            row.setdefault(EXTRACTED, text_of(read.moment + timedelta(seconds=20)))
            if STREAMS[table].request_time_column == "snapshot_time":
                row["snapshot_time"] = text_of(read.moment)
    return read


def until(read: Read, moment: datetime) -> Read:
    """What a sync at an earlier moment had read: its history, and what was open and held then."""
    at = text_of(moment)
    tables: Tables = {}
    for table, rows in read.tables.items():
        column = HISTORY.get(table)
        kept = [row for row in rows if column is None or str(row.get(column)) <= at]
        tables[table] = [{name: value for name, value in row.items() if name != EXTRACTED} for row in kept]
    fills = tables["user_trade"]
    for table, ended in (("open_order", "order_history"), ("advanced_open_order", "advanced_order_history")):
        since_open = [row for row in tables[table] if str(row["create_time"]) <= at]
        open_then = [row for row in read.tables[ended] if str(row["create_time"]) <= at < str(row["update_time"])]
        tables[table] = [_as_it_stood(row, fills, at) for row in (*since_open, *open_then)]
    at_ns = nanoseconds(moment)
    tables["otc_deal"] = [row for row in tables["otc_deal"] if int(str(row["update_time_ns"])) <= at_ns]
    for table in ("open_stake", "open_convert"):
        tables[table] = [row for row in tables[table] if str(row["create_time"]) <= at]
    _take_back_balances(read, tables, at)
    _take_back_positions(read, tables, at)
    _take_back_stakes(read, tables, at)
    return stamped(Read(tables, moment))


def from_the_middle(read: Read, moment: datetime) -> Read:
    """What a first sync reads whose start_date is `moment`: no history from before it, but all executions of bots."""
    at = text_of(moment)
    times = {table: time for table, time in HISTORY.items() if table != "trading_bot_execution"}
    return Read(
        {
            table: [row for row in rows if str(row.get(times.get(table, ""), at)) >= at]
            for table, rows in read.tables.items()
        },
        read.moment,
    )


def _as_it_stood(order: Row, fills: list[Row], at: str) -> Row:
    row = {name: value for name, value in order.items() if name not in (EXTRACTED, "reason")}
    mine = [fill for fill in fills if fill["order_id"] == order["order_id"]]
    quantity = sum((Decimal(str(fill["traded_quantity"])) for fill in mine), Decimal(0))
    value = sum(
        (Decimal(str(fill["traded_quantity"])) * Decimal(str(fill["traded_price"])) for fill in mine), Decimal(0)
    )
    row |= {
        "status": "ACTIVE",
        "cumulative_quantity": str(quantity),
        "cumulative_value": str(value),
        "cumulative_fee": str(-sum((Decimal(str(fill["fees"])) for fill in mine), Decimal(0))),
        "avg_price": str(mine[0]["traded_price"]) if mine else "0",
        "update_time": min(
            str(order["update_time"]),
            max([str(fill["create_time"]) for fill in mine], default=str(order["create_time"])),
        ),
    }
    if "exchange_order_id" in row:
        row["exchange_order_id"] = "0"
    return row


def _take_back_balances(read: Read, tables: Tables, at: str) -> None:
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for entry in read.tables["transaction"]:
        if str(entry["event_time"]) > at:
            derivative = "-" in str(entry["instrument_name"])
            currency = "USD" if derivative else str(entry["instrument_name"])
            moved[currency] += Decimal(str(entry["realized_pnl" if derivative else "transaction_qty"]))
    held = []
    for row in tables["user_balance"]:
        now, value = Decimal(str(row["quantity"])), Decimal(str(row["market_value"]))
        quantity = now - moved.pop(str(row["instrument_name"]), Decimal(0))
        price = value / now if now else Decimal(1)
        held.append({**row, "quantity": str(quantity), "market_value": format(quantity * price, ".18f")})
    for currency, gone in moved.items():
        if gone:
            held.append({**held[0], "instrument_name": currency, "quantity": str(-gone), "market_value": "0"})
    total = sum((Decimal(str(row["market_value"])) for row in held), Decimal(0))
    tables["user_balance"] = [{**row, "total_cash_balance": str(total)} for row in held]


def _take_back_positions(read: Read, tables: Tables, at: str) -> None:
    since: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for fill in read.tables["user_trade"]:
        if str(fill["create_time"]) > at and "-" in str(fill["instrument_name"]):
            sign = 1 if fill["side"] == "BUY" else -1
            key = str(fill["instrument_name"]), str(fill.get("isolation_id") or "0")
            since[key] += sign * Decimal(str(fill["traded_quantity"]))
    rows = {(str(row["instrument_name"]), str(row["isolation_id"])): row for row in tables["user_position"]}
    some = next(iter(rows.values()), None)
    then = []
    for key in {**rows, **since}:
        row = rows.get(key) or {**(some or {}), "instrument_name": key[0], "isolation_id": key[1], "quantity": "0"}
        quantity = Decimal(str(row["quantity"])) - since.get(key, Decimal(0))
        if quantity:
            then.append({**row, "quantity": str(quantity), "open_pos_cost": None})
    tables["user_position"] = then


def _take_back_stakes(read: Read, tables: Tables, at: str) -> None:
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for row in read.tables["stake_history"]:
        if str(row["create_time"]) > at and row["status"] == "COMPLETED":
            moved[str(row["instrument_name"])] += (1 if row["side"] == "STAKE" else -1) * Decimal(str(row["quantity"]))
    for row in read.tables["staking_reward"]:
        if str(row["event_time"]) > at:
            moved[str(row["reward_inst_name"])] += Decimal(str(row["reward_quantity"]))
    for row in read.tables["convert_history"]:
        if str(row["create_time"]) > at and row["status"] == "COMPLETED":
            moved[str(row["from_instrument_name"])] -= Decimal(str(row["from_quantity"]))
            moved[str(row["to_instrument_name"])] += Decimal(str(row["to_quantity"]))
    tables["staking_position"] = [
        {**row, "staked_quantity": str(Decimal(str(row["staked_quantity"])) - moved[str(row["instrument_name"])])}
        for row in tables["staking_position"]
    ]


def write_tables(
    connection: duckdb.DuckDBPyConnection, folder: Path, tables: Mapping[str, list[Row]], prefix: str = ""
) -> None:
    """Replaces the raw tables in a database; `folder` is for a passing file. A table has every column of its schema."""
    for table, rows in tables.items():
        kinds = {column.name: column.kind for column in columns_of(table)} | {EXTRACTED: "time"}
        file = folder / f"{prefix}{table}.json"
        with file.open("w", encoding="utf-8") as lines:
            for row in rows:
                written = {name: _plain(row.get(name)) for name in kinds}
                lines.write(json.dumps(written, default=str) + "\n")
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in kinds)
        typed = ", ".join(
            f'CAST("{name}" AS {DUCKDB.get(kind, "VARCHAR")}) AS "{name}"' for name, kind in kinds.items()
        )
        source = f"read_json('{file}', format='newline_delimited', columns={{{columns}}})"
        if not rows:
            source = f"(SELECT {', '.join(f'NULL AS {chr(34)}{name}{chr(34)}' for name in kinds)} WHERE false)"
        connection.execute(f'CREATE OR REPLACE TABLE "{prefix}{table}" AS SELECT {typed} FROM {source}')  # noqa: S608
        file.unlink()


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, dict, tuple)) else value
