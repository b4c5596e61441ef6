"""Which orders a sync reads again, so that none ends unseen. Pure.

An order that ends leaves the list of open orders, and comes up in the history a moment later: a sync that asks in
between finds it in neither. One that was open at the sync before is watched, and found later all the same. One that was
placed since is known to nobody, and where the exchange's windows test the time of creation, no later window would hold
it. So a sync also reads again what was placed since orders were last known for sure, and emits what changed meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from source_cryptocom.checkpoint import CLOCK_MARGIN_MS, HistoryState, OrdersKnown
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS
from source_cryptocom.windows import Window, day_windows

# How far back a sync looks for orders that no list has shown. Days cost a request each: after a pause of weeks, all of
# them twice would be more than the exchange's one request a second should be spent on.
REREAD_MS = 3 * MS_PER_DAY


@dataclass(frozen=True)
class Rereading:
    """What one sync reads a second time, first of all: from `start_ms` to `end_ms`, where the rest begins.

    An order in it is new if it changed at `changed_since_ms` or later. `known` is what is known of orders from then on.
    """

    start_ms: int
    end_ms: int
    changed_since_ms: int
    known: OrdersKnown

    def windows(self) -> Iterator[Window]:
        """Ascending."""
        return day_windows(self.start_ms * NS_PER_MS, self.end_ms * NS_PER_MS)

    def is_new(self, changed_ns: int | None) -> bool:
        """Whether an order that changed then may not have been emitted yet."""
        return changed_ns is None or changed_ns >= self.changed_since_ms * NS_PER_MS


def rereading(saved: HistoryState, fresh_ms: int, oldest_ms: int, now: int) -> Rereading:
    """How a sync that lists the open orders at `now` and reads for the first time from `fresh_ms` goes on from `saved`.

    Nothing from before `oldest_ms` is kept by the exchange.
    """
    last = saved.orders
    if last is None:
        return Rereading(fresh_ms, fresh_ms, 0, OrdersKnown(fresh_ms, now))
    # A sync that follows at once may come too early for what the last one missed; then the next one looks once more.
    settled = now - last.listed_ms >= CLOCK_MARGIN_MS
    return Rereading(
        start_ms=max(last.known_to_ms - CLOCK_MARGIN_MS, fresh_ms - REREAD_MS, oldest_ms),
        end_ms=fresh_ms,
        changed_since_ms=last.listed_ms - CLOCK_MARGIN_MS,
        known=OrdersKnown(last.listed_ms if settled else last.known_to_ms, now),
    )
