"""How far account history was read, and the cursor that claims it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from source_cryptocom.clock import rfc3339
from source_cryptocom.config import oldest_kept_ms
from source_cryptocom.state.state import LOOKBACK_MS, State, past_time
from source_cryptocom.state.window_cursor import WindowCursor, WindowState


@dataclass(frozen=True)
class OrderWatermark:
    """Every order placed before `complete_until_ms` was emitted or is followed; `listed_ms`: open ones were listed."""

    complete_until_ms: int
    listed_ms: int


@dataclass(frozen=True)
class HistoryState(WindowState):
    """Orders that are open are followed. `orders` is kept by order_history alone."""

    followed_name = "open_orders"

    orders: OrderWatermark | None = None

    def details(self) -> dict[str, Any]:
        if self.orders is None:
            return {}
        return {
            "open_orders_listed_at": rfc3339(self.orders.listed_ms),
            "orders_known_to": rfc3339(self.orders.complete_until_ms),
        }

    @classmethod
    def parse_details(cls, state: State, now: int) -> dict[str, Any]:
        if "orders_known_to" not in state:
            return {}
        known_to, listed = past_time(state, "orders_known_to", now), past_time(state, "open_orders_listed_at", now)
        return {"orders": OrderWatermark(known_to, listed)}


class HistoryCursor(WindowCursor[HistoryState]):
    """The state of a stream of rows that never change."""

    state_type = HistoryState

    def begin(self, now: int, start_ms: int) -> int:
        """The ms to read from. `start_ms` is the configured start_date, for a first sync only. Raises ConfigError."""
        if not self._resume(now, HistoryState(start_ms)):
            return start_ms
        cursor_ms, oldest_ms = self.reached.cursor_ms, oldest_kept_ms(now)
        self._logger.info(
            f"{self._stream_name}: resuming from {rfc3339(cursor_ms)}; start_date only applies to the first sync."
        )
        if cursor_ms < oldest_ms:
            self._logger.warning(
                f"{self._stream_name}: the last sync read to {rfc3339(cursor_ms)}; the exchange keeps nothing "
                f"from before {rfc3339(oldest_ms)}, so what happened between is lost to this table."
            )
        return max(cursor_ms - LOOKBACK_MS, oldest_ms)

    def advance(self, end_ms: int, open_orders: Mapping[str, int]) -> None:
        """A window that ends at `end_ms` was read to its end. Never goes back."""
        self._claim(replace(self.reached, cursor_ms=max(self.reached.cursor_ms, end_ms), followed=dict(open_orders)))

    def follow(self, orders: OrderWatermark, open_orders: Mapping[str, int]) -> None:
        """The open orders were listed. Claimed with the next window."""
        self.reached = replace(self.reached, orders=orders, followed=dict(open_orders))

    def complete(self, open_orders: Mapping[str, int]) -> None:
        """All windows were read."""
        self.is_complete = True
        self._claim(replace(self.reached, refreshing=False, followed=dict(open_orders)))
