"""Shared by the tests of the simulated market: a clock to turn, and rows read back from their JSON."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from simulated_exchange.market import Market

Rows = list[dict[str, Any]]

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
DAY_NS = 24 * HOUR_NS
NOON_MS = 1_786_968_000_000
"""2026-08-17T12:00:00Z, a Monday."""


class Clock:
    def __init__(self) -> None:
        self.ns = NOON_MS * 1_000_000 + 30 * SECOND_NS

    def __call__(self) -> int:
        return self.ns


def trades(market: Market, instrument: str, start_ns: int, end_ns: int, *, count: int = 10**6) -> Rows:
    rows: Rows = json.loads(market.trades_json("integers", instrument, start_ns, end_ns, count))
    return rows


def candles(
    market: Market, instrument: str, timeframe: str, start_ms: int | None, end_ms: int, *, count: int = 10**6
) -> Rows:
    rows: Rows = json.loads(market.candles_json("integers", instrument, timeframe, start_ms, end_ms, count))
    return rows


def as_emitted(row: dict[str, Any]) -> dict[str, Any]:
    """A trade as the exchange sends it, in the connector's columns."""
    return {
        "trade_id": row["d"],
        "instrument": row["i"],
        "side": row["s"].upper(),
        "price": row["p"],
        "quantity": row["q"],
        "timestamp": datetime.fromtimestamp(row["t"] // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        + f".{row['t'] % 1000:03d}Z",
        "timestamp_ns": str(row["tn"]),
        "match_id": row["m"],
    }
