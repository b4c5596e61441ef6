"""Which orders a sync reads again, so that none ends unseen. Pure.

An order that ends leaves the list of open orders, and comes up in the history a moment later: a sync that asks in
between finds it in neither. One that was open at the sync before is followed and found later. One that was
placed since is known to nobody, and where the exchange's windows test the time of creation, no later window would hold
it. So a sync also reads again what was placed since orders were last known for sure, and emits what changed meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from source_cryptocom.clock import NS_PER_MS
from source_cryptocom.retrievers.history.state import HistoryState, OrderWatermark
from source_cryptocom.retrievers.paging.windows import WINDOW_NS, Window, descending_windows
from source_cryptocom.state.state import LOOKBACK_MS

# So many requests are spent on it, the newest orders first: a sync of a busy account must not cost twice as much. The
# older an order, the later its window or page was read by the sync before, and the less likely it is to be missing.
MAX_REQUESTS = 3


@dataclass(frozen=True)
class OrderLookback:
    """What one sync reads a second time, first of all: from `start_ms` to `end_ms`, where the rest begins.

    An order in it is new if it changed at `changed_since_ms` or later. `known` is what is known of orders from then on.
    """

    start_ms: int
    end_ms: int
    changed_since_ms: int
    known: OrderWatermark

    def windows(self) -> Iterator[Window]:
        """Windows of the lookback, the newest first."""
        return descending_windows(self.start_ms * NS_PER_MS, self.end_ms * NS_PER_MS, WINDOW_NS)

    def is_new(self, changed_ns: int | None) -> bool:
        """True if an order that changed at that time may not have been emitted yet."""
        return changed_ns is None or changed_ns >= self.changed_since_ms * NS_PER_MS


def order_lookback(saved: HistoryState, fresh_ms: int, listed_ms: int) -> OrderLookback:
    """How a sync that has listed the open orders and whose windows begin at `fresh_ms` goes on from `saved`."""
    last = saved.orders
    if last is None:
        return OrderLookback(fresh_ms, fresh_ms, 0, OrderWatermark(fresh_ms, listed_ms))
    # A sync that follows at once may come too early for what the last one missed; then the next one looks once more.
    settled = listed_ms - last.listed_ms >= LOOKBACK_MS
    return OrderLookback(
        start_ms=last.complete_until_ms - LOOKBACK_MS,
        end_ms=fresh_ms,
        changed_since_ms=last.listed_ms - LOOKBACK_MS,
        known=OrderWatermark(
            max(last.complete_until_ms, last.listed_ms) if settled else last.complete_until_ms, listed_ms
        ),
    )
