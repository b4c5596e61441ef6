"""Orders that have ended, and those that are watched until they do."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from source_cryptocom.api.rate_limits import HISTORY
from source_cryptocom.api.response import Row
from source_cryptocom.clock import NS_PER_MS
from source_cryptocom.config import oldest_kept_ms
from source_cryptocom.context import SyncContext
from source_cryptocom.retrievers.order_lookback import MAX_REQUESTS, OrderLookback, rereading
from source_cryptocom.retrievers.time_windows import HistoryStream
from source_cryptocom.retrievers.window_paginator import PAGE_LIMIT
from source_cryptocom.retrievers.windows import WINDOW_NS, RowTime, Window
from source_cryptocom.state.restored_cursors import join_names
from source_cryptocom.streams.account import OpenOrder
from source_cryptocom.streams.history import CREATION
from source_cryptocom.streams.order_legs import OrderTable

UPDATE = RowTime("update_time")
OPEN_STATUSES = ("NEW", "PENDING", "ACTIVE")


class OrderHistory(OrderTable, HistoryStream):
    """Orders that have ended; the cursor is their update time.

    The exchange does not say whether its windows test an order's creation or its update. If it is the creation, an
    order placed long ago that ends today lies in a window that was read long ago. So every sync first asks which orders
    are open and watches them: one that is open no more, and came up in no window, is looked up at its creation time.
    Orders that ended before any sync saw them open are what `rereading` is for.
    """

    method = "private/get-order-history"
    rate_limit = HISTORY
    primary_key = "order_id"
    cursor_field = "update_time"
    times = (CREATION, UPDATE)
    identity_fields = ("order_id", "leg_id", "update_time")

    def __init__(self, context: SyncContext) -> None:
        super().__init__(context)
        self._open_orders = OpenOrder(context)
        self._open_now: set[str] = set()
        self._watched: dict[str, int] = {}
        self._emitted_again: set[Hashable] = set()

    def before_windows(self, start_ms: int, now: int) -> Iterator[dict[str, Any]]:
        """The orders that neither list showed to the sync before."""
        open_now = {
            str(row["order_id"]): created_ns // NS_PER_MS
            for row in self._open_orders.rows({})
            if row.get("order_id") and (created_ns := CREATION.earliest_ns(row))
        }
        # The answer may have taken minutes: an order that ended meanwhile is not in it.
        listed_ms = max(now, self._context.clock())
        self._open_now = set(open_now)
        self._watched = {**self.history.open_orders, **open_now}
        again = rereading(self.history, start_ms, oldest_kept_ms(now), listed_ms)
        for page in self._pages_read_again(again):
            rows = [row for row in page if self._ends_a_watch(row) or again.is_new(UPDATE.earliest_ns(row))]
            self._emitted_again.update(map(self.identity, rows))
            yield from self._emitted(rows)
        self._advance(orders=again.known)

    def _pages_read_again(self, again: OrderLookback) -> Iterator[list[Row]]:
        for window in again.windows():
            for page in super().pages(window):
                yield page
                if self.requests_made >= MAX_REQUESTS:
                    return

    def pages(self, window: Window) -> Iterator[list[Row]]:
        for page in super().pages(window):
            self._let_go(page)
            yield [row for row in page if self.identity(row) not in self._emitted_again]

    def _ends_a_watch(self, row: Row) -> bool:
        return str(row.get("order_id")) in self._watched and row.get("status") not in OPEN_STATUSES

    def _let_go(self, rows: Iterable[Row]) -> None:
        for row in filter(self._ends_a_watch, rows):
            del self._watched[str(row.get("order_id"))]

    def _emitted(self, rows: list[Row]) -> Iterator[dict[str, Any]]:
        self._let_go(rows)
        return self.to_records(rows)

    def _advance(self, **changes: Any) -> None:
        super()._advance(open_orders=dict(self._watched), **changes)

    def after_windows(self) -> Iterator[dict[str, Any]]:
        """The watched orders that have ended but came up in no window, without those neighbours which have."""
        oldest_ms = oldest_kept_ms(self._context.clock())
        ended = {order_id: ms for order_id, ms in self._watched.items() if order_id not in self._open_now}
        for window in windows_around(ms for ms in ended.values() if ms >= oldest_ms):
            yield from self._look_up(window, ended)
        missing = [order_id for order_id in ended if order_id in self._watched]
        forgotten = [order_id for order_id in missing if ended[order_id] < oldest_ms]
        sought = [order_id for order_id in missing if ended[order_id] >= oldest_ms]
        for order_id in forgotten:
            del self._watched[order_id]
        for orders, what in ((sought, "The next sync looks again"), (forgotten, "The exchange has forgotten them")):
            if orders:
                self.logger.warning(
                    f"{self.name}: open no more, but not listed by the exchange among the orders that have ended: "
                    f"{join_names(orders)}. {what}."
                )

    def _look_up(self, window: Window, ended: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """The watched orders of a window; one by one, where that takes fewer requests than all their neighbours."""
        for pages_read, page in enumerate(super().pages(window), 1):
            # A neighbour that was open when the sync began may have ended since: it is watched no more, either.
            yield from self._emitted(list(filter(self._ends_a_watch, page)))
            left = sorted({ms for order_id, ms in ended.items() if order_id in self._watched and window.holds(ms)})
            if len(left) <= pages_left(window, page, pages_read):
                break
        else:
            return
        for ms in left:
            for page in super().pages(Window(ms * NS_PER_MS, (ms + 1) * NS_PER_MS)):
                yield from self._emitted(list(filter(self._ends_a_watch, page)))


def pages_left(window: Window, page: Sequence[Row], pages_read: int) -> float:
    """About how many pages of a window are left, by how far back the ones read so far have come; 0 after the last."""
    times = (time.earliest_ns(row) for row in page for time in (CREATION, UPDATE))
    oldest_ns = min((ns for ns in times if ns is not None and window.start_ns <= ns < window.end_ns), default=0)
    if len(page) < PAGE_LIMIT or not oldest_ns:
        return 0
    return pages_read * (oldest_ns - window.start_ns) / (window.end_ns - oldest_ns)


def windows_around(times_ms: Iterable[int]) -> Iterator[Window]:
    """Ascending windows of at most a day that contain the given times, each as tight as it can be."""
    group: list[int] = []
    for ms in sorted(times_ms):
        if group and (ms + 1 - group[0]) * NS_PER_MS > WINDOW_NS:
            yield Window(group[0] * NS_PER_MS, (group[-1] + 1) * NS_PER_MS)
            group = []
        group.append(ms)
    if group:
        yield Window(group[0] * NS_PER_MS, (group[-1] + 1) * NS_PER_MS)
