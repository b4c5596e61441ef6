"""The books of a soak: what a destination holds after many syncs, and what it should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integration_tests.connector_process import Finished
from integration_tests.exchange.expected_account import expected_rows, without_nulls
from integration_tests.exchange.expected_market import expected_candles, expected_trades
from integration_tests.exchange.market import Market
from integration_tests.shared_clock import MINUTE_NS, NS_PER_MS, ns_of
from integration_tests.soak_world import INSTRUMENTS, Life
from integration_tests.table_truth import KEYS

MARGIN_NS = 3 * MINUTE_NS
TIMEFRAME = "1h"
TIMES = {
    "order_history": ("create_time", "update_time"),
    "user_trade": ("create_time",),
    "transaction": ("event_time",),
}
CURSORS = {"order_history": "update_time", "user_trade": "create_time", "transaction": "event_time"}
TABLES = ("trade", "candlestick", *CURSORS)

Row = Mapping[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class _Entry:
    row: Row
    covered: bool
    """A state was printed after it."""


@dataclass
class Books:
    """`states`: the last one of each table. `again`: rows that came again unchanged, and why."""

    states: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[Key, _Entry]] = field(default_factory=lambda: {table: {} for table in TABLES})
    again: Counter[str] = field(default_factory=Counter)
    records: int = 0

    def take(self, finished: Finished) -> None:
        """What one sync has printed, whole or not."""
        last_state = {
            message["state"]["stream"]["stream_descriptor"]["name"]: number
            for number, message in enumerate(finished.messages)
            if message["type"] == "STATE"
        }
        for number, message in enumerate(finished.messages):
            if message["type"] == "RECORD":
                table = message["record"]["stream"]
                # A state of trades in the middle of a sync may cover one instrument and not yet another.
                covered = finished.code == 0 if table == "trade" else number < last_state.get(table, -1)
                self._enter(table, message["record"]["data"], covered)
        for state in finished.output.state:
            if state.stream:
                self.states[state.stream.stream_descriptor.name] = state

    def _enter(self, table: str, row: Row, covered: bool) -> None:
        self.records += 1
        key = tuple(row[name] for name in KEYS[table])
        known = self.rows[table].get(key)
        if known and known.row == row and table != "candlestick":
            self.again[self._reason(table, known)] += 1
        self.rows[table][key] = _Entry(row, covered)

    def _reason(self, table: str, known: _Entry) -> str:
        if not known.covered:
            return "not covered by a state"
        if table in CURSORS:
            cursor_ns = ns_of(self.states[table].stream.stream_state.__dict__[CURSORS[table]])
            if max(ns_of(known.row[name]) for name in TIMES[table]) >= cursor_ns - MARGIN_NS:
                return "within the margin"
        return f"without reason in {table}"

    def wrong(self, life: Life) -> dict[str, int]:
        """How many rows of each table are lost, should not be there, or are not as they should be."""
        found = {}
        for table in TABLES:
            wanted = {tuple(row[name] for name in KEYS[table]): row for row in self._truth(table, life)}
            held = {key: without_nulls(entry.row) for key, entry in self.rows[table].items()}
            found[f"{table} lost"] = len(wanted.keys() - held.keys())
            found[f"{table} unknown"] = len(held.keys() - wanted.keys())
            found[f"{table} differs"] = sum(held[key] != without_nulls(wanted[key]) for key in wanted.keys() & held)
        return {name: count for name, count in found.items() if count}

    def _truth(self, table: str, life: Life) -> list[Row]:
        market = life.exchange.market
        assert isinstance(market, Market)
        if table in CURSORS:
            return list(expected_rows(life.account, table, life.exchange.behaviour))
        name = "timestamp_ns" if table == "trade" else "timestamp"
        now_ns = life.clock.ns // NS_PER_MS * NS_PER_MS
        rows: list[Row] = []
        for instrument in INSTRUMENTS:
            of_instrument = [e.row[name] for e in self.rows[table].values() if e.row["instrument"] == instrument]
            if table == "trade" and of_instrument:
                # The newest trades of the first sync end in the middle of those of one nanosecond.
                first_ns = min(map(int, of_instrument))
                rows += expected_trades(market, instrument, first_ns + 1, now_ns)
                at_first = expected_trades(market, instrument, first_ns, first_ns + 1)
                rows += [row for row in at_first if (row["instrument"], row["trade_id"]) in self.rows[table]]
            elif of_instrument:
                start_ms, end_ms = ns_of(min(of_instrument)) // NS_PER_MS, now_ns // NS_PER_MS + 1
                rows += expected_candles(market, instrument, TIMEFRAME, start_ms, end_ms)
        return rows
