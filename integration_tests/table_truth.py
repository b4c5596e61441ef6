"""All that a first sync must bring, table by table, and what of it is missing or wrong in what came."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from integration_tests.shared_clock import HOUR_NS
from simulated_exchange.account import Account
from simulated_exchange.expected_account import PRIMARY_KEYS, expected_rows, without_nulls
from simulated_exchange.expected_market import (
    expected_book,
    expected_candles,
    expected_instruments,
    expected_tickers,
    expected_trades,
)
from simulated_exchange.market import Market

TIMEFRAMES = ("1m", "5m", "1h")
KEYS: dict[str, tuple[str, ...]] = {
    "instrument": ("symbol",),
    "ticker": ("instrument",),
    "trade": ("instrument", "trade_id"),
    "book": ("instrument",),
    "candlestick": ("instrument", "timeframe", "timestamp"),
    **PRIMARY_KEYS,
}
"""Primary keys without the time of a snapshot, which only the request knows."""
SNAPSHOTS = frozenset({"ticker", "book"})
CHANGING = frozenset({"deposit", "staking_reward"})
"""Their rows come again where the exchange says something else of them."""

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Truth:
    """A market and an account that do not change while they are looked at."""

    market: Market
    account: Account
    trade_count: int
    candlestick_count: int
    _known: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        if table not in self._known:
            self._known[table] = self._rows(table)
        return self._known[table]

    def _rows(self, table: str) -> list[Row]:
        market = self.market
        if table == "instrument":
            return list(expected_instruments(market))
        if table == "ticker":
            return list(expected_tickers(market))
        if table == "book":
            return [expected_book(market, name) for name in market.names]
        if table == "trade":
            return [row for name in market.names for row in self._newest_trades(name)]
        if table == "candlestick":
            wanted = ((name, timeframe) for name in market.names for timeframe in TIMEFRAMES)
            return [row for one in wanted for row in self._newest_candles(*one)]
        return list(expected_rows(self.account, table))

    def _newest_trades(self, name: str) -> list[Row]:
        now_ns = self.market.now_ns()
        rows: list[Row] = []
        # A busy instrument has a hundred thousand trades in the seven days that count.
        for hours in (1, 12, 7 * 24):
            if len(rows) < self.trade_count:
                rows = list(expected_trades(self.market, name, now_ns - hours * HOUR_NS, now_ns + 1))
        return rows[: self.trade_count]

    def _newest_candles(self, name: str, timeframe: str) -> list[Row]:
        end_ms = self.market.now_ns() // 1_000_000 + 1
        start_ms = end_ms - (self.candlestick_count + 1) * 3_600_000
        return list(expected_candles(self.market, name, timeframe, start_ms, end_ms)[-self.candlestick_count :])

    def difference(self, table: str, records: Rows, left_out: Sequence[str] = (), spoiled: Collection[str] = ()) -> str:
        """Where one sync's records are not the truth, each row once.

        `left_out`: warnings that name what may be missing; `spoiled`: columns that are not looked at.
        """
        found = records.get(table, ())
        if _repeats(table, found):
            return "a row came twice"
        wanted = _by_key(table, [row for row in self.rows(table) if not _named(table, row, left_out)])
        return _difference(wanted, _by_key(table, found), spoiled)

    def lost(self, table: str, *syncs: Rows) -> str:
        """Where the union of several syncs' records is not the truth."""
        found = [row for records in syncs for row in records.get(table, ())]
        return _difference(_by_key(table, self.rows(table)), _by_key(table, found))


def _key(table: str, row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in KEYS[table])


def _repeats(table: str, rows: Sequence[Row]) -> bool:
    known: dict[tuple[object, ...], Row] = {}
    for row in rows:
        before = known.get(_key(table, row))
        if before is not None and (table not in CHANGING or before == row):
            return True
        known[_key(table, row)] = row
    return False


def _by_key(table: str, rows: Sequence[Row]) -> dict[tuple[object, ...], Row]:
    hidden = ("timestamp",) if table in SNAPSHOTS else ("snapshot_time",)
    return {_key(table, row): without_nulls({k: v for k, v in row.items() if k not in hidden}) for row in rows}


def _named(table: str, row: Row, warnings: Sequence[str]) -> bool:
    series = f"{row['timeframe']} {row['instrument']}" if table == "candlestick" else row.get("instrument")
    return any(line.startswith(f"{table}: {series} is left out") for line in warnings)


ByKey = Mapping[tuple[object, ...], Row]


def _difference(wanted: ByKey, found: ByKey, spoiled: Collection[str] = ()) -> str:
    missing, unknown = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    if missing or unknown:
        return f"{len(missing)} rows are missing, {len(unknown)} should not be: {[*missing, *unknown][:2]}"
    for key, row in wanted.items():
        for name in (row.keys() | found[key].keys()) - set(spoiled):
            if row.get(name) != found[key].get(name):
                return f"{name} of {key} is {found[key].get(name)!r}"
    return ""
