"""What each table must hold: the one place that knows it, for every test that compares a table with the exchange."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NS_PER_MS, moment
from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.expected_account import EXTRA_FIELDS, PRIMARY_KEYS, expected_rows, without_nulls
from simulated_exchange.expected_market import (
    expected_book,
    expected_candles,
    expected_instruments,
    expected_tickers,
    expected_trades,
)
from simulated_exchange.market import Market
from simulated_exchange.resources.instrument_fee_rate import expected_instrument_fee_rate
from simulated_exchange.resources.valuation import FUNDING, expected_valuations

Row: TypeAlias = Mapping[str, Any]
Key: TypeAlias = tuple[Any, ...]

VALUATIONS = {"funding_rate": FUNDING, "mark_price": "mark_price", "index_price": "index_price"}
KEYS: dict[str, tuple[str, ...]] = {
    "instrument": ("symbol",),
    "ticker": ("instrument",),
    "trade": ("instrument", "trade_id"),
    "book": ("instrument", "timestamp"),
    "candlestick": ("instrument", "timeframe", "timestamp"),
    **dict.fromkeys(VALUATIONS, ("instrument", "timestamp")),
    "instrument_fee_rate": ("instrument_name",),
    **PRIMARY_KEYS,
}
"""The primary keys as the simulated exchange has them, which asks no declaration of the connector's."""
LENGTHS_NS = {"1m": MINUTE_NS, "5m": 5 * MINUTE_NS, "1h": HOUR_NS, "1M": 31 * DAY_NS}


@dataclass(frozen=True)
class Scope:
    """What a sync is told to read: how far back each series goes, and of which instruments.

    `trades` and `candles`: the rows of one series. `funding_since_ns`, `prices_since_ns`: where valuations begin.
    """

    instruments: Sequence[str]
    timeframes: Sequence[str]
    trades: Callable[[Market, str], Sequence[Row]]
    candles: Callable[[Market, str, str], Sequence[Row]]
    depth: int = 50
    funding_since_ns: int = 0
    prices_since_ns: int = 0


def newest_trades(count: int) -> Callable[[Market, str], Sequence[Row]]:
    """The newest `count` of the last seven days. Not all of those are worked out if fewer will do."""

    def trades(market: Market, instrument: str) -> Sequence[Row]:
        now_ns = market.now_ns()
        spans_ns = (HOUR_NS, 12 * HOUR_NS, 7 * DAY_NS)
        found = (expected_trades(market, instrument, now_ns - span_ns, now_ns + 1) for span_ns in spans_ns)
        rows: list[dict[str, Any]] = []
        while len(rows) < count and (more := next(found, None)) is not None:
            rows = more
        return rows[:count]

    return trades


def newest_candles(count: int) -> Callable[[Market, str, str], Sequence[Row]]:
    """The newest `count`."""

    def candles(market: Market, instrument: str, timeframe: str) -> Sequence[Row]:
        now_ms = market.now_ns() // NS_PER_MS
        start_ms = now_ms - (count + 1) * LENGTHS_NS[timeframe] // NS_PER_MS
        return expected_candles(market, instrument, timeframe, start_ms, now_ms + 1)[-count:]

    return candles


def truth(market: Market, account: Account, table: str, scope: Scope, behaviour: Behaviour | None = None) -> list[Row]:
    """The rows that a sync of `scope` must bring at the market's present. Raises KeyError for an unknown table."""
    behaviour = behaviour or Behaviour()
    if table in _OF_THE_MARKET:
        return _OF_THE_MARKET[table](market, scope)
    if table == "instrument_fee_rate":
        more = EXTRA_FIELDS if behaviour.extra_fields else {}
        return [expected_instrument_fee_rate(name) | more for name in scope.instruments]
    return list(expected_rows(account, table, behaviour))


def _tickers(market: Market, scope: Scope) -> list[Row]:
    now_ns = market.now_ns()
    return list(expected_tickers(market, lambda name: moment(now_ns - market.listing(name).ticker_age_ms * NS_PER_MS)))


def _books(market: Market, scope: Scope) -> list[Row]:
    now = {"timestamp": moment(market.now_ns())}
    return [expected_book(market, name, scope.depth) | now for name in scope.instruments]


def _valuations(table: str) -> Callable[[Market, Scope], list[Row]]:
    """Mark prices of every instrument, funding rates of the perpetuals, index prices of what they are derived from."""

    def rows(market: Market, scope: Scope) -> list[Row]:
        names = [name for name in scope.instruments if table == "mark_price" or name.endswith("-PERP")]
        if table == "index_price":
            names = list({str(market.listing(name).row["underlying_symbol"]): None for name in scope.instruments})
        since_ns = scope.funding_since_ns if table == "funding_rate" else scope.prices_since_ns
        window_ms = since_ns // NS_PER_MS, market.now_ns() // NS_PER_MS + 1
        return [row for name in names for row in expected_valuations(name, VALUATIONS[table], *window_ms)]

    return rows


_OF_THE_MARKET: dict[str, Callable[[Market, Scope], list[Row]]] = {
    "instrument": lambda market, scope: list(expected_instruments(market)),
    "ticker": _tickers,
    "trade": lambda market, scope: [row for name in scope.instruments for row in scope.trades(market, name)],
    "book": _books,
    "candlestick": lambda market, scope: [
        row
        for name in scope.instruments
        for timeframe in scope.timeframes
        for row in scope.candles(market, name, timeframe)
    ],
    **{table: _valuations(table) for table in VALUATIONS},
}


def moments_of(table: str) -> frozenset[str]:
    """The columns of a table that tell when it was asked for: they differ between two syncs of the same rows."""
    return frozenset({"timestamp"} if table in ("ticker", "book") else {"snapshot_time", "request_time"})


def by_key(table: str, rows: Collection[Row], without: Collection[str] = ()) -> dict[Key, Row]:
    """Rows by their key, without some columns and without nulls: the CDK leaves those out of what it prints."""
    key = [column for column in KEYS[table] if column not in without]
    return {
        tuple(row[column] for column in key): without_nulls(
            {name: value for name, value in row.items() if name not in without}
        )
        for row in rows
    }
