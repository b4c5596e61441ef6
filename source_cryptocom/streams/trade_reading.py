"""What the pages of one instrument's trades have brought: which trades are new, and the cursor for the next sync."""

from collections.abc import Iterator, Sequence

from source_cryptocom.checkpoint import CLOCK_MARGIN_MS
from source_cryptocom.clock import MS_PER_SECOND, NS_PER_MS
from source_cryptocom.envelope import Row
from source_cryptocom.streams.trade_cursor import TradeCursor
from source_cryptocom.windows import RowTime

TIME = RowTime("t", "tn")
# A trade may be published a little after a newer one: the next sync looks for it this far behind the newest.
LATENESS_NS = 30 * MS_PER_SECOND * NS_PER_MS
# A cursor holds no more ids than this, or a state of all instruments would be tens of megabytes.
MOST_IDS = 150


class TradeReading:
    """One instrument's trades from `cursor` (None: first sync) to `end_ns`, page by page."""

    def __init__(self, cursor: TradeCursor | None, end_ns: int) -> None:
        self._from_ns = cursor.read_to_ns if cursor else 0
        self._known = frozenset(cursor.trade_ids if cursor else ())
        self._latest_ns = cursor.latest_ns if cursor else 0
        # A quiet instrument's cursor moves on too, else every later sync would search the same empty weeks again.
        self._next_from_ns = max(self._from_ns, end_ns - CLOCK_MARGIN_MS * NS_PER_MS)
        # The time of a known trade is not known before it is met again, but it is not later than the latest.
        self._recent = dict.fromkeys(self._known, self._latest_ns)
        self.end_ns = end_ns
        self.met_a_known_one = False
        self.oldest_ns: int | None = None

    def fresh(self, page: Sequence[Row]) -> Iterator[Row]:
        """The page's rows that were not emitted before."""
        for row in page:
            trade_id, trade_ns = trade_id_of(row), trade_ns_of(row)
            if self.oldest_ns is None or trade_ns < self.oldest_ns:
                self.oldest_ns = trade_ns
            if trade_ns > self._latest_ns:
                self._latest_ns = trade_ns
                self._next_from_ns = max(self._next_from_ns, trade_ns - LATENESS_NS)
            if trade_ns >= self._next_from_ns or trade_id in self._recent:
                self._recent[trade_id] = trade_ns
            if trade_id in self._known:
                self.met_a_known_one = True
            # An exchange that compares whole milliseconds also sends what lies just before the window.
            elif not 0 < trade_ns < self._from_ns:
                yield row
        self._forget()

    def begin_at(self, oldest_ns: int) -> None:
        """A first sync ends here on purpose: the next one is not to emit what is older."""
        self._next_from_ns = max(self._next_from_ns, oldest_ns)

    def cursor(self) -> TradeCursor:
        """Where the next sync begins, once all pages have been taken."""
        self._forget()
        return TradeCursor(self._next_from_ns, self._latest_ns, tuple(sorted(self._recent)))

    def _forget(self) -> None:
        """Keeps the ids of the trades that the next sync will meet, MOST_IDS at most: it then begins a little later."""
        if len(self._recent) > MOST_IDS:
            first_too_many = sorted(self._recent.values(), reverse=True)[MOST_IDS]
            self._next_from_ns = max(self._next_from_ns, first_too_many + 1)
        self._recent = {name: ns for name, ns in self._recent.items() if ns >= self._next_from_ns}


def trade_id_of(row: Row) -> str:
    return str(row.get("d"))


def trade_ns_of(row: Row) -> int:
    """The trade's time in ns, 0 where the row has none that can be read."""
    return TIME.earliest_ns(row) or 0
