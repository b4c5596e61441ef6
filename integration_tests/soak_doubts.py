"""What a soak makes doubtful in a sync: clocks, pages, lateness, limits, each by chance."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from integration_tests.process import ClockOfAProcess
from integration_tests.shared_clock import HOUR_NS, SECOND_NS
from integration_tests.soak_books import TABLES
from integration_tests.soak_world import Life
from source_cryptocom.streams import STREAMS

WRONG_CLOCK, JUMPING_CLOCK, SHORT_PAGES, LATE, LOWER_LIMIT, NO_DATE = 0.3, 0.2, 0.4, 0.3, 0.1, 0.1
"""Shares of the syncs that meet each of them."""
AHEAD_NS = (-2 * HOUR_NS, -90 * SECOND_NS, 45 * SECOND_NS, 170 * SECOND_NS, 600 * SECOND_NS, 2 * HOUR_NS)
CAPS = (10, 50, 97, 99)
LATE_SECONDS = (60.0, 300.0, 900.0)
TRUE_LIMIT = 20
"""Requests a second of one method."""


@dataclass
class Doubts:
    """`met`: how many syncs met each."""

    met: Counter[str] = field(default_factory=Counter)

    def next(self, life: Life, dice: random.Random) -> ClockOfAProcess:
        """Changes the exchange for the next sync; the clock by which its process runs."""
        short, late = dice.random() < SHORT_PAGES, dice.random() < LATE
        limited, no_date = dice.random() < LOWER_LIMIT, dice.random() < NO_DATE
        life.exchange.behave(
            page_caps=frozenset({f"*={dice.choice(CAPS)}"} if short else ()),
            history_lag_seconds=dice.choice(LATE_SECONDS) if late else 0.0,
            history_lag_share=dice.choice((1.0, 0.5)),
            # Where no limit is named, none is held: the connector of a soak does not wait for its turn.
            true_limits=frozenset({"*=100000", f"{self._method(dice)}={TRUE_LIMIT}"} if limited else ()),
            enforce_limits=limited,
            date_header="left_out" if no_date else "server_clock",
        )
        met = {"short pages": short, "late rows": late, "a lower limit": limited, "no Date": no_date}
        # Without a Date nothing but this machine's clock tells the time.
        wrong = not no_date and dice.random() < WRONG_CLOCK
        jumps = not no_date and dice.random() < JUMPING_CLOCK
        clock = ClockOfAProcess(life.clock.ns, dice.choice(AHEAD_NS) if wrong else 0)
        if jumps:
            method, ahead_ns = self._method(dice), dice.choice((0, *AHEAD_NS))
            number = life.exchange.count(method) + dice.randrange(1, 4)
            life.exchange.on_request(method, number, lambda: clock.jump(ahead_ns))
        self.met.update(name for name, is_met in {**met, "a wrong clock": wrong, "a jump": jumps}.items() if is_met)
        return clock

    @staticmethod
    def none(life: Life) -> ClockOfAProcess:
        """Everything is as it should be."""
        life.exchange.behave(
            page_caps=frozenset(), history_lag_seconds=0.0, enforce_limits=False, date_header="server_clock"
        )
        return ClockOfAProcess(life.clock.ns)

    @staticmethod
    def _method(dice: random.Random) -> str:
        return STREAMS[dice.choice(TABLES)].method
