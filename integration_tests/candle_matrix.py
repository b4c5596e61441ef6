"""Candles under every combination of what the exchange leaves open. As a command it prints a table of them.

A combination's chain is a series of syncs: first ones of several counts, then incremental ones after a minute and up to
forty days. Whatever is missing, doubled, different, repeated for no reason or warned of becomes a sentence.
"""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from itertools import product
from typing import Any, get_args

from integration_tests.connector import Output, State, config_for, sync
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NOON_NS, NS_PER_MS, SharedClock, ns_of
from simulated_exchange.behaviour import Behaviour, CandleDefaultStart, CandlePage, CandlesWithoutTrades
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_market import expected_candles
from simulated_exchange.market import Market
from simulated_exchange.market_candles import TIMEFRAMES
from simulated_exchange.running import running_exchange

METHOD = "public/get-candlestick"
BUSY, QUIET, RARE, SILENT, YOUNG = "SOLUSD-PERP", "ETHUSD-261030", "SHIB_BTC@OEX_HK", "SQD_USD", "YOUNG_USD"
YOUNG_AGE_NS = 20 * MINUTE_NS + 7
FIRST_COUNTS = (1, 50, 300, 700)
PAUSES = {"a minute": MINUTE_NS, "13 hours": 13 * HOUR_NS, "9 days": 9 * DAY_NS, "40 days": 40 * DAY_NS}

Record = dict[str, Any]
Series = tuple[str, str]
"""Instrument and timeframe."""


@dataclass(frozen=True)
class Combination:
    """One way in which the exchange may behave."""

    candle_default_start: CandleDefaultStart
    candle_page: CandlePage
    candles_without_trades: CandlesWithoutTrades

    def __str__(self) -> str:
        return "-".join(str(getattr(self, part.name)) for part in fields(self))

    @property
    def behaviour(self) -> Behaviour:
        return Behaviour(enforce_limits=False, **{part.name: getattr(self, part.name) for part in fields(self)})


ALL = tuple(
    Combination(*choice) for choice in product(*map(get_args, (CandleDefaultStart, CandlePage, CandlesWithoutTrades)))
)


@dataclass(frozen=True)
class Tables:
    """What one chain reads. Forty days of minutes are many: few instruments are read by the minute."""

    instruments: tuple[str, ...]
    timeframes: tuple[str, ...]

    @property
    def series(self) -> list[Series]:
        return list(product(self.instruments, self.timeframes))


EVERY_TIMEFRAME = Tables((BUSY, QUIET, RARE, SILENT, YOUNG), tuple(TIMEFRAMES))
BY_THE_MINUTE = Tables((BUSY, QUIET), ("1m",))
LONGER = Tables((QUIET, RARE, SILENT, YOUNG), tuple(name for name in TIMEFRAMES if name not in ("1m", "5m")))


@dataclass
class Cell:
    """What one sync came to."""

    rows: int
    requests: int
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join([f"{self.rows:,} / {self.requests}", *self.problems[:3]])


