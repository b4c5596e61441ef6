"""A model of what the exchange leaves open about time windows, without HTTP."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal

from hypothesis import strategies as st

from source_cryptocom.retrievers.paging.window_page import PageSizeRefused
from source_cryptocom.retrievers.paging.windows import Window

MS = 1_000_000
START_NS = 1_700_000_000_000 * MS


@dataclass(frozen=True)
class Rules:
    """One way in which the exchange may behave.

    `precision`: times are compared to the ns, or to the ms they lie in; with "rows to the ms" only the rows' times are
    rounded, not the window's. `large` is what becomes of a limit above `page_limit`.
    """

    filter_by: Literal["created", "updated"] = "created"
    order: Literal["newest first", "oldest first"] = "newest first"
    precision: Literal["ns", "ms", "rows to the ms"] = "ns"
    large: Literal["served", "clamped", "refused"] = "served"
    inclusive_end: bool = False


@dataclass
class Order:
    """`created` and `updated` in ns, as the server knows them; the row shows less."""

    number: int
    created: int
    updated: int

    def row(self) -> dict[str, Any]:
        return {
            "order_id": str(self.number),
            "create_time": self.created // MS,
            "create_time_ns": str(self.created),
            "update_time": str(self.updated // MS),
        }


@dataclass
class WindowServer:
    """Answers windows by its rules and counts what it was asked."""

    orders: Sequence[Order]
    rules: Rules = field(default_factory=Rules)
    page_limit: int = 100
    asked: list[tuple[Window, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        timed = [(self.time_of(order), order.number, order.row()) for order in self.orders]
        timed.sort(key=itemgetter(0, 1))
        self._times = [time for time, _, _ in timed]
        self._rows = [row for _, _, row in timed]

    def time_of(self, order: Order) -> int:
        """By which the server finds the order, in ns."""
        time = order.created if self.rules.filter_by == "created" else order.updated
        return time if self.rules.precision == "ns" else time // MS * MS

    def fetch(self, window: Window, limit: int) -> list[dict[str, Any]]:
        self.asked.append((window, limit))
        if limit > self.page_limit:
            if self.rules.large == "refused":
                raise PageSizeRefused
            if self.rules.large == "clamped":
                limit = self.page_limit
        start, end = window.start_ns, window.end_ns
        if self.rules.precision == "ms":
            start, end = start // MS * MS, end // MS * MS
        first = bisect_left(self._times, start)
        last = bisect_left(self._times, end + self.rules.inclusive_end)
        rows = self._rows[max(first, last - limit) : last]
        return rows if self.rules.order == "oldest first" else rows[::-1]

    def between(self, start_ns: int, end_ns: int) -> set[str]:
        """The orders that a reader of [start, end) must find."""
        rows = self._rows[bisect_left(self._times, start_ns) : bisect_left(self._times, end_ns)]
        return {row["order_id"] for row in rows}

    def most_that_no_window_parts(self) -> int:
        """Rows of one instant, as finely as the server tells them apart; of two where it counts a window's end in."""
        counts = Counter(self._times)
        unit = MS if self.rules.precision == "ms" else 1
        return max((n + self.rules.inclusive_end * counts[at + unit] for at, n in counts.items()), default=0)


rules = st.builds(
    Rules,
    filter_by=st.sampled_from(["created", "updated"]),
    order=st.sampled_from(["newest first", "oldest first"]),
    precision=st.sampled_from(["ns", "ms", "rows to the ms"]),
    large=st.sampled_from(["served", "clamped", "refused"]),
    inclusive_end=st.booleans(),
)


@st.composite
def orders(draw: st.DrawFn, span_ms: int, most: int = 60) -> list[Order]:
    """Orders within `span_ms` of START_NS: some bunched in few milliseconds, some at one nanosecond."""
    crowded = draw(st.lists(st.integers(0, span_ms - 1), min_size=1, max_size=3))
    moment = st.tuples(
        st.sampled_from(crowded) | st.integers(0, span_ms - 1), st.sampled_from([0, 0, MS - 1]) | st.integers(0, MS - 1)
    ).map(lambda parts: START_NS + parts[0] * MS + parts[1])
    times = draw(st.lists(st.tuples(moment, moment, st.booleans()), max_size=most))
    return [
        Order(number, created, created if ends_at_once else max(created, updated))
        for number, (created, updated, ends_at_once) in enumerate(times)
    ]
