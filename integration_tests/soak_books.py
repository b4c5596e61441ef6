"""The books of a soak: what a destination holds after many syncs, and what it should."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airbyte_cdk.models import AirbyteStateMessage, AirbyteStateMessageSerializer

from integration_tests.process import Finished
from integration_tests.shared_clock import DAY_NS, MINUTE_NS, NS_PER_MS, ns_of
from integration_tests.soak_world import INSTRUMENTS, Life
from integration_tests.truth import KEYS, Key, Row, Scope, by_key, moments_of, truth
from simulated_exchange.expected_market import (
    expected_candles,
    expected_trades,
)
from simulated_exchange.market import Market
from source_cryptocom.streams import STREAMS, IncrementalExchangeStream

MARGIN_NS = 3 * MINUTE_NS
TIMEFRAME = "1h"
TABLES = tuple(STREAMS)
GROWING = tuple(
    name
    for name, stream in STREAMS.items()
    if issubclass(stream, IncrementalExchangeStream) and name not in ("ticker", "book")
)
"""Tables whose rows add up; each sync of the others is the whole of them."""
PER_SERIES = frozenset({"trade", "candlestick", "funding_rate", "mark_price", "index_price", "balance_history"})
"""A state in the middle of a sync may cover one of their series and not yet another."""
TIMES = {
    "order_history": ("create_time", "update_time"),
    "advanced_order_history": ("create_time", "update_time"),
    "user_trade": ("create_time",),
    "transaction": ("event_time",),
    "trading_bot": ("update_time",),
    "trading_bot_execution": ("update_time",),
}
"""Tables that are read again from some minutes before their cursor on."""
LAST_POINTS = {"candlestick": 2, "balance_history": 2}
"""How many of a series' points may not have been final, and so are read again."""


@dataclass(frozen=True)
class _Entry:
    row: Row
    covered: bool
    """A state was printed after it."""


@dataclass
class HeldTable:
    """What the destination holds of a table. `again`: how often a row came again, and why."""

    name: str
    rows: dict[Key, _Entry] = field(default_factory=dict)
    again: Counter[str] = field(default_factory=Counter)
    records: int = 0
    kills: int = 0
    """Processes that died before they had read all of the table."""

    def take(self, rows: list[tuple[Row, bool]], complete: bool, cursor_ns: int) -> None:
        """The rows of one sync, each with whether a state covers it."""
        self.records += len(rows)
        growing = self.name in GROWING
        held = self.rows if growing else {}
        last_points = self._last_points()
        for row, covered in rows:
            key = _key(self.name, row)
            known = held.get(key)
            if known:
                self.again[self._reason(known, row, cursor_ns, last_points)] += 1
            held[key] = _Entry(row, covered or (known is not None and known.covered and known.row == row))
        if complete:
            self.rows = held

    def _reason(self, known: _Entry, row: Row, cursor_ns: int, last_points: set[Key]) -> str:
        if self.name in GROWING:
            if known.row != row:
                return "changed"
            if not known.covered:
                return "not covered"
            if self.name in TIMES and max(ns_of(row[name]) for name in TIMES[self.name]) >= cursor_ns - MARGIN_NS:
                return "in the margin"
            if self.name in LAST_POINTS and self._point(row) in last_points:
                return "in the margin"
        return "without reason"

    def _point(self, row: Row) -> Key:
        return row.get("instrument"), row["timeframe"], row["timestamp"]

    def _last_points(self) -> set[Key]:
        series: dict[Key, list[Key]] = defaultdict(list)
        if self.name in LAST_POINTS:
            for entry in filter(lambda entry: entry.covered, self.rows.values()):
                point = self._point(entry.row)
                series[point[:2]].append(point)
        return {point for points in series.values() for point in sorted(points)[-LAST_POINTS[self.name] :]}

    def wrong(self, truth: list[Row]) -> dict[str, int]:
        """How many rows are lost, should not be there, or are not as they should be."""
        moments = moments_of(self.name)
        wanted = by_key(self.name, truth, moments)
        held = by_key(self.name, [entry.row for entry in self.rows.values()], moments)
        return {
            "lost": len(wanted.keys() - held.keys()),
            "unknown": len(held.keys() - wanted.keys()),
            "differ": sum(held[key] != wanted[key] for key in wanted.keys() & held),
        }


