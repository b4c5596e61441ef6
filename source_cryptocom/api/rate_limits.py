"""The exchange's published request limits, as one table, turned into the CDK's budget."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from airbyte_cdk.sources.streams.call_rate import (
    CallRateLimitHit,
    HttpAPIBudget,
    HttpRequestRegexMatcher,
    MovingWindowCallRatePolicy,
    Rate,
    RequestMatcher,
)


@dataclass(frozen=True)
class RateLimit:
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


PUBLIC = RateLimit(100, 1_000)
PRIVATE = RateLimit(3, 100)
# Two single requests have no others between them to level out a late and an early one.
HISTORY = RateLimit(1, 1_000, margin_ms=50)

LIMITS: dict[str, RateLimit] = {
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


def _rates(limit: RateLimit) -> list[Rate]:
    """Ascending by window. A limit of many a second is also held within a twentieth of it, to spread the requests."""
    window = timedelta(milliseconds=limit.milliseconds + limit.margin_ms)
    rates = [Rate(limit.requests, window)]
    burst = limit.requests * _BURST_MS // limit.milliseconds
    if burst >= 5:
        rates.insert(0, Rate(burst, timedelta(milliseconds=_BURST_MS)))
    return rates


class SingleCallPolicy(MovingWindowCallRatePolicy):
    """A limit of single requests.

    The first one also opens the connection, which takes several round trips, so it arrives late and the second would
    follow it too soon. The second waits from the first one's answer.
    """

    def __init__(self, rates: list[Rate], matchers: list[RequestMatcher]) -> None:
        super().__init__(rates, matchers)
        self._rate = rates[0]
        self._first_answer: float | None = None

    def update(self, available_calls: int | None, call_reset_ts: datetime | None) -> None:
        super().update(available_calls, call_reset_ts)
        if self._first_answer is None:
            self._first_answer = time.monotonic()

    def try_acquire(self, request: Any, weight: int) -> None:
        if self._first_answer is not None:
            wait = self._first_answer + self._rate.interval.total_seconds() - time.monotonic()
            if wait > 0:
                raise CallRateLimitHit(
                    error="the first request may have arrived just now",
                    item=request,
                    weight=weight,
                    rate=f"{self._rate.limit} per {self._rate.interval}",
                    time_to_wait=timedelta(seconds=wait),
                )
        super().try_acquire(request, weight)


def _policy(method: str, limit: RateLimit) -> MovingWindowCallRatePolicy:
    kind = SingleCallPolicy if limit.requests == 1 else MovingWindowCallRatePolicy
    return kind(rates=_rates(limit), matchers=[HttpRequestRegexMatcher(url_path_pattern=f"/{method}$")])


def request_budget() -> HttpAPIBudget:
    """One moving window per method."""
    return HttpAPIBudget(policies=[_policy(method, limit) for method, limit in LIMITS.items()])


@lru_cache(maxsize=1)
def process_budget() -> HttpAPIBudget:
    """The process's one budget: the exchange counts all its requests together, and each window keeps a thread."""
    return request_budget()
