"""All that a first sync must bring, table by table, and what of it is missing or wrong in what came."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from integration_tests.truth import Key, Row, Scope, by_key, moments_of, newest_candles, newest_trades, truth
from simulated_exchange.account import Account
from simulated_exchange.market import Market

TIMEFRAMES = ("1m", "5m", "1h")
CHANGING = frozenset({"deposit", "staking_reward"})
"""Their rows come again where the exchange says something else of them."""

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
            scope = Scope(
                self.market.names, TIMEFRAMES, newest_trades(self.trade_count), newest_candles(self.candlestick_count)
            )
            self._known[table] = truth(self.market, self.account, table, scope)
        return self._known[table]

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


def _repeats(table: str, rows: Sequence[Row]) -> bool:
    known: dict[Key, Row] = {}
    for row in rows:
        [(key, shown)] = _by_key(table, [row]).items()
        if key in known and (table not in CHANGING or known[key] == shown):
            return True
        known[key] = shown
    return False


def _by_key(table: str, rows: Sequence[Row]) -> dict[Key, Row]:
    return by_key(table, rows, moments_of(table))


def _named(table: str, row: Row, warnings: Sequence[str]) -> bool:
    series = f"{row['timeframe']} {row['instrument']}" if table == "candlestick" else row.get("instrument")
    return any(line.startswith(f"{table}: {series} is left out") for line in warnings)


ByKey = Mapping[Key, Row]


def _difference(wanted: ByKey, found: ByKey, spoiled: Collection[str] = ()) -> str:
    missing, unknown = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    if missing or unknown:
        return f"{len(missing)} rows are missing, {len(unknown)} should not be: {[*missing, *unknown][:2]}"
    for key, row in wanted.items():
        for name in (row.keys() | found[key].keys()) - set(spoiled):
            if row.get(name) != found[key].get(name):
                return f"{name} of {key} is {found[key].get(name)!r}"
    return ""
