"""What a client takes on trust, and what comes of it in each table. As a command it prints a matrix of it.

Three things are doubted together: that a page which is not full is the last one, that this machine's clock is right,
and that a row is there as soon as it has happened. Each combination lives through four hourly syncs; the clock is wrong
in the second of them, and rows are late in the second and the third. Beside each cell stands what version 0.2.0 did.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, product
from pathlib import Path

from airbyte_cdk.models import AirbyteStreamStatus
from airbyte_cdk.test.entrypoint_wrapper import read
from airbyte_cdk.test.models import ExpectedOutcome

from integration_tests.account_world import World
from integration_tests.connector import Output, State, config_for, configured_catalog
from integration_tests.shared_clock import (
    DAY_NS,
    HOUR_NS,
    MINUTE_NS,
    NOON_NS,
    NS_PER_MS,
    SECOND_NS,
    SharedClock,
    moment,
)
from integration_tests.without_waits import without_waits
from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.expected_account import PRIMARY_KEYS, expected_rows
from simulated_exchange.expected_market import expected_candles, expected_trades
from simulated_exchange.market import Market
from simulated_exchange.resources import convert, deposit, fiat_deposit, fiat_withdrawal, otc_deal, stake, withdrawal
from simulated_exchange.resources.advanced_order import cancel, place
from simulated_exchange.resources.staking_reward import reward
from simulated_exchange.running import running_exchange
from source_cryptocom import SourceCryptocom
from source_cryptocom.streams import STREAMS

RECORDED = Path(__file__).with_name("trust_matrix_0_2_0.json")
CAPS = (10, 50, 97, 99)
LATENESS_SECONDS = (60, 300, 900)
BEHIND, CORRECTED = "2 h behind", "2 h ahead, set right"
CLOCKS_NS: Mapping[str, int] = {
    BEHIND: -2 * HOUR_NS,
    "170 s ahead": 170 * SECOND_NS,
    "600 s ahead": 600 * SECOND_NS,
    "2 h ahead": 2 * HOUR_NS,
    CORRECTED: 2 * HOUR_NS,
}
TRADED = "AVAXUSD-PERP"
"""About 240 trades an hour."""
KEYS: Mapping[str, tuple[str, ...]] = {
    **{
        table: PRIMARY_KEYS[table]
        for table in (
            *("order_history", "user_trade", "transaction", "advanced_order_history"),
            *("deposit", "withdrawal", "fiat_deposit", "fiat_withdrawal", "otc_deal"),
            *("stake_history", "convert_history", "staking_reward"),
        )
    },
    "trade": ("instrument", "trade_id"),
    "candlestick": ("instrument", "timeframe", "timestamp"),
}
"""The tables of the matrix, and what makes a row of theirs one."""
TABLES = tuple(KEYS)
SYNCS = 4

Key = tuple[object, ...]


@dataclass(frozen=True)
class Doubt:
    """One combination: rows a page, the clock of the connector's machine, seconds by which rows are late."""

    cap: int
    clock: str
    late_seconds: int

    def __str__(self) -> str:
        return f"{self.cap} rows, {self.clock}, {self.late_seconds} s late"


ALL = tuple(Doubt(*choice) for choice in product(CAPS, CLOCKS_NS, LATENESS_SECONDS))


def one_clock_each() -> list[Doubt]:
    """Each clock once; caps and lateness take turns."""
    return [
        Doubt(CAPS[number % len(CAPS)], clock, LATENESS_SECONDS[number % len(LATENESS_SECONDS)])
        for number, clock in enumerate(CLOCKS_NS)
    ]


@dataclass
class Cell:
    """What one table had in the end. `told`: a warning or a failure of its own named it."""

    rows: int = 0
    lost: int = 0
    repeated: int = 0
    requests: int = 0
    told: bool = False

    @property
    def wrong(self) -> bool:
        """Rows are gone, and nobody said a word."""
        return self.lost > 0 and not self.told


