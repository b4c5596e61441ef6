"""The tables of the report, declared: a query, its columns, and how a column is written and summed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from books.reconciliation import plain

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """`kind`: text, quantity, money, count or time. `total`: whether the last line has its sum."""

    name: str
    heading: str
    kind: str = "text"
    total: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in ("quantity", "money", "count")

    def exact(self, row: Mapping[str, Any]) -> str:
        """With all digits, as the CSV file and sorting take it."""
        value = row[self.name]
        if value is None:
            return ""
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M:%S}"
        return plain(value) if isinstance(value, Decimal) else str(value)

    def shown(self, row: Mapping[str, Any]) -> str:
        return shown(row[self.name], self.kind)


@dataclass(frozen=True)
class Table:
    """Rows may have `source_account`, by which they are filtered, and `day`, by which a period is."""

    name: str
    columns: tuple[Column, ...]
    query: str
    empty: str = "Nothing to show yet."
    note: str = ""


@dataclass(frozen=True)
class FilledTable:
    """A table with its rows."""

    table: Table
    rows: list[Row] = field(default_factory=list)

    def total(self, column: Column) -> str:
        """The sum as it is shown; empty where a column has none."""
        return shown(sum(row[column.name] or 0 for row in self.rows), column.kind) if column.total else ""


def shown(value: Any, kind: str) -> str:
    """A value as a person reads it: thousands apart, money in cents, of a quantity eight decimals."""
    if value is None:
        return ""
    return SHOWN[kind](value)


def _quantity(value: Decimal | float) -> str:
    text = f"{value:,.8f}".rstrip("0").rstrip(".")
    return f"less than {Decimal('1e-8'):.8f}" if value and text.strip("-0,.") == "" else text


SHOWN: dict[str, Callable[[Any], str]] = {
    "text": str,
    "quantity": _quantity,
    "money": lambda value: f"{value + 0:,.2f}".replace("-0.00", "0.00"),
    "count": "{:,}".format,
    "time": lambda value: f"{value:%d %b %Y, %H:%M}" if isinstance(value, datetime) else f"{value:%d %b %Y}",
}

HOLDINGS = Table(
    "holdings",
    (
        Column("currency", "currency"),
        Column("place", "where"),
        Column("quantity", "quantity", "quantity"),
        Column("value", "US dollars", "money", total=True),
    ),
    """
    SELECT source_account, currency, place, quantity, value_usd AS value
    FROM books.holding ORDER BY value_usd DESC NULLS LAST, currency, place
    """,
    "The wallet is empty.",
)
FEES = Table(
    "fees",
    (
        Column("currency", "fees in"),
        Column("fills", "fills", "count", total=True),
        Column("fee", "fee", "quantity"),
    ),
    """
    SELECT source_account, fee_currency AS currency, CAST(sum(fills) AS BIGINT) AS fills, sum(fee) AS fee
    FROM books.fee_by_month GROUP BY ALL ORDER BY fee_currency
    """,
    "No fee was paid.",
)
POSITIONS = Table(
    "positions",
    (
        Column("instrument_name", "instrument"),
        Column("margin", "margin"),
        Column("quantity", "quantity", "quantity"),
        Column("cost", "cost in USD", "money"),
        Column("open_position_pnl", "open profit in USD", "money", total=True),
    ),
    """
    SELECT source_account, instrument_name,
           CASE WHEN coalesce(isolation_id, '0') = '0' THEN 'cross' ELSE 'isolated' END AS margin,
           quantity, cost, open_position_pnl
    FROM books.open_position ORDER BY instrument_name, isolation_id
    """,
    "No position is open.",
)
GAINS = Table(
    "gains",
    (
        Column("currency", "currency"),
        Column("disposals", "disposals", "count", total=True),
        Column("proceeds", "proceeds", "money", total=True),
        Column("gain", "gain", "money", total=True),
        Column("unit", "in"),
        Column("quantity_without_cost", "without known cost", "quantity"),
    ),
    """
    SELECT source_account, currency, count(*) FILTER (effect = 'disposed') AS disposals,
           sum(proceeds) FILTER (effect = 'disposed') AS proceeds, sum(gain) AS gain,
           any_value(reporting_currency) AS unit, sum(quantity_without_cost) AS quantity_without_cost,
           CAST(date_trunc('month', disposed_at) AS DATE) AS day
    FROM books.gain GROUP BY ALL ORDER BY currency, day
    """,
    "Nothing was sold.",
    "An indication, by month: first in, first out, per currency over all pairs, fees in cost and proceeds. What has no "
    "known cost is in no gain, and is named. What was sold short gains when it is bought back.",
)
REWARDS = Table(
    "rewards",
    (
        Column("happened_at", "time", "time"),
        Column("currency", "currency"),
        Column("source", "from"),
        Column("amount", "amount", "quantity"),
        Column("value_usd", "US dollars that day", "money", total=True),
    ),
    """
    SELECT source_account, happened_at, currency, source, amount, value_usd, CAST(happened_at AS DATE) AS day
    FROM books.reward ORDER BY happened_at DESC
    """,
    "No reward was paid.",
)
TRANSFERS = Table(
    "transfers",
    (
        Column("happened_at", "time", "time"),
        Column("direction", "direction"),
        Column("network", "network"),
        Column("currency", "currency"),
        Column("amount", "amount", "quantity"),
        Column("value", "US dollars that day", "money"),
    ),
    """
    SELECT source_account, happened_at, direction, network, transfer.currency, amount,
           CAST(amount AS DOUBLE) * CASE WHEN transfer.currency = 'USD' THEN 1 ELSE price.price_usd END AS value,
           CAST(happened_at AS DATE) AS day
    FROM books.transfer AS transfer
    LEFT JOIN books_staging.int_cryptocom__price_by_day AS price
        ON price.currency = transfer.currency AND price.day = CAST(happened_at AS DATE)
    WHERE is_complete ORDER BY happened_at DESC
    """,
    "Nothing was deposited or withdrawn.",
)
OPEN_ORDERS = Table(
    "open_orders",
    (
        Column("create_time", "placed", "time"),
        Column("instrument_name", "instrument"),
        Column("side", "side"),
        Column("order_type", "type"),
        Column("quantity", "quantity", "quantity"),
        Column("cumulative_quantity", "filled", "quantity"),
        Column("price", "price", "quantity"),
    ),
    """
    SELECT source_account, create_time, instrument_name, side, order_type, quantity, cumulative_quantity,
           coalesce(limit_price, trigger_price, ref_price) AS price
    FROM books.account_order WHERE is_open ORDER BY create_time DESC
    """,
    "No order is open.",
)
TABLES = (HOLDINGS, FEES, POSITIONS, GAINS, REWARDS, TRANSFERS, OPEN_ORDERS)


def day_of(row: Mapping[str, Any]) -> str:
    """For the filter of a period; empty where a row is of no day."""
    day = row.get("day")
    return day.isoformat()[:10] if isinstance(day, date) else ""
