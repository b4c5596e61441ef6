"""Many incremental syncs in a chain, each of which may meet faults or be killed: nothing is lost.

`python -m integration_tests.soak --syncs 200 --seed 1` prints a summary, and exits with 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from integration_tests.connector import config_for
from integration_tests.connector_process import Running, start_read
from integration_tests.exchange.faults import Fault
from integration_tests.fault_cases import METHODS
from integration_tests.shared_clock import moment
from integration_tests.soak_books import TABLES, TIMEFRAME, Books
from integration_tests.soak_world import INSTRUMENTS, Life, new_life

FAULT_RATE = 0.05
KILLED, FAILED_FOR_GOOD, SURPRISED = 0.3, 0.05, 0.3
"""Shares of the syncs that are killed, that meet a method which fails for good, that something happens during."""
LONGEST_LIFE_SECONDS = 0.8


@dataclass
class Soak:
    """`ends`: how the syncs ended. `wrong`: rows lost, unknown or different; empty where all is well."""

    syncs: int
    seed: int
    ends: Counter[str] = field(default_factory=Counter)
    books: Books = field(default_factory=Books)
    requests: int = 0
    struck: int = 0
    seconds: float = 0
    wrong: dict[str, int] = field(default_factory=dict)

    @property
    def repeated_without_reason(self) -> int:
        return sum(count for reason, count in self.books.again.items() if reason.startswith("without reason"))

    def __str__(self) -> str:
        held = ", ".join(f"{table} {len(self.books.rows[table]):,}" for table in TABLES)
        return "\n".join(
            (
                f"{self.syncs} syncs with seed {self.seed} in {self.seconds:.0f} s: {_counts(self.ends)}",
                f"{self.requests:,} requests, {self.struck:,} of them struck by a fault",
                f"{self.books.records:,} records; held at the end: {held}",
                f"came again unchanged: {_counts(self.books.again)}",
                f"wrong at the end: {_counts(self.wrong)}",
            )
        )


def soak(syncs: int, seed: int) -> Soak:
    """Runs `syncs` syncs, all but the first and the last of them disturbed, and compares them with the truth.

    The first one tells where the public trades begin that must be there in the end.
    """
    result = Soak(syncs, seed)
    started = time.monotonic()
    with new_life(seed) as life, tempfile.TemporaryDirectory() as folder:
        for number in range(syncs):
            dice = random.Random(f"{seed} {number}")
            undisturbed = number in (0, syncs - 1)
            if number == syncs - 1:
                life.calm()
            _arm(life, dice, undisturbed)
            running = _started(life, result.books, Path(folder), number)
            if not undisturbed and dice.random() < KILLED:
                _kill_some_time(running, life, dice)
            finished = running.finish()
            result.ends[{0: "complete", 1: "failed", -9: "killed"}.get(finished.code or 0, f"{finished.code}")] += 1
            result.books.take(finished)
            if number < syncs - 1:
                life.live()
        result.requests, result.struck = life.exchange.count(), sum(life.exchange.faults.struck.values())
        result.wrong = result.books.wrong(life)
    result.seconds = time.monotonic() - started
    return result


def _arm(life: Life, dice: random.Random, undisturbed: bool) -> None:
    life.exchange.faults.clear()
    if undisturbed:
        return
    life.exchange.faults.random_rate(FAULT_RATE, dice.randrange(10**6))
    if dice.random() < FAILED_FOR_GOOD:
        method = METHODS[dice.choice(TABLES)]
        fault = Fault("status", method, first=dice.randrange(1, 4), count=None, status=400, code=40001)
        life.exchange.faults.arm(fault)
    if dice.random() < SURPRISED:
        life.surprise()


def _kill_some_time(running: Running, life: Life, dice: random.Random) -> None:
    """After some time, or earlier when a certain request arrives."""
    method = METHODS[dice.choice(TABLES)]
    life.exchange.on_request(method, life.exchange.count(method) + dice.randrange(1, 4), running.kill)
    running.process.join(dice.uniform(0, LONGEST_LIFE_SECONDS))
    running.kill()


def _started(life: Life, books: Books, folder: Path, number: int) -> Running:
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
    return start_read(own, config, TABLES, "incremental", state, at_ns=life.clock.ns)


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counted.items())) or "nothing"


def _main() -> int:
    parser = argparse.ArgumentParser("python -m integration_tests.soak", description=__doc__)
    parser.add_argument("--syncs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    result = soak(options.syncs, options.seed)
    print(result)
    return 1 if result.wrong or result.repeated_without_reason else 0


if __name__ == "__main__":
    raise SystemExit(_main())
