"""What the pages of one instrument's trades have brought: which trades are new, and the cursor for the next sync."""

import threading
from collections.abc import Sequence

from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_SECOND, NS_PER_MS
from source_cryptocom.retrievers.paging.windows import RowTime, Window
from source_cryptocom.retrievers.trades.position import TradePosition
from source_cryptocom.state.state import LOOKBACK_MS

TIME = RowTime("t", "tn")
# A trade may be published a little after a newer one: the next sync looks for it this far behind the newest.
LATENESS_NS = 30 * MS_PER_SECOND * NS_PER_MS
# A cursor holds no more ids than this, or a state of all instruments would be tens of megabytes.
MAX_IDS = 150


class TradeTracker:
    """One instrument's trades from `cursor` (None: first sync) to `end_ns`, page by page. Thread-safe.

    Its stretch of time may be divided into parts that several workers read; they share what is known of the instrument.
    """

    def __init__(self, cursor: TradePosition | None, end_ns: int) -> None:
        self._from_ns = cursor.read_to_ns if cursor else 0
        self._known = frozenset(cursor.trade_ids if cursor else ())
        self._latest_ns = cursor.latest_ns if cursor else 0
        # A quiet instrument's cursor moves on too, else every later sync would search the same empty weeks again.
        self._next_from_ns = max(self._from_ns, end_ns - LOOKBACK_MS * NS_PER_MS)
        # The state stores ids without times: until a trade is seen again, assume the latest time.
        self._recent = dict.fromkeys(self._known, self._latest_ns)
        self._at_edges: set[str] = set()
        self._to_come_again: set[str] = set()
        self._open_parts = 1
        self._lock = threading.Lock()
        self.end_ns = end_ns
        self.met_a_known_one = False
        self.was_ended = False
        self.oldest_ns: int | None = None

    def unseen(self, page: Sequence[Row], part: Window) -> list[Row]:
        """The rows of a page of `part` that were not emitted before."""
        with self._lock:
            rows = [row for row in page if self._is_fresh(trade_id_of(row), trade_ns_of(row), part)]
            self._forget()
        return rows

    def _is_fresh(self, trade_id: str, trade_ns: int, part: Window) -> bool:
        # What lies elsewhere was not asked for, and comes with the part, or the sync, that it belongs to. An exchange
        # that compares whole milliseconds sends a little more; of that, what lies before the cursor was emitted.
        if trade_ns and not max(part.start_ns - NS_PER_MS, self._from_ns) <= trade_ns < part.end_ns + NS_PER_MS:
            return False
        if self.oldest_ns is None or trade_ns < self.oldest_ns:
            self.oldest_ns = trade_ns
        if trade_ns > self._latest_ns:
            self._latest_ns = trade_ns
            self._next_from_ns = max(self._next_from_ns, trade_ns - LATENESS_NS)
        if trade_ns >= self._next_from_ns or trade_id in self._recent:
            self._recent[trade_id] = trade_ns
        self._to_come_again.discard(trade_id)
        if trade_id in self._known:
            self.met_a_known_one = True
            return False
        if part.start_ns + NS_PER_MS <= trade_ns < part.end_ns - NS_PER_MS:
            return True
        # The part beside this one may bring it, too: one whose end is inclusive after all, for instance.
        if trade_id in self._at_edges:
            return False
        self._at_edges.add(trade_id)
        return True

    def divide(self, page: Sequence[Row], parts: Sequence[Window]) -> None:
        """The rest after `page`, all of whose rows were taken, is read in `parts`, newest first."""
        again = {trade_id_of(row) for row in page if self._from_ns <= trade_ns_of(row) < parts[0].end_ns}
        with self._lock:
            self._open_parts += len(parts)
            self._at_edges |= again
            self._to_come_again |= again

    def close_part(self) -> bool:
        """Marks a part (or the undivided whole) as read and emitted. Returns True for the last one."""
        with self._lock:
            self._open_parts -= 1
            return self._open_parts == 0

    @property
    def skipped_something(self) -> bool:
        """True if a part was read without trades that were seen in it before."""
        return bool(self._to_come_again)

    def start_at(self, oldest_ns: int) -> None:
        """Ends a first sync here on purpose: the next sync must not emit older trades."""
        self._next_from_ns = max(self._next_from_ns, oldest_ns)
        self.was_ended = True

    def cursor(self) -> TradePosition:
        """Where the next sync begins, once all pages have been taken."""
        self._forget()
        return TradePosition(self._next_from_ns, self._latest_ns, tuple(sorted(self._recent)))

    def _forget(self) -> None:
        """Keeps the ids of the trades that the next sync will meet, MAX_IDS at most: it then begins a little later."""
        if len(self._recent) > MAX_IDS:
            first_too_many = sorted(self._recent.values(), reverse=True)[MAX_IDS]
            self._next_from_ns = max(self._next_from_ns, first_too_many + 1)
        self._recent = {name: ns for name, ns in self._recent.items() if ns >= self._next_from_ns}


def trade_id_of(row: Row) -> str:
    return str(row.get("d"))


def trade_ns_of(row: Row) -> int:
    """The trade's time in ns, 0 where the row has none that can be read."""
    return TIME.earliest_ns(row) or 0
