"""Orders: windows of those that have ended, and the open ones followed until they end."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from source_cryptocom.api.rate_limits import PRIVATE
from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS
from source_cryptocom.config import documented_oldest_ms
from source_cryptocom.retrievers.base import Reader, Table
from source_cryptocom.retrievers.history.filled_orders import number_of_order
from source_cryptocom.retrievers.history.order_lookback import MAX_REQUESTS, OrderLookback, order_lookback
from source_cryptocom.retrievers.history.order_lookup import OrderLookup
from source_cryptocom.retrievers.history.state import ReadFrom
from source_cryptocom.retrievers.history.time_windows import TimeWindows, TimeWindowsReader
from source_cryptocom.retrievers.paging.more_rows import warn_of_more
from source_cryptocom.retrievers.paging.window_paginator import PAGE_LIMIT
from source_cryptocom.retrievers.paging.windows import RowTime, Window
from source_cryptocom.state.series_positions import join_names

CREATED = RowTime("create_time", "create_time_ns")
UPDATED = RowTime("update_time")
OPEN_STATUSES = ("NEW", "PENDING", "ACTIVE")
# An order that was placed longer ago than the documentation promises history, and has ended, is sought for so long.
SOUGHT_MS = MS_PER_DAY


@dataclass(frozen=True, kw_only=True)
class OrderWindows(TimeWindows):
    """`open_orders`: the method that lists the orders which are open; `one_order`: that of an order by its id.

    Without `one_order` no order is asked for by its id.
    """

    open_orders: str
    one_order: str = ""
    times: Sequence[RowTime] = (CREATED, UPDATED)

    def reader(self, table: Table) -> Reader:
        return OrderWindowsReader(self, table)


class OrderWindowsReader(TimeWindowsReader):
    """Reads the orders that have ended.

    The exchange does not say whether its windows test an order's creation or its update. If it is the creation, an
    order placed long ago that ends today lies in a window that was read long ago. So every sync first asks which orders
    are open and follows them: one that is no longer open, and came up in no window, is fetched by its creation time.
    Orders that ended before any sync saw them open are what `order_lookback` is for. One that a fill of this sync names
    and that came up nowhere is asked for by its id.
    """

    def __init__(self, windows: OrderWindows, table: Table) -> None:
        super().__init__(windows, table)
        self._open_orders_method = table.context.api.endpoint(table.name, windows.open_orders, PRIVATE, table.logger)
        self._open_now: set[str] = set()
        self._emitted_again: set[str] = set()
        self._lookup = OrderLookup(windows.one_order, table) if windows.one_order else None
        self._seen = array("Q")
        self._since_ms = self._now_ms = 0

    def before_windows(self, begin: ReadFrom, now: int) -> tuple[ReadFrom, list[list[Row]]]:
        """Orders that the sync before found in neither list, open or ended."""
        self._since_ms, self._now_ms = begin.read_to_ms, now
        history = self.cursor.reached
        listed = self._open_orders_method.fetch()
        warn_of_more(self._table, listed)
        open_now = {
            str(row["order_id"]): created_ns // NS_PER_MS
            for row in listed.rows
            if row.get("order_id") and (created_ns := CREATED.earliest_ns(row))
        }
        # The answer may have taken minutes: an order that ended meanwhile is not in it.
        listed_ms = max(now, self._table.context.clock())
        self._open_now = set(open_now)
        self.followed = {**history.followed, **open_now}
        lookback = order_lookback(history, begin.start_ms, listed_ms)
        known_from_ms = history.known.from_ms if history.known else now
        held = []
        for page in self._recent_pages(lookback):
            rows = [
                row
                for row in page
                if not self.cursor.knows(self._table.key_of(row))
                and (
                    self._closes_open_order(row)
                    or lookback.is_new(UPDATED.earliest_ns(row))
                    or self._latest_ms(row) >= known_from_ms
                )
            ]
            self._emitted_again.update(map(self._table.key_of, rows))
            self._close(rows)
            held.append(rows)
        self.cursor.follow(lookback.known, self.followed)
        # What the lookback would read is read with the first window, where that reaches back as far.
        return replace(begin, needed_ms=max(begin.start_ms, min(begin.needed_ms, lookback.start_ms))), held

    def _recent_pages(self, lookback: OrderLookback) -> Iterator[list[Row]]:
        for window in lookback.windows():
            for page in self.pages(window):
                yield page
                if self.requests_made >= MAX_REQUESTS:
                    return

    def new_rows(self, window: Window) -> Iterator[list[Row]]:
        for page in self.pages(window):
            self._close(page)
            yield [row for row in page if self._table.key_of(row) not in self._emitted_again]

    def pages(self, window: Window) -> Iterator[list[Row]]:
        for page in super().pages(window):
            if self._lookup:
                self._seen.extend(number for row in page if (number := number_of_order(row)))
            yield page

    def _orders_of_fills(self) -> list[Row]:
        """Orders that have ended, by the fills that name them. One that ends later is followed, for the next sync."""
        if not self._lookup:
            return []
        filled_ms = self._table.context.filled_orders.since(self._since_ms)
        if not filled_ms:
            return []
        known = {*map(str, set(self._seen)), *self._open_now, *self.followed}
        ended = []
        for row in self._lookup.fetch({name: ms for name, ms in filled_ms.items() if name not in known}):
            updated_ns = UPDATED.earliest_ns(row)
            if row.get("status") in OPEN_STATUSES or updated_ns is None or updated_ns >= self._now_ms * NS_PER_MS:
                self.followed[str(row["order_id"])] = (CREATED.earliest_ns(row) or 0) // NS_PER_MS
            else:
                ended.append(row)
        return ended

    def _closes_open_order(self, row: Row) -> bool:
        return str(row.get("order_id")) in self.followed and row.get("status") not in OPEN_STATUSES

    def _close(self, rows: Iterable[Row]) -> None:
        for row in filter(self._closes_open_order, rows):
            del self.followed[str(row.get("order_id"))]

    def after_windows(self) -> list[list[Row]]:
        """Tracked orders that ended but appeared in no window; orders that were already emitted are not repeated."""
        now = self._table.context.clock()
        oldest_ms = documented_oldest_ms(now)
        ended = {order_id: ms for order_id, ms in self.followed.items() if order_id not in self._open_now}
        found: list[list[Row]] = []
        for window in windows_around(ended.values(), self._widths.proven_ns):
            found += self._fetch_closed_orders(window, ended)
        since = self.cursor.seek([order_id for order_id in ended if order_id in self.followed], now)
        forgotten = [name for name, ms in since.items() if ended[name] < oldest_ms and now - ms >= SOUGHT_MS]
        sought = [name for name in since if name not in forgotten]
        for order_id in forgotten:
            del self.followed[order_id]
        for orders, what in ((sought, "The next sync looks again"), (forgotten, "The exchange has forgotten them")):
            if orders:
                self._table.warn(f"no longer open, but not in the order history yet: {join_names(orders)}. {what}.")
        return [*found, self._orders_of_fills()]

    def _fetch_closed_orders(self, window: Window, ended: Mapping[str, int]) -> Iterator[list[Row]]:
        """The followed orders of a window; one by one, where that takes fewer requests than all their neighbours."""
        left: list[int] = []
        for pages_read, page in enumerate(self.pages(window), 1):
            # A neighbour that was open when the sync began may have ended since: it is no longer followed, either.
            yield self._closed(page)
            left = sorted({ms for order_id, ms in ended.items() if order_id in self.followed and window.holds(ms)})
            if len(left) <= pages_left(window, page, pages_read):
                break
        else:
            return
        for ms in left:
            for page in self.pages(Window(ms * NS_PER_MS, (ms + 1) * NS_PER_MS)):
                yield self._closed(page)

    def _closed(self, page: list[Row]) -> list[Row]:
        rows = list(filter(self._closes_open_order, page))
        self._close(rows)
        return rows


def pages_left(window: Window, page: Sequence[Row], pages_read: int) -> float:
    """Estimates how many pages of a window are left, from how far back the last one reaches; 0 after the last."""
    times = (time.earliest_ns(row) for row in page for time in (CREATED, UPDATED))
    oldest_ns = min((ns for ns in times if ns is not None and window.start_ns <= ns < window.end_ns), default=0)
    if len(page) < PAGE_LIMIT or not oldest_ns:
        return 0
    return pages_read * (oldest_ns - window.start_ns) / (window.end_ns - oldest_ns)


def windows_around(times_ms: Iterable[int], widest_ns: int) -> Iterator[Window]:
    """Ascending windows of at most `widest_ns` that contain the given times, each as tight as it can be."""
    groups: list[list[int]] = []
    for ms in sorted(times_ms):
        if groups and (ms + 1 - groups[-1][0]) * NS_PER_MS <= widest_ns:
            groups[-1].append(ms)
        else:
            groups.append([ms])
    return (Window(group[0] * NS_PER_MS, (group[-1] + 1) * NS_PER_MS) for group in groups)