@dataclass
class Chain:
    """Four syncs under one doubt."""

    world: World
    market: Market
    doubt: Doubt
    outputs: list[Output] = field(default_factory=list)

    def cells(self) -> dict[str, Cell]:
        """What came of it, by table."""
        self._first_days()
        for number in range(SYNCS):
            if number:
                self._an_hour()
            self._sync(number)
        return {table: self._cell(table) for table in TABLES}

    def _sync(self, number: int) -> None:
        world, clock = self.world, self.world.clock
        clock.connector_off_ns = CLOCKS_NS[self.doubt.clock] if number == 1 else 0
        world.exchange.behave(history_lag_seconds=float(self.doubt.late_seconds if number in (1, 2) else 0))
        if number == 1 and self.doubt.clock == CORRECTED:
            # Every method: whichever is asked first is refused, and its second attempt meets a clock that is right.
            for method in {STREAMS[table].method for table in TABLES} | {"private/get-accounts"}:
                if method.startswith("private/"):
                    world.exchange.on_request(method, world.exchange.count(method) + 1, self._set_right)
        config = config_for(
            world.exchange,
            start_date=moment(world.start_ns),
            instruments=[TRADED],
            candlestick_timeframes=["1m"],
            trade_count=100,
        )
        state: State | None = self._state()
        with without_waits():
            catalog = configured_catalog(config, TABLES, "incremental")
            output = read(SourceCryptocom(), config, catalog, state, expected_outcome=ExpectedOutcome.ALLOW_ANY)
        self.outputs.append(Output(output))

    def _set_right(self) -> None:
        self.world.clock.connector_off_ns = 0

    def _state(self) -> State | None:
        last = {
            state.stream.stream_descriptor.name: state
            for output in self.outputs
            for state in output.state
            if state.stream
        }
        return list(last.values()) or None

    def _first_days(self) -> None:
        """More than a page of everything, some of it within minutes."""
        now_ns = self.world.clock.ns
        for number in range(130):
            self.world.one_of_each(now_ns - 30 * HOUR_NS - number * 7 * SECOND_NS)
            self._end_advanced(now_ns - 20 * HOUR_NS - number * 7 * SECOND_NS)
            if number % 2:
                self._transfers(now_ns - 10 * HOUR_NS - number * 11 * SECOND_NS)

    def _an_hour(self) -> None:
        """Busy to its end: rows up to seconds before the sync."""
        before_ns = self.world.clock.ns
        self.world.clock.ns += HOUR_NS
        for minute in range(60):
            at_ns = before_ns + minute * MINUTE_NS + 58 * SECOND_NS
            self.world.one_of_each(at_ns)
            self._end_advanced(at_ns)
            if minute % 12 == 10 or minute > 57:
                self._transfers(at_ns)

    def _end_advanced(self, at_ns: int) -> None:
        account = self.world.account
        cancel(account, place(account, at_ns - SECOND_NS), at_ns)

    def _transfers(self, at_ns: int) -> None:
        """One of each, at milliseconds of their own: a page of ten tells no more than ten rows of one instant apart."""
        account, moments = self.world.account, count(at_ns, NS_PER_MS)
        deposit.credit(account, deposit.deposit(account, next(moments)), next(moments))
        withdrawal.finish(account, withdrawal.withdrawal(account, next(moments)), next(moments))
        fiat_deposit.complete(account, fiat_deposit.fiat_deposit(account, next(moments)), next(moments))
        fiat_withdrawal.finish(account, fiat_withdrawal.fiat_withdrawal(account, next(moments)), next(moments))
        otc_deal.finish(account, otc_deal.deal(account, next(moments)), next(moments))
        stake.finish(account, stake.stake(account, next(moments)), next(moments))
        convert.finish(account, convert.convert(account, next(moments)), next(moments))
        reward(account, next(moments))

    def _cell(self, table: str) -> Cell:
        emitted = [[self._key(table, row) for row in output.records.get(table, [])] for output in self.outputs]
        counted = Counter(key for keys in emitted for key in keys)
        truth = self._truth(table, counted)
        return Cell(
            len(truth),
            len(truth - counted.keys()),
            counted.total() - len(counted),
            self.world.exchange.count(STREAMS[table].method),
            self._told(table),
        )

    def _truth(self, table: str, found: Mapping[Key, int]) -> set[Key]:
        """All rows; of the market's series those since the first one that was read."""
        world, now_ms = self.world, self.world.clock.ns // NS_PER_MS
        if table == "trade":
            rows = expected_trades(self.market, TRADED, NOON_NS - DAY_NS, world.clock.ns)
        elif table == "candlestick":
            rows = expected_candles(self.market, TRADED, "1m", now_ms - DAY_NS // NS_PER_MS, now_ms)
        else:
            return {self._key(table, row) for row in expected_rows(world.account, table, world.exchange.behaviour)}
        times = {self._key(table, row): str(row["timestamp"]) for row in rows}
        since = min((times[key] for key in found if key in times), default="")
        return {key for key, time in times.items() if time >= since}

    @staticmethod
    def _key(table: str, row: Mapping[str, object]) -> Key:
        return tuple(row[name] for name in KEYS[table])

    def _told(self, table: str) -> bool:
        """Whether a warning named the table, or its last sync failed."""
        warnings = [line for output in self.outputs for line in output.log("WARN")]
        failed = self.outputs[-1].status(table) is not AirbyteStreamStatus.COMPLETE
        return failed or any(re.search(rf"\b{table}\b", line) for line in warnings)


@contextmanager
def chain(doubt: Doubt) -> Iterator[Chain]:
    """An empty account under one doubt."""
    clock = SharedClock()
    market = Market.from_capture(instruments=40, now_ns=clock, history_days=3)
    behaviour = Behaviour(enforce_limits=False, page_caps=frozenset({f"*={doubt.cap}"}))
    with clock.patch_connector(), running_exchange(behaviour, Account(), market, now_ns=clock) as exchange:
        world = World(exchange, clock)
        world.start_ns = NOON_NS - 2 * DAY_NS
        yield Chain(world, market, doubt)


def cells_of(doubt: Doubt) -> dict[str, Cell]:
    """What came of one combination, by table."""
    with chain(doubt) as made:
        return made.cells()


def print_matrix(record: Path | None = None) -> bool:
    """Two lines a combination, now and 0.2.0, and per table rows lost, rows repeated, requests. Whether all is well."""
    before = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    found: dict[str, dict[str, tuple[int, int, int]]] = {}
    wrong = []
    print(f"{'lost / repeated / requests':<40}" + "".join(f"{table[:13]:>15}" for table in TABLES))
    for doubt in ALL:
        cells = cells_of(doubt)
        found[str(doubt)] = {table: (cell.lost, cell.repeated, cell.requests) for table, cell in cells.items()}
        told = {table: "*" if cell.lost and cell.told else "" for table, cell in cells.items()}
        print(f"{doubt!s:<40}" + "".join(f"{_shown(found[str(doubt)][table]) + told[table]:>15}" for table in TABLES))
        if was := before.get(str(doubt)):
            print(f"{'  0.2.0':<40}" + "".join(f"{_shown(was[table]):>15}" for table in TABLES), flush=True)
        wrong += [f"{doubt}: {table} lost {cell.lost} of {cell.rows}" for table, cell in cells.items() if cell.wrong]
    if record:
        record.write_text(json.dumps(found, indent=0) + "\n")
    print(f"{len(ALL) * len(TABLES) - len(wrong)} of {len(ALL) * len(TABLES)} cells: nothing lost, or said (*).")
    print("\n".join(wrong))
    return not wrong


def _shown(cell: tuple[int, int, int]) -> str:
    return "{}/{}/{}".format(*cell)


def _main() -> int:
    parser = argparse.ArgumentParser("python -m integration_tests.trust_matrix", description=__doc__)
    parser.add_argument("--record", type=Path, help="write the figures into a file")
    logging.disable()
    return 0 if print_matrix(parser.parse_args().record) else 1


if __name__ == "__main__":
    raise SystemExit(_main())
