"""Valuations: funding rates, mark prices and index prices, as functions of the instrument and the time."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.answers import Refusal
from simulated_exchange.expected_records import Record, rfc3339
from simulated_exchange.limits import PUBLIC
from simulated_exchange.market_prices import price_at
from simulated_exchange.paging import Bounds, asked_number, asked_window, shown_rows
from simulated_exchange.resource import Asked, Method, Resource
from simulated_exchange.timeline import DAY_NS, MS_NS
from simulated_exchange.wire import field_json, result_of

if TYPE_CHECKING:
    from simulated_exchange.market_interface import MarketData

HOUR_MS, MINUTE_MS = 3_600_000, 60_000
FUNDING = "funding_hist"
LAST_DAY = Bounds("start_ts", "end_ts", default_ns=DAY_NS)
BOUNDS = {
    FUNDING: Bounds("start_ts", "end_ts", default_ns=30 * DAY_NS),
    "mark_price": LAST_DAY,
    "index_price": LAST_DAY,
    "funding_rate": LAST_DAY,
    "estimated_funding_rate": LAST_DAY,
}
DEFAULT_COUNT, LARGEST_COUNT = 25, 1_000
"""The largest one is not documented; clients ask for so many. More is cut in silence."""


def valuations(asked: Asked) -> bytes:
    """The newest `count` points of the window. Raises Refusal."""
    kind = asked.params.get("valuation_type", "")
    if kind not in BOUNDS:
        raise Refusal(40003, "Invalid valuation_type")
    instrument = answered_name(asked.market, asked.params["instrument_name"], kind)
    if instrument in asked.behaviour.refused_instruments:
        raise Refusal(40004, "Invalid instrument_name")
    count = shown_rows(asked, min(asked_number(asked, "count", DEFAULT_COUNT, 1), LARGEST_COUNT))
    window = asked_window(asked, BOUNDS[kind])
    # From the newest back, and no more than are asked for: a series reaches back for years.
    found = []
    for time_ms in times(kind, window.start_ns // MS_NS, -(-window.end_ns // MS_NS)):
        if window.holds(time_ms * MS_NS) and time_ms * MS_NS <= asked.now_ns:
            found.append(time_ms)
            if len(found) == count:
                break
    if asked.behaviour.page_order == "oldest_first":
        found.reverse()
    written = (
        f'{{"v":{field_json(value_of(instrument, kind, time_ms), "decimal", asked.behaviour)},'
        f'"t":{field_json(time_ms, "time", asked.behaviour)}}}'
        for time_ms in found
    )
    return result_of(f"[{','.join(written)}]".encode(), beside=f'"instrument_name":{json.dumps(instrument)}')


def answered_name(market: MarketData, instrument: str, kind: str) -> str:
    """The name under which a series is answered. Raises Refusal for an instrument that has none of the kind.

    Perpetuals have all five; an index price is answered under the name of the index; spot pairs have a mark price only.
    """
    if kind == "index_price":
        if instrument.endswith("-INDEX"):
            return instrument
        if instrument in market.names and "-" in instrument:
            return f"{instrument.split('-', maxsplit=1)[0]}-INDEX"
    elif instrument in market.names and (kind == "mark_price" or instrument.endswith("-PERP")):
        return instrument
    raise Refusal(40004, "Invalid instrument_name")


def times(kind: str, start_ms: int, end_ms: int) -> Iterator[int]:
    """The times of [start, end), newest first: every hour for funding, else three points a minute at uneven seconds."""
    step, offsets = (HOUR_MS, (0,)) if kind == FUNDING else (MINUTE_MS, (51_480, 33_007, 4_912))
    for base in range((end_ms - 1) // step * step, start_ms - step, -step):
        yield from (base + offset for offset in offsets if start_ms <= base + offset < end_ms)


def value_of(instrument: str, kind: str, time_ms: int) -> str:
    """A rate stays the same for four hours; a price lies a little above the last one traded, never twice the same."""
    rate = kind not in ("mark_price", "index_price")
    at = time_ms // (4 * HOUR_MS) if rate else time_ms
    number = zlib.crc32(f"{instrument} {at}".encode())
    if rate:
        return format(Decimal(number % 40_001 - 20_000).scaleb(-9), "f")
    return format(_last_price(instrument, time_ms) * Decimal(100_000_000 + number % 100_000).scaleb(-8), "f")


def _last_price(instrument: str, time_ms: int) -> Decimal:
    """An index has the price of its perpetual; what was listed after the capture trades at 100."""
    try:
        return price_at(instrument.replace("-INDEX", "-PERP"), time_ms * MS_NS)
    except KeyError:
        return Decimal(100)


def expected_valuations(instrument: str, kind: str, start_ms: int, end_ms: int) -> list[Record]:
    """The records of [start, end), oldest first; `instrument` is the one that was asked for, not the answered name."""
    answered = f"{instrument.split('-', maxsplit=1)[0]}-INDEX" if kind == "index_price" else instrument
    return [
        {"instrument": instrument, "timestamp": rfc3339(time_ms), "value": value_of(answered, kind, time_ms)}
        for time_ms in sorted(times(kind, start_ms, end_ms))
    ]


RESOURCE = Resource(
    methods={
        "public/get-valuations": Method(
            valuations,
            key="v",
            time="t",
            parameters={
                "instrument_name": "text!",
                "valuation_type": "text",
                "count": "digits",
                **LAST_DAY.parameters,
            },
            limit=PUBLIC,
        )
    }
)
