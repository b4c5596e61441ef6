"""Orders that have ended, and those that are watched until they do."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from source_cryptocom.clock import NS_PER_MS
from source_cryptocom.config import oldest_kept_ms
from source_cryptocom.envelope import Row
from source_cryptocom.rereading import rereading
from source_cryptocom.streams.account import OpenOrder
from source_cryptocom.streams.history import CREATION
from source_cryptocom.streams.history_stream import HistoryStream
from source_cryptocom.sync import Sync
from source_cryptocom.windows import WINDOW_NS, RowTime, Window

UPDATE = RowTime("update_time")
OPEN_STATUSES = ("NEW", "PENDING", "ACTIVE")


class OrderHistory(HistoryStream):
    """Orders that have ended; the cursor is their update time.

    The exchange does not say whether its windows test an order's creation or its update. If it is the creation, an
    order placed long ago that ends today lies in a window that was read long ago. So every sync first asks which orders
    are open and watches them: one that is open no more, and came up in no window, is looked up at its creation time.
    Orders that ended before any sync saw them open are what `rereading` is for.
    """

    method = "private/get-order-history"
    primary_key = "order_id"
    cursor_field = "update_time"
    times = (CREATION, UPDATE)
    identity_fields = ("order_id", "update_time")

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._open_orders = OpenOrder(sync)
        self._open_now: set[str] = set()
        self._watched: dict[str, int] = {}

    def before_windows(self, start_ms: int, now: int) -> Iterator[dict[str, Any]]:
        """The orders that neither list showed to the sync before."""
        open_now = {
            str(row["order_id"]): created_ns // NS_PER_MS
            for row in self._open_orders.rows({})
            if row.get("order_id") and (created_ns := CREATION.earliest_ns(row))
        }
        self._open_now = set(open_now)
        self._watched = {**self.history.open_orders, **open_now}
        again = rereading(self.history, start_ms, oldest_kept_ms(now), now)
        for window in again.windows():
            yield from self._selected(
                window, lambda row: self._ends_a_watch(row) or again.is_new(UPDATE.earliest_ns(row))
            )
        self._advance(orders=again.known)

    def pages(self, window: Window) -> Iterator[list[Row]]:
        for page in super().pages(window):
            self._let_go(page)
            yield page

    def _ends_a_watch(self, row: Row) -> bool:
        return str(row.get("order_id")) in self._watched and row.get("status") not in OPEN_STATUSES

    def _let_go(self, rows: Iterable[Row]) -> None:
        for row in filter(self._ends_a_watch, rows):
            del self._watched[str(row.get("order_id"))]

    def _advance(self, **changes: Any) -> None:
        super()._advance(open_orders=dict(self._watched), **changes)

    def _selected(self, window: Window, select: Callable[[Row], bool]) -> Iterator[dict[str, Any]]:
        for page in super().pages(window):
            rows = list(filter(select, page))
            self._let_go(rows)
            yield from self.to_records(rows)

    def after_windows(self) -> Iterator[dict[str, Any]]:
        """The watched orders that have ended but came up in no window, without those neighbours which have."""
        oldest_ms = oldest_kept_ms(self._sync.clock())
        ended = {order_id: ms for order_id, ms in self._watched.items() if order_id not in self._open_now}
        for window in windows_around(ms for ms in ended.values() if ms >= oldest_ms):
            # A neighbour that was open when the sync began may have ended since: it is watched no more, either.
            yield from self._selected(window, self._ends_a_watch)
        forgotten = {order_id for order_id, ms in ended.items() if ms < oldest_ms}
        missing = [order_id for order_id in ended if order_id in self._watched]
        self._watched = {order_id: ms for order_id, ms in self._watched.items() if order_id not in forgotten}
        if missing:
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            self.logger.warning(
                f"{self.name}: open no more, but not listed by the exchange among the orders that have ended: "
                f"{', '.join(missing[:5])}{more}. The next sync looks again, until the exchange has forgotten them."
            )


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
