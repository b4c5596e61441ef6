"""Who trades how often, at what price and since when: the character that an instrument keeps in every market.

Activity follows the captured 24-hour turnover, so the same instrument behaves the same in a market of ten and of 930.
"""

from __future__ import annotations

from binascii import crc32
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulated_exchange.market_rows import ticks

SECOND_NS = 1_000_000_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

LONG_DECIMALS_FROM = 11
LONG_DECIMALS = 18
"""Instruments whose captured prices have 11 decimals or more trade at 18, the longest that balances have."""

_TIERS: tuple[tuple[int, float | None], ...] = (
    (5, 0.35),
    (25, 2.0),
    (130, 18.0),
    (300, 60.0),
    (480, 300.0),
    (640, 1_200.0),
    (820, 4_000.0),
    (870, 21_600.0),
    (905, 86_400.0),
    (930, None),
)
"""Rank by turnover below which an instrument has one match every so many seconds; None never trades."""

_NEW_LISTING_SHARE = 40
"""One instrument in so many was listed hours ago; as many again and four times more within the last 50 days."""

_ALWAYS_OLD = 25


@dataclass(frozen=True)
class Profile:
    symbol: str
    price_ticks: int
    """Last captured price in units of 10^-price_decimals, at least 1."""
    price_decimals: int
    quantity_decimals: int
    quantity_step: int
    """Smallest quantity in units of 10^-quantity_decimals."""
    period_ns: int | None
    """Mean time between two matches; None for an instrument that never trades."""
    listed_ms: int
    """No trade and no candle ends before this moment."""
    phase: int
    """A number of its own, so that two instruments never move together."""


def profile(row: Mapping[str, Any], last_price: str, period_ns: int | None, listed_ms: int) -> Profile:
    """The profile of an instrument row as `public/get-instruments` shows it."""
    captured_decimals = int(row["quote_decimals"])
    decimals = LONG_DECIMALS if captured_decimals >= LONG_DECIMALS_FROM else captured_decimals
    quantity_decimals = int(row["quantity_decimals"])
    return Profile(
        symbol=row["symbol"],
        price_ticks=max(1, ticks(last_price, decimals)),
        price_decimals=decimals,
        quantity_decimals=quantity_decimals,
        quantity_step=max(1, int(Decimal(row["qty_tick_size"]).scaleb(quantity_decimals))),
        period_ns=period_ns,
        listed_ms=listed_ms,
        phase=crc32(row["symbol"].encode()),
    )


def period_of_rank(rank: int) -> int | None:
    """Nanoseconds between two matches of the instrument that `rank` others out-trade."""
    seconds = next((seconds for below, seconds in _TIERS if rank < below), None)
    return None if seconds is None else int(seconds * SECOND_NS)


def listing_age_ms(symbol: str, rank: int) -> int:
    """How long before the market's first hour an instrument was listed; the busiest are always old."""
    lot, spread = crc32(symbol.encode()) % _NEW_LISTING_SHARE, crc32(symbol[::-1].encode())
    if rank >= _ALWAYS_OLD and lot == 0:
        return (2 + spread % 30) * HOUR_MS
    if rank >= _ALWAYS_OLD and lot <= 4:
        return (2 + spread % 48) * DAY_MS + spread % 24 * HOUR_MS
    return (200 + spread % 1300) * DAY_MS + spread % 24 * HOUR_MS
