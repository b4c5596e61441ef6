"""How far account history was read, and the cursor that claims it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from source_cryptocom.clock import rfc3339
from source_cryptocom.config import oldest_kept_ms
from source_cryptocom.state.state import (
    VERSION,
    State,
    check_version,
    creation_times,
    is_refreshing,
    past_time,
)
from source_cryptocom.state.window_cursor import WindowCursor


@dataclass(frozen=True)
class OrderWatermark:
    """Every order placed before `complete_until_ms` was emitted or is followed; `listed_ms`: open ones were listed."""

    complete_until_ms: int
    listed_ms: int


@dataclass(frozen=True)
class HistoryState:
    """How far an account's history was read.

    Every row whose time lies before `cursor_ms` was emitted, but for the orders in `open_orders`, by id with their
    creation time in ms: they were open when their window was read, and are followed until they are emitted.
    `refreshing` marks a full refresh that has not come to its end. `orders` is kept by order_history alone.
    """

    cursor_ms: int
    open_orders: Mapping[str, int] = field(default_factory=dict)
    refreshing: bool = False
    orders: OrderWatermark | None = None

    def as_state(self, cursor_field: str) -> dict[str, Any]:
        state: dict[str, Any] = {"version": VERSION, cursor_field: rfc3339(self.cursor_ms)}
        if self.orders:
            state["open_orders_listed_at"] = rfc3339(self.orders.listed_ms)
            state["orders_known_to"] = rfc3339(self.orders.complete_until_ms)
        if self.open_orders:
            state["open_orders"] = dict(self.open_orders)
        if self.refreshing:
            state["full_refresh"] = True
        return state


def parse_history_state(state: State, cursor_field: str, now: int) -> HistoryState:
    """Raises UnusableState, or ConfigError for a later version's state."""
    check_version(state)
    open_orders = creation_times(state, "open_orders", now)
    orders = None
    if "orders_known_to" in state:
        orders = OrderWatermark(
            past_time(state, "orders_known_to", now), past_time(state, "open_orders_listed_at", now)
        )
    return HistoryState(past_time(state, cursor_field, now), open_orders, is_refreshing(state), orders)


class HistoryCursor(WindowCursor[HistoryState]):
    """The state of a stream of rows that never change."""

    def __init__(self, stream_name: str, logger: logging.Logger, cursor_column: str) -> None:
        super().__init__(stream_name, logger, cursor_column, parse_history_state)
        self._history: HistoryState | None = None

    @property
    def history(self) -> HistoryState:
        """How far this sync has come. Raises RuntimeError before `begin`."""
        if self._history is None:
            raise RuntimeError("reading has not begun")
        return self._history

    def begin(self, now: int, start_ms: int, lookback_ms: int) -> int:
        """Decides between the saved state and a first sync; the ms to read from. Raises ConfigError.

        `start_ms` is the configured start_date, which counts for a first sync only.
        """
        saved = self._usable(now)
        if saved is None or (self._full_refresh and not saved.refreshing):
            # Orders that the last sync followed are followed on: they may have been placed before `start_ms`.
            followed = saved.open_orders if saved else {}
            self._history = HistoryState(start_ms, followed, refreshing=self._full_refresh)
            self._logger.info(f"{self._stream_name}: reading from {rfc3339(start_ms)} (start_date).")
            return start_ms
        self._history = replace(saved, refreshing=self._full_refresh)
        self._logger.info(
            f"{self._stream_name}: resuming from {rfc3339(saved.cursor_ms)}; start_date only applies to the first sync."
        )
        oldest_ms = oldest_kept_ms(now)
        if saved.cursor_ms < oldest_ms:
            self._logger.warning(
                f"{self._stream_name}: the last sync read to {rfc3339(saved.cursor_ms)}; the exchange keeps nothing "
                f"from before {rfc3339(oldest_ms)}, so what happened between is lost to this table."
            )
        return max(saved.cursor_ms - lookback_ms, oldest_ms)

    def advance(self, end_ms: int, open_orders: Mapping[str, int]) -> None:
        """A window that ends at `end_ms` was read to its end. Never goes back."""
        self._claim(replace(self.history, cursor_ms=max(self.history.cursor_ms, end_ms), open_orders=dict(open_orders)))

    def follow(self, orders: OrderWatermark, open_orders: Mapping[str, int]) -> None:
        """The open orders were listed. Claimed with the next window."""
        self._history = replace(self.history, orders=orders, open_orders=dict(open_orders))

    def complete(self, open_orders: Mapping[str, int]) -> None:
        """All windows were read."""
        self._claim(replace(self.history, refreshing=False, open_orders=dict(open_orders)))

    def _claim(self, history: HistoryState) -> None:
        self._history = self._claimed = history
