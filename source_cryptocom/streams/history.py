"""The tables that tax returns rest on: orders that have ended, fills, and the account's ledger."""

from collections.abc import Iterable, Iterator
from typing import Any

from source_cryptocom.clock import NS_PER_MS
from source_cryptocom.config import oldest_kept_ms
from source_cryptocom.envelope import Row
from source_cryptocom.streams.account import OpenOrder
from source_cryptocom.streams.history_stream import HistoryStream
from source_cryptocom.sync import Sync
from source_cryptocom.windows import WINDOW_NS, RowTime, Window

CREATION = RowTime("create_time", "create_time_ns")
UPDATE = RowTime("update_time")
OPEN_STATUSES = ("NEW", "PENDING", "ACTIVE")


class UserTrade(HistoryStream):
    """The account's fills. They never change, so their own time is the cursor."""

    method = "private/get-trades"
    primary_key = ["instrument_name", "trade_id"]  # noqa: RUF012
    cursor_field = "create_time"
    times = (CREATION, RowTime("create_time", "transact_time_ns"))
    identity_fields = ("instrument_name", "trade_id")


class Transaction(HistoryStream):
    """The account's ledger. The exchange books several rows under one journal id and nanosecond: hence the key."""

    method = "private/get-transactions"
    primary_key = [  # noqa: RUF012
        "account_id",
        "journal_id",
        "journal_type",
        "instrument_name",
        "isolation_id",
        "event_timestamp_ns",
    ]
    cursor_field = "event_time"
    columns = {"event_timestamp_ms": "event_time"}  # noqa: RUF012
    defaults = {"isolation_id": "0"}  # noqa: RUF012
    times = (RowTime("event_timestamp_ms", "event_timestamp_ns"),)
    identity_fields = tuple(primary_key)


class OrderHistory(HistoryStream):
    """Orders that have ended; the cursor is their update time.

    The exchange does not say whether its windows test an order's creation or its update. If it is the creation, an
    order placed long ago that ends today lies in a window that was read long ago. So every sync first asks which orders
    are open and watches them: one that is open no more, and came up in no window, is looked up at its creation time.
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

    def before_windows(self) -> None:
        open_now = {
            str(row["order_id"]): created_ns // NS_PER_MS
            for row in self._open_orders.rows({})
            if row.get("order_id") and (created_ns := CREATION.earliest_ns(row))
        }
        self._open_now = set(open_now)
        self._watched = {**self.history.open_orders, **open_now}
        self._advance()

    def pages(self, window: Window) -> Iterator[list[Row]]:
        for page in super().pages(window):
            for row in page:
                if row.get("status") not in OPEN_STATUSES:
                    self._watched.pop(str(row.get("order_id")), None)
            yield page

    def _advance(self, **changes: Any) -> None:
        super()._advance(open_orders=dict(self._watched), **changes)

    def after_windows(self) -> Iterator[dict[str, Any]]:
        """The watched orders that have ended but came up in no window, without those neighbours which have."""
        oldest_ms = oldest_kept_ms(self._sync.clock())
        ended = {order_id: ms for order_id, ms in self._watched.items() if order_id not in self._open_now}
        watched = set(self._watched)
        for window in windows_around(ms for ms in ended.values() if ms >= oldest_ms):
            for page in self.pages(window):
                # A neighbour that was open when the sync began may have ended since: it is watched no more, either.
                came_up = watched - self._watched.keys()
                yield from self.to_records(row for row in page if str(row.get("order_id")) in came_up)
        forgotten = {order_id for order_id, ms in ended.items() if ms < oldest_ms}
        missing = [order_id for order_id in ended if order_id in self._watched]
        self._watched = {order_id: ms for order_id, ms in self._watched.items() if order_id not in forgotten}
        if missing:
            self.logger.warning(
                f"{self.name}: {len(missing)} orders are open no more, but the exchange does not list them as ended: "
                f"{', '.join(missing[:5])}. The next sync looks for them again, until the exchange has forgotten them."
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
