"""Account history under every combination of what the exchange leaves open. As a command it prints a table of them.

Each combination lives through the same story, with a full refresh and two incremental syncs after it. Whatever is
missing, doubled, invented, different or repeated for no reason becomes a sentence.
"""

import logging
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import product
from typing import get_args

from integration_tests.account_world import CURSORS, METHODS, World, new_world
from integration_tests.connector import Output
from integration_tests.history_story import FIRST_SYNC_NS, SECOND_SYNC_NS, THIRD_SYNC_NS, Story
from integration_tests.shared_clock import DAY_NS, NOON_NS, NS_PER_MS, moment, ns_of
from simulated_exchange.behaviour import (
    Behaviour,
    LargeLimit,
    OrderTimeFilter,
    PageOrder,
    TimePrecision,
    WindowCap,
)
from simulated_exchange.expected_account import key_of
from simulated_exchange.expected_records import Record
from source_cryptocom.state.state import LOOKBACK_MS

START_NS = NOON_NS - 6 * DAY_NS
CROWD, SMALL_CROWD = 130, 90
"""More than a page of rows in one millisecond, and less."""


@dataclass(frozen=True)
class Combination:
    """One way in which the exchange may behave."""

    order_time_filter: OrderTimeFilter
    window_cap: WindowCap
    page_order: PageOrder
    large_limit: LargeLimit
    time_precision: TimePrecision
    end_inclusive: bool

    def __str__(self) -> str:
        return "-".join(str(getattr(self, part.name)) for part in fields(self))

    @property
    def behaviour(self) -> Behaviour:
        return Behaviour(enforce_limits=False, **{part.name: getattr(self, part.name) for part in fields(self)})

    @property
    def crowd(self) -> int:
        """The largest crowd of a millisecond that can be told apart; a larger one has a test of its own."""
        return CROWD if self.time_precision == "ns" or self.large_limit == "served" else SMALL_CROWD

    @property
    def tables(self) -> tuple[str, ...]:
        """An order's two times are all that tells the two filters apart: the other tables are read under one."""
        return tuple(CURSORS) if self.order_time_filter == "create" else ("order_history",)


ALL = tuple(
    Combination(*choice)
    for choice in product(
        *map(get_args, (OrderTimeFilter, WindowCap, PageOrder, LargeLimit, TimePrecision)), (False, True)
    )
)


def one_cap_each() -> list[Combination]:
    """Half of the combinations of the other switches, with every pair of them; the window caps take turns."""
    caps = get_args(WindowCap)
    uncapped = [combination for combination in ALL if combination.window_cap == caps[0]]
    half = [combination for number, combination in enumerate(uncapped) if number.bit_count() % 2 == 0]
    return [
        replace(combination, window_cap=caps[(number + number // len(caps)) % len(caps)])
        for number, combination in enumerate(half)
    ]


@dataclass
class Collected:
    """One table's records over a chain of syncs, and what is wrong with them."""

    table: str
    rows: dict[tuple[object, ...], Record] = field(default_factory=dict)
    emitted: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, records: Sequence[Record], not_before: str) -> None:
        """One sync's records. `not_before`: the previous cursor less the margin, before which nothing is repeated."""
        self.emitted.append(len(records))
        keys = Counter(key_of(self.table, record) for record in records)
        self._note("doubled", [key for key, times in keys.items() if times > 1])
        early = [key_of(self.table, row) for row in records if str(row[CURSORS[self.table]]) < not_before]
        self._note("repeated for no reason", early)
        self.rows |= {key_of(self.table, record): record for record in records}

    def compare(self, truth: Sequence[Record], begun: str) -> None:
        """All that is true and older than the sync's beginning must have been emitted by now, and nothing else."""
        wanted = {key_of(self.table, row): row for row in truth}
        required = [key for key, row in wanted.items() if str(row[CURSORS[self.table]]) < begun]
        self._note("missing", [key for key in required if key not in self.rows])
        self._note("different", [key for key, row in self.rows.items() if wanted.get(key, row) != row])
        self._note("invented", [key for key in self.rows if key not in wanted])

    def _note(self, what: str, keys: Sequence[object]) -> None:
        if keys:
            self.problems.append(f"{self.table}, sync {len(self.emitted)}: {len(keys)} {what}, {keys[0]} among them")


class Chain:
    """Three syncs of an account that changes meanwhile, under a combination; `collected` by table."""

    def __init__(self, world: World, combination: Combination) -> None:
        self.collected = {table: Collected(table) for table in combination.tables}
        self._world = world
        self._story = Story(START_NS, combination.crowd)
        self._last: Output | None = None
        world.start_ns = START_NS
        world.exchange.behaviour, world.exchange.account = combination.behaviour, self._story.account
        world.exchange.log.clear()

    def run(self) -> list[str]:
        """Runs the three syncs. Gives everything that went wrong, in sentences."""
        story = self._story
        story.until_the_first_sync()
        self._sync(FIRST_SYNC_NS, "full_refresh", story.during_the_first_sync)
        story.until_the_second_sync()
        self._sync(SECOND_SYNC_NS, "incremental", story.during_the_second_sync)
        story.until_the_third_sync()
        self._sync(THIRD_SYNC_NS, "incremental")
        return [problem for collected in self.collected.values() for problem in collected.problems]

    @property
    def requests(self) -> int:
        """Requests for history."""
        return sum(map(self._world.requests, self.collected))

    def _sync(self, at_ns: int, mode: str, meanwhile: Callable[[], None] | None = None) -> None:
        """`meanwhile` happens before the sync's second request for orders is answered."""
        world = self._world
        world.clock.ns = START_NS + at_ns
        if meanwhile:
            world.exchange.on_request(METHODS["order_history"], world.requests("order_history") + 2, meanwhile)
        output = world.sync(*self.collected, mode=mode, state=self._last.state if self._last else None)
        for table, collected in self.collected.items():
            collected.add(output.records.get(table, []), self._not_before(table))
            collected.compare(self._story.truth(table, world.exchange.behaviour), moment(world.clock.ns))
        self._last = output

    def _not_before(self, table: str) -> str:
        if self._last is None:
            return ""
        return moment(ns_of(self._last.state_of(table)[CURSORS[table]]) - LOOKBACK_MS * NS_PER_MS)


def print_matrix() -> bool:
    """A line per combination: rows of each sync, requests, and the result. Whether all is well."""
    print(" | ".join([*(part.name for part in fields(Combination)), "rows per sync", "requests", "result"]))
    failed = 0
    with new_world() as world:
        for combination in ALL:
            chain = Chain(world, combination)
            problems = chain.run()
            failed += bool(problems)
            rows = "; ".join("+".join(map(str, collected.emitted)) for collected in chain.collected.values())
            values = [str(getattr(combination, part.name)) for part in fields(Combination)]
            print(" | ".join([*values, rows, str(chain.requests), "; ".join(problems) or "complete, once"]))
    print(f"{len(ALL) - failed} of {len(ALL)} combinations: every row, once.")
    return not failed


if __name__ == "__main__":
    logging.disable()
    sys.exit(not print_matrix())
