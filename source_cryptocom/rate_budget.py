"""The exchange's published request limits, as one table, turned into the CDK's budget."""

from dataclasses import dataclass
from datetime import timedelta

from airbyte_cdk.sources.streams.call_rate import (
    HttpAPIBudget,
    HttpRequestRegexMatcher,
    MovingWindowCallRatePolicy,
    Rate,
)


@dataclass(frozen=True)
class Limit:
    """`requests` per `milliseconds`, counted by the exchange per method (and per key, or per IP for public methods).

    Requests leave evenly and arrive unevenly: a window that is `margin_ms` longer than the published one keeps them
    under the limit where they are counted, at the exchange.
    """

    requests: int
    milliseconds: int
    margin_ms: int = 20

    @property
    def per_second(self) -> float:
        return self.requests * 1000 / self.milliseconds


PUBLIC = Limit(100, 1_000)
PRIVATE = Limit(3, 100)
# Two single requests have no others between them to level out a late and an early one.
HISTORY = Limit(1, 1_000, margin_ms=50)

LIMITS: dict[str, Limit] = {
    "public/get-instruments": PUBLIC,
    "public/get-tickers": PUBLIC,
    "public/get-trades": PUBLIC,
    "public/get-book": PUBLIC,
    "public/get-candlestick": PUBLIC,
    "private/user-balance": PRIVATE,
    "private/get-positions": PRIVATE,
    "private/get-open-orders": PRIVATE,
    "private/get-transactions": PRIVATE,
    "private/get-order-history": HISTORY,
    "private/get-trades": HISTORY,
}

_BURST_MS = 50


def _rates(limit: Limit) -> list[Rate]:
    """Ascending by window. A limit of many a second is also held within a twentieth of it, to spread the requests."""
    window = timedelta(milliseconds=limit.milliseconds + limit.margin_ms)
    rates = [Rate(limit.requests, window)]
    burst = limit.requests * _BURST_MS // limit.milliseconds
    if burst >= 5:
        rates.insert(0, Rate(burst, timedelta(milliseconds=_BURST_MS)))
    return rates


def request_budget() -> HttpAPIBudget:
    """One moving window per method, shared by every request of a sync."""
    return HttpAPIBudget(
        policies=[
            MovingWindowCallRatePolicy(
                rates=_rates(limit),
                matchers=[HttpRequestRegexMatcher(url_path_pattern=f"/{method}$")],
            )
            for method, limit in LIMITS.items()
        ]
    )