class Chain:
    """The syncs of one combination."""

    def __init__(self, exchange: Exchange, market: Market, clock: SharedClock, combination: Combination) -> None:
        self._exchange, self._market, self._clock = exchange, market, clock
        self._state: State | None = None
        self._newest: dict[Series, int] = {}
        exchange.behaviour = combination.behaviour
        clock.ns = NOON_NS + 31 * MINUTE_NS + 17

    def first(self, tables: Tables, count: int) -> Cell:
        """A first sync: the newest `count` candles of each series, or all it has."""
        return self._sync(tables, {series: self._newest_of(series, count) for series in tables.series}, count, None)

    def later(self, tables: Tables, pause_ns: int) -> Cell:
        """An incremental one: everything from the newest candle known on."""
        self._clock.ns += pause_ns
        wanted = {series: self._truth(series, self._newest.get(series, 0)) for series in tables.series}
        return self._sync(tables, wanted, 50, self._state)

    def _sync(self, tables: Tables, wanted: dict[Series, list[Record]], count: int, state: State | None) -> Cell:
        before = self._exchange.count(METHOD)
        config = config_for(
            self._exchange,
            with_key=False,
            instruments=list(tables.instruments),
            candlestick_timeframes=list(tables.timeframes),
            candlestick_count=count,
        )
        output = sync(config, ["candlestick"], "incremental", state)
        self._state = output.state
        cell = Cell(len(output.records.get("candlestick", [])), self._exchange.count(METHOD) - before)
        cell.problems += [line for line in output.log("WARN") if "gap" in line]
        came = _by_series(output)
        for series, records in wanted.items():
            cell.problems += self._differences(series, came.get(series, []), records)
            if records:
                self._newest[series] = _open_ms(records[-1])
        return cell

    def _differences(self, series: Series, came: Sequence[Record], wanted: Sequence[Record]) -> Iterator[str]:
        """In sentences. The candle before the newest one known may come again, where that one had just opened."""
        name = " ".join(reversed(series))
        mine, truth = {record["timestamp"]: record for record in came}, {row["timestamp"]: row for row in wanted}
        if len(mine) < len(came):
            yield f"{name}: {len(came) - len(mine)} doubled"
        if missing := sorted(truth.keys() - mine.keys()):
            yield f"{name}: {len(missing)} missing, {missing[0]} among them"
        if different := sorted(time for time in truth.keys() & mine.keys() if truth[time] != mine[time]):
            yield f"{name}: {len(different)} different, {different[0]} among them"
        spare = 1 if self._newest.get(series) else 0
        if len(mine.keys() - truth.keys()) > spare:
            yield f"{name}: {len(mine.keys() - truth.keys())} that were not wanted"

    def _newest_of(self, series: Series, count: int) -> list[Record]:
        """The truth of a first sync, found by looking further and further back."""
        now_ms, back_ms = self._clock.ns // NS_PER_MS, count * TIMEFRAMES[series[1]].length_ms
        listed_ms = self._market.profile(series[0]).listed_ms
        while True:
            rows = self._truth(series, now_ms - back_ms)
            if len(rows) >= count or now_ms - back_ms < listed_ms - TIMEFRAMES[series[1]].length_ms:
                return rows[-count:]
            back_ms *= 4

    def _truth(self, series: Series, since_ms: int) -> list[Record]:
        return expected_candles(self._market, *series, since_ms, self._clock.ns // NS_PER_MS + 1)


def cells_of(exchange: Exchange, market: Market, clock: SharedClock, combination: Combination) -> dict[str, Cell]:
    """Every cell of a combination, by its heading."""
    cells = {}
    for count in FIRST_COUNTS:
        cells[f"first, {count}"] = Chain(exchange, market, clock, combination).first(EVERY_TIMEFRAME, count)
    for tables, timeframes in ((LONGER, ">= 15m"), (BY_THE_MINUTE, "1m")):
        chain = Chain(exchange, market, clock, combination)
        chain.first(tables, 50)
        for name, pause_ns in PAUSES.items():
            cells[f"after {name}, {timeframes}"] = chain.later(tables, pause_ns)
    return cells


@contextmanager
def new_world() -> Iterator[tuple[Exchange, Market, SharedClock]]:
    """An exchange with a busy, a quiet, a silent and a young instrument among others."""
    clock = SharedClock()
    market = Market.from_capture(instruments=12, now_ns=clock)
    row = market.listing(BUSY).row | {"symbol": YOUNG}
    market.list_instrument(row, listed_ms=(NOON_NS + 31 * MINUTE_NS - YOUNG_AGE_NS) // NS_PER_MS)
    with running_exchange(market=market, now_ns=clock) as exchange, clock.patch_connector():
        yield exchange, market, clock


def print_matrix() -> bool:
    """A line per combination; for each sync its rows and requests, or what was wrong. Whether all is well."""
    incomplete = total = 0
    with new_world() as world:
        for number, combination in enumerate(ALL):
            cells = cells_of(*world, combination)
            if not number:
                print(" | ".join([*(part.name for part in fields(Combination)), *cells]))
            values = [str(getattr(combination, part.name)) for part in fields(Combination)]
            print(" | ".join([*values, *map(str, cells.values())]), flush=True)
            incomplete += sum(bool(cell.problems) for cell in cells.values())
            total += len(cells)
    print(f"Each cell: rows / requests. {total - incomplete} of {total} syncs complete, each candle once.")
    return not incomplete


def _by_series(output: Output) -> dict[Series, list[Record]]:
    by_series: dict[Series, list[Record]] = {}
    for record in output.records.get("candlestick", []):
        by_series.setdefault((record["instrument"], record["timeframe"]), []).append(record)
    return by_series


def _open_ms(record: Record) -> int:
    return ns_of(record["timestamp"]) // NS_PER_MS


if __name__ == "__main__":
    logging.disable()
    sys.exit(not print_matrix())
