"""What the report shows, read from the marts. Floats are good enough to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from books.gains import gains_of, read_movements
from books.lots import sum_of
from books.report_tables import TABLES, FilledTable, Row

MOST_CANDLES = 72

# Without the first price that is known of a currency the days before it would look like a loss.
VALUE = """
SELECT day, sum(coalesce(value_usd, CAST(balance AS DOUBLE) * first_price)) AS value
FROM books.balance_by_day
LEFT JOIN (
    SELECT currency, arg_min(CAST(price_usd AS DOUBLE), day) AS first_price
    FROM books.balance_by_day WHERE price_usd > 0 GROUP BY currency
) USING (currency)
GROUP BY day HAVING count(value_usd) > 0 ORDER BY day
"""
PROFIT = """
SELECT day, CAST(sum(profit) AS DOUBLE) AS profit, CAST(sum(sum(profit)) OVER (ORDER BY day) AS DOUBLE) AS so_far
FROM books.derivative_profit_by_day WHERE currency = 'USD' GROUP BY day ORDER BY day
"""
MONTHLY = """
SELECT strftime(month, '%Y-%m') AS month, 'fees paid' AS what, CAST(sum(fee) AS DOUBLE) AS amount
FROM books.fee_by_month WHERE fee_currency = 'USD' GROUP BY ALL
UNION ALL
SELECT strftime(month, '%Y-%m'), 'funding received', CAST(sum(received) AS DOUBLE)
FROM books.funding_by_instrument GROUP BY ALL
UNION ALL
SELECT strftime(month, '%Y-%m'), 'funding paid', CAST(sum(paid) AS DOUBLE)
FROM books.funding_by_instrument GROUP BY ALL
ORDER BY month, what
"""
CHOSEN = """
SELECT candle.instrument, candle.timeframe
FROM books_staging.stg_cryptocom__candlestick AS candle
LEFT JOIN books.fill_with_order AS fill
    ON fill.instrument_name = candle.instrument
    AND fill.filled_at BETWEEN candle.timestamp AND candle.timestamp + INTERVAL 1 HOUR
GROUP BY candle.instrument, candle.timeframe
HAVING count(DISTINCT candle.timestamp) >= 12
ORDER BY count(DISTINCT fill.trade_id) DESC, candle.timeframe = '1h' DESC, candle.instrument = 'BTC_USD' DESC, 1, 2
LIMIT 1
"""
CANDLES = f"""
SELECT * FROM (
    SELECT timestamp AS opened, CAST(open AS DOUBLE) AS open, CAST(high AS DOUBLE) AS high, CAST(low AS DOUBLE) AS low,
           CAST(close AS DOUBLE) AS close
    FROM books_staging.stg_cryptocom__candlestick WHERE instrument = ? AND timeframe = ?
    ORDER BY timestamp DESC LIMIT {MOST_CANDLES}
) ORDER BY opened
"""  # noqa: S608  a constant
FILLS = """
SELECT filled_at AS filled, CAST(price AS DOUBLE) AS price, CAST(quantity AS DOUBLE) AS quantity, side
FROM books.fill_with_order WHERE instrument_name = ? AND filled_at >= ? ORDER BY filled_at
"""

RATE = """
SELECT price_usd FROM books_staging.int_cryptocom__price_by_day
WHERE currency = (SELECT any_value(reporting_currency) FROM books.gain) ORDER BY day DESC LIMIT 1
"""
"""US dollars of the currency that gains and costs are in."""


@dataclass(frozen=True)
class Figure:
    """A sum in US dollars, with what it leaves out."""

    name: str
    value: float
    note: str = ""


@dataclass(frozen=True)
class ReportData:
    """Rows per section; empty where there is nothing to show."""

    value: list[Row]
    profit: list[Row]
    monthly: list[Row]
    candles_of: str
    candles: list[Row]
    fills: list[Row]
    read_at: datetime | None
    tables: Mapping[str, FilledTable]
    figures: list[Figure]


def read_report_data(database: Path) -> ReportData:
    with duckdb.connect(str(database), read_only=True) as connection:
        chosen = connection.execute(CHOSEN).fetchone()
        candles = _rows(connection, CANDLES, *chosen) if chosen else []
        value = _rows(connection, VALUE)
        tables = {table.name: FilledTable(table, _rows(connection, table.query)) for table in TABLES}
        return ReportData(
            value=value,
            profit=_rows(connection, PROFIT),
            monthly=_rows(connection, MONTHLY),
            candles_of=f"{chosen[0]}, {chosen[1]}" if chosen else "",
            candles=candles,
            fills=_rows(connection, FILLS, chosen[0], candles[0]["opened"]) if chosen and candles else [],
            read_at=_latest(connection),
            tables=tables,
            figures=_figures(connection, value, tables),
        )


def _figures(
    connection: duckdb.DuckDBPyConnection, value: list[Row], tables: Mapping[str, FilledTable]
) -> list[Figure]:
    """What came in, what it has become, and what is not in the total."""
    signs = {"in": 1, "out": -1}
    moved = [row for row in tables["transfers"].rows if row["direction"] in signs]
    if value:  # What came on the first day is in the value at its end.
        moved = [row for row in moved if row["day"] > value[0]["day"]]
    paid_in = sum(signs[row["direction"]] * row["value"] for row in moved if row["value"] is not None)
    grown = value[-1]["value"] - value[0]["value"] if value else 0.0
    since = f"since {value[0]['day']}" if value else ""
    unpriced = sum(row["value"] is None for row in moved)
    without = f"{unpriced} of {len(moved)} transfers have no price" if unpriced else ""
    rewards = tables["rewards"].rows
    positions = tables["positions"].rows
    return [
        Figure("paid in, less what was paid out", paid_in, ", ".join(filter(None, [since, without]))),
        Figure("gain", grown - paid_in, since),
        _unrealised(connection, tables["holdings"].rows),
        Figure("rewards", sum(row["value_usd"] or 0 for row in rewards), f"{len(rewards)} of them" if rewards else ""),
        Figure(
            "open profit of derivatives",
            sum(float(row["open_position_pnl"] or 0) for row in positions),
            "not in the total" if positions else "",
        ),
    ]


def _unrealised(connection: duckdb.DuckDBPyConnection, holdings: list[Row]) -> Figure:
    """Of coins whose cost is known, first in, first out: what they are worth less what they cost, at today's rate."""
    prices = {
        row["currency"]: float(row["value"]) / float(row["quantity"])
        for row in holdings
        if row["quantity"] and row["value"] is not None
    }
    gain, named = 0.0, 0
    found = connection.execute(RATE).fetchone()
    rate = float(found[0]) if found else 1.0
    outcome = gains_of(read_movements(connection), "fifo")
    for sign, books in ((1, outcome.left), (-1, outcome.sold_short)):
        for (_, currency), lots in books.items():
            if currency in prices:
                quantity, cost = sum_of(lots)
                gain += sign * float(quantity) * prices[currency] - float(cost) * rate
                named += 1
    return Figure("unrealised gain", gain, f"of {named} currencies, as far as their cost is known")


def _latest(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    found = connection.execute("SELECT max(read_at) FROM books_staging.int_cryptocom__reading").fetchone()
    return found[0] if found else None


def _rows(connection: duckdb.DuckDBPyConnection, query: str, *parameters: Any) -> list[Row]:
    found = connection.execute(query, list(parameters))
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def drawable(rows: list[Row]) -> list[Row]:
    """The same rows as JSON can hold them. Without a zone a time is drawn as it is written: in UTC."""
    return [{name: _drawable(value) for name, value in row.items()} for row in rows]


def _drawable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00"
    return value
