"""The state of account history, and the cursor that owns it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from source_cryptocom.clock import MS_PER_DAY, rfc3339
from source_cryptocom.retrievers.history.known_rows import KNOWN_MS, LATE_MS, KnownRows
from source_cryptocom.state.state import LOOKBACK_MS, State, creation_times, past_time
from source_cryptocom.state.window_cursor import WindowCursor, WindowState


@dataclass(frozen=True)
class OrderWatermark:
    """Every order placed before `complete_until_ms` was emitted or is followed; `listed_ms`: open ones were listed."""

    complete_until_ms: int
    listed_ms: int


@dataclass(frozen=True)
class ReadFrom:
    """Where a sync begins. All from `needed_ms` on must be read; all before `read_to_ms` was read once.

    What lies between `start_ms` and `needed_ms` is read where it costs no request, for rows that came up late.
    """

    start_ms: int
    needed_ms: int
    read_to_ms: int


@dataclass(frozen=True)
class HistoryState(WindowState):
    """Orders that are open are followed. `known`: None in states of earlier versions.

    Kept by order_history alone: `orders`, and `missing`, since when (ms) each order is sought that has ended.
    """

    followed_name = "open_orders"

    orders: OrderWatermark | None = None
    known: KnownRows | None = None
    missing: Mapping[str, int] = field(default_factory=dict)

    def details(self) -> dict[str, Any]:
        details = self.known.details() if self.known else {}
        if self.missing:
            details["missing_orders"] = dict(self.missing)
        if self.orders is None:
            return details
        return {
            **details,
            "open_orders_listed_at": rfc3339(self.orders.listed_ms),
            "orders_known_to": rfc3339(self.orders.complete_until_ms),
        }

    @classmethod
    def parse_details(cls, state: State, now: int) -> dict[str, Any]:
        known = KnownRows.parse(state, now)
        if "orders_known_to" not in state:
            return {"known": known}
        known_to, listed = past_time(state, "orders_known_to", now), past_time(state, "open_orders_listed_at", now)
        missing = creation_times(state, "missing_orders", now)
        return {"known": known, "orders": OrderWatermark(known_to, listed), "missing": missing}


class HistoryCursor(WindowCursor[HistoryState]):
    """The state of a stream of rows that never change."""

    state_type = HistoryState
    was_resumed = False

    def begin(self, now: int, start_ms: int) -> ReadFrom:
        """Where to read from. `start_ms` is the configured start_date, for a first sync only. Raises ConfigError."""
        if not self._resume(now, HistoryState(start_ms)):
            self.reached = replace(self.reached, known=KnownRows(start_ms))
            return ReadFrom(start_ms, start_ms, start_ms)
        self.was_resumed = True
        cursor_ms = self.reached.cursor_ms
        self._logger.info(
            f"{self._stream_name}: resuming from {rfc3339(cursor_ms)}; start_date only applies to the first sync."
        )
        needed_ms = cursor_ms - LOOKBACK_MS
        known = self.reached.known
        if known is None:
            self._logger.debug(
                f"{self._stream_name}: rows from {rfc3339(needed_ms)} on come again: the saved state, of an earlier "
                "version, does not say which of them were emitted."
            )
            self.reached = replace(self.reached, known=KnownRows(needed_ms))
            return ReadFrom(needed_ms, needed_ms, cursor_ms)
        # As far back as all rows are known, which are a page at most.
        needed_ms = min(needed_ms, max(known.from_ms, cursor_ms - LATE_MS))
        # In as many windows of a day as are read anyway.
        days = max(1, -((needed_ms - now) // MS_PER_DAY))
        start_ms = max(known.from_ms, cursor_ms - KNOWN_MS, now - days * MS_PER_DAY)
        if start_ms > needed_ms:
            self._logger.debug(
                f"{self._stream_name}: rows from {rfc3339(needed_ms)} to {rfc3339(min(start_ms, known.from_ms))} come "
                "again: there were too many for the state to know each of them."
            )
        return ReadFrom(min(start_ms, needed_ms), needed_ms, cursor_ms)

    def advance(self, end_ms: int, open_orders: Mapping[str, int], emitted: Mapping[str, int]) -> None:
        """A window that ends at `end_ms` was read to its end. Never goes back. `emitted`: latest times in ms by key."""
        cursor_ms = max(self.reached.cursor_ms, end_ms)
        known = self._known(emitted, cursor_ms)
        self._claim(replace(self.reached, cursor_ms=cursor_ms, followed=dict(open_orders), known=known))

    def follow(self, orders: OrderWatermark, open_orders: Mapping[str, int]) -> None:
        """Notes that the open orders were listed; the state has it with the next window."""
        self.reached = replace(self.reached, orders=orders, followed=dict(open_orders))

    def seek(self, order_ids: Iterable[str], now: int) -> Mapping[str, int]:
        """Notes since when (ms) each of these orders is missing; drops all others."""
        missing = {order_id: self.reached.missing.get(order_id, now) for order_id in order_ids}
        self.reached = replace(self.reached, missing=missing)
        return missing

    def complete(self, open_orders: Mapping[str, int], emitted: Mapping[str, int]) -> None:
        """Marks all windows as read."""
        self.is_complete = True
        known = self._known(emitted, self.reached.cursor_ms)
        self._claim(replace(self.reached, refreshing=False, followed=dict(open_orders), known=known))

    def knows(self, key: str) -> bool:
        """True if the row is known to have been emitted."""
        return self.reached.known is not None and self.reached.known.holds(key)

    def _known(self, emitted: Mapping[str, int], end_ms: int) -> KnownRows | None:
        return self.reached.known and self.reached.known.with_rows(emitted, end_ms)
