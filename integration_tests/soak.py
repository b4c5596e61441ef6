"""Syncs of every table in a chain, with changes between and during them, faults, kills, wrong clocks, short pages, late
rows and lower limits: nothing is lost.

`python -m integration_tests.soak --syncs 200 --seed 1` prints a matrix, and exits with 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import logging
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from integration_tests.connector import config_for
from integration_tests.process import ClockOfAProcess, Running, start_read
from integration_tests.shared_clock import moment
from integration_tests.soak_books import TABLES, TIMEFRAME, Books
from integration_tests.soak_doubts import Doubts
from integration_tests.soak_world import INSTRUMENTS, Life, new_life
from simulated_exchange.faults import Fault
from source_cryptocom.streams import STREAMS

FAULT_RATE = 0.05
KILLED, FAILED_FOR_GOOD, SURPRISED = 0.3, 0.05, 0.3
"""Shares of the syncs that are killed, that meet a method which fails for good, that something happens during."""
HEAD = ("table", "rows", "lost", "unknown", "differ", "without reason", "margin", "changed", "kills")


@dataclass
class Soak:
    """`ends`: how the syncs ended. `truth`: the rows that each table must hold; `wrong`: how many are not as they must.

    A kill counts for a table that was not read to its end yet.
    """

    syncs: int
    seed: int
    ends: Counter[str] = field(default_factory=Counter)
    doubts: Doubts = field(default_factory=Doubts)
    books: Books = field(default_factory=Books)
    requests: int = 0
    struck: int = 0
    seconds: float = 0
    truth: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def faulty(self) -> dict[str, dict[str, int]]:
        """What should not be, by table; empty where all is well."""
        found = {
            table: {**self.wrong[table], "without reason": self.books.tables[table].again["without reason"]}
            for table in TABLES
        }
        return {table: counts for table, counts in found.items() if any(counts.values())}

    def __str__(self) -> str:
        lines = [f"{HEAD[0]:<26}" + "".join(f"{name:>15}" for name in HEAD[1:])]
        for name, table in self.books.tables.items():
            wrong, again = self.wrong[name], table.again
            cells = [self.truth[name], *wrong.values(), again["without reason"], again["in the margin"]]
            lines.append(f"{name:<26}" + "".join(f"{cell:>15,}" for cell in (*cells, again["changed"], table.kills)))
        lines += [
            f"{self.syncs} syncs with seed {self.seed} in {self.seconds:.0f} s: {_counts(self.ends)}.",
            f"Syncs that met {_counts(self.doubts.met)}.",
            f"{self.requests:,} requests, {self.struck:,} of them struck by a fault; {self.books.records:,} records.",
            f"{self.books.again('not covered'):,} rows came again: their sync died before a state covered them.",
            f"Something is wrong: {self.faulty}" if self.faulty else "Nothing lost, nothing repeated without reason.",
        ]
        return "\n".join(lines)


def soak(syncs: int, seed: int) -> Soak:
    """Runs `syncs` syncs, all but the first and the last of them disturbed, and compares them with the truth.

    The first one tells where the public trades begin that must be there in the end, and how much a sync prints.
    """
    result = Soak(syncs, seed)
    started, printed = time.monotonic(), 0
    with new_life(seed) as life, tempfile.TemporaryDirectory() as folder:
        for number in range(syncs):
            dice = random.Random(f"{seed} {number}")
            undisturbed = number in (0, syncs - 1)
            if number == syncs - 1:
                life.calm()
            _arm(life, dice, undisturbed)
            clock = Doubts.none(life) if undisturbed else result.doubts.next(life, dice)
            running = _started(life, result.books, Path(folder), number, clock)
            if not undisturbed and dice.random() < KILLED:
                _kill_some_time(running, life, dice, printed)
            finished = running.finish()
            if number == 1 or not printed:
                printed = len(finished.stdout)
            result.ends[{0: "complete", 1: "failed", -9: "killed"}.get(finished.code or 0, f"{finished.code}")] += 1
            result.books.take(finished)
            if number < syncs - 1:
                life.live()
        result.requests, result.struck = life.exchange.count(), sum(life.exchange.faults.struck.values())
        for table in TABLES:
            truth = result.books.truth(table, life)
            result.truth[table] = len(truth)
            result.wrong[table] = result.books.tables[table].wrong(truth)
    result.seconds = time.monotonic() - started
    return result


def _arm(life: Life, dice: random.Random, undisturbed: bool) -> None:
    life.exchange.faults.clear()
    if undisturbed:
        return
    life.exchange.faults.random_rate(FAULT_RATE, dice.randrange(10**6))
    if dice.random() < FAILED_FOR_GOOD:
        method = STREAMS[dice.choice(TABLES)].method
        fault = Fault("status", method, first=dice.randrange(1, 4), count=None, status=400, code=40001)
        life.exchange.faults.arm(fault)
    if dice.random() < SURPRISED:
        life.surprise()


def _kill_some_time(running: Running, life: Life, dice: random.Random, printed: int) -> None:
    """When a certain request arrives, or as soon as it has printed so much: a share of what a sync prints."""
    if dice.random() < 0.5:
        method = STREAMS[dice.choice(TABLES)].method
        life.exchange.on_request(method, life.exchange.count(method) + dice.randrange(1, 4), running.kill)
        return
    enough = dice.randrange(1, printed)
    while running.printed < enough and running.process.is_alive():
        time.sleep(0.001)
    running.kill()


def _started(life: Life, books: Books, folder: Path, number: int, clock: ClockOfAProcess) -> Running:
    own = folder / str(number)
    own.mkdir()
    config = config_for(
        life.exchange,
        start_date=moment(life.start_ns),
        instruments=list(INSTRUMENTS),
        candlestick_timeframes=[TIMEFRAME],
        trade_count=20,
    )
    state = list(books.states.values())
    return start_read(own, config, TABLES, "incremental", state, clock=clock)


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counted.items())) or "nothing"


def _main() -> int:
    parser = argparse.ArgumentParser("python -m integration_tests.soak", description=__doc__)
    parser.add_argument("--syncs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.getLogger().handlers.clear()
    result = soak(options.syncs, options.seed)
    print(result)
    return 1 if result.faulty else 0


if __name__ == "__main__":
    raise SystemExit(_main())