def _key(table: str, row: Row) -> Key:
    return tuple(row[column] for column in KEYS[table] if column not in moments_of(table))


def _claim(state: Mapping[str, Any]) -> str:
    """What a STATE says of its table."""
    return json.dumps(state["stream"].get("stream_state"), sort_keys=True)


@dataclass
class Books:
    """`states`: the last one of each table."""

    states: dict[str, AirbyteStateMessage] = field(default_factory=dict)
    tables: dict[str, HeldTable] = field(default_factory=lambda: {table: HeldTable(table) for table in TABLES})

    @property
    def records(self) -> int:
        return sum(table.records for table in self.tables.values())

    def again(self, reason: str) -> int:
        return sum(table.again[reason] for table in self.tables.values())

    def take(self, finished: Finished) -> None:
        """What one sync has printed, whole or not."""
        rows: dict[str, list[tuple[Row, int]]] = defaultdict(list)
        last_states: dict[str, tuple[int, Any]] = {}
        # A table that fails says once more how far it had come before the rows that it failed in.
        claims = {name: (_claim(AirbyteStateMessageSerializer.dump(state)), -1) for name, state in self.states.items()}
        complete = set()
        for number, message in enumerate(finished.messages):
            if message["type"] == "RECORD":
                rows[message["record"]["stream"]].append((message["record"]["data"], number))
            elif message["type"] == "STATE":
                name = message["state"]["stream"]["stream_descriptor"]["name"]
                last_states[name] = number, message["state"]
                claim = _claim(message["state"])
                if name not in claims or claims[name][0] != claim:
                    claims[name] = claim, number
            elif (status := message.get("trace", {}).get("stream_status")) and status["status"] == "COMPLETE":
                complete.add(status["stream_descriptor"]["name"])
        for name, table in self.tables.items():
            covered_to = last_states[name][0] if name in last_states else -1
            if name not in complete:
                covered_to = claims[name][1] if name in claims and name not in PER_SERIES else -1
            covered = [(row, number < covered_to) for row, number in rows[name]]
            table.take(covered, name in complete or name in GROWING, self._cursor_ns(name))
            table.kills += finished.code == -9 and name not in complete
        for name, (_, state) in last_states.items():
            self.states[name] = AirbyteStateMessageSerializer.load(state)

    def _cursor_ns(self, table: str) -> int:
        """The cursor from which the sync that ended began."""
        state = self.states.get(table)
        if table not in TIMES or state is None or state.stream is None or state.stream.stream_state is None:
            return 0
        return ns_of(state.stream.stream_state.__dict__[str(STREAMS[table].cursor_field)])

    def truth(self, table: str, life: Life) -> list[Row]:
        """All that the destination should hold. Where trades and candles begin, the first sync has told."""
        market = life.exchange.market
        assert isinstance(market, Market)
        scope = Scope(
            INSTRUMENTS,
            (TIMEFRAME,),
            self._trades,
            self._candles,
            funding_since_ns=life.start_ns,
            prices_since_ns=life.begun_ns - DAY_NS,
        )
        return truth(market, life.account, table, scope, life.exchange.behaviour)

    def _trades(self, market: Market, instrument: str) -> list[Row]:
        held = self.tables["trade"].rows
        of_instrument = [int(e.row["timestamp_ns"]) for e in held.values() if e.row["instrument"] == instrument]
        if not of_instrument:
            return []
        # The newest trades of the first sync end in the middle of those of one nanosecond.
        first_ns = min(of_instrument)
        rows: list[Row] = list(expected_trades(market, instrument, first_ns + 1, market.now_ns()))
        at_first = expected_trades(market, instrument, first_ns, first_ns + 1)
        return rows + [row for row in at_first if (row["instrument"], row["trade_id"]) in held]

    def _candles(self, market: Market, instrument: str, timeframe: str) -> list[Row]:
        held = self.tables["candlestick"].rows.values()
        of_instrument = [e.row["timestamp"] for e in held if e.row["instrument"] == instrument]
        if not of_instrument:
            return []
        first_ms = ns_of(min(of_instrument)) // NS_PER_MS
        return list(expected_candles(market, instrument, timeframe, first_ms, market.now_ns() // NS_PER_MS + 1))
