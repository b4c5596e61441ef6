"""What the report shows, read from the marts. Floats are good enough to draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
MOST_CANDLES = 72

VALUE = """
SELECT day, sum(value_usd) AS value FROM books.balance_by_day GROUP BY day HAVING count(value_usd) > 0 ORDER BY day
"""
HOLDINGS = """
SELECT currency, place, sum(quantity) AS quantity, CAST(sum(value_usd) AS DOUBLE) AS value
FROM books.holding GROUP BY currency, place ORDER BY value DESC NULLS LAST, currency
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
FEES = """
SELECT fee_currency AS currency, sum(fills) AS fills, sum(fee) AS fee
FROM books.fee_by_month GROUP BY fee_currency ORDER BY fee_currency
"""
GAINS = """
SELECT currency, any_value(reporting_currency) AS reporting_currency, count(*) AS disposals, sum(proceeds) AS proceeds,
       sum(gain) AS gain, sum(quantity) AS quantity, sum(quantity_without_cost) AS quantity_without_cost
FROM books.gain GROUP BY currency ORDER BY currency
"""
POSITIONS = """
SELECT instrument_name, isolation_id, quantity, cost, open_position_pnl FROM books.open_position
ORDER BY instrument_name, isolation_id
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


@dataclass(frozen=True)
class ReportData:
    """Rows per section; empty where there is nothing to show."""

    value: list[Row]
    holdings: list[Row]
    profit: list[Row]
    monthly: list[Row]
    fees: list[Row]
    gains: list[Row]
    positions: list[Row]
    candles_of: str
    candles: list[Row]
    fills: list[Row]
    read_at: datetime | None


def read_report_data(database: Path) -> ReportData:
    with duckdb.connect(str(database), read_only=True) as connection:
        chosen = connection.execute(CHOSEN).fetchone()
        candles = _rows(connection, CANDLES, *chosen) if chosen else []
        return ReportData(
            value=_rows(connection, VALUE),
            holdings=_rows(connection, HOLDINGS),
            profit=_rows(connection, PROFIT),
            monthly=_rows(connection, MONTHLY),
            fees=_rows(connection, FEES),
            gains=_rows(connection, GAINS),
            positions=_rows(connection, POSITIONS),
            candles_of=f"{chosen[0]}, {chosen[1]}" if chosen else "",
            candles=candles,
            fills=_rows(connection, FILLS, chosen[0], candles[0]["opened"]) if chosen and candles else [],
            read_at=_latest(connection),
        )


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
