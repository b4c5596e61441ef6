"""The exchange's published request limits, and the budgets that keep the requests of each method within its limit."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from airbyte_cdk.sources.streams.call_rate import (
    AbstractCallRatePolicy,
    APIBudget,
    CallRateLimitHit,
    Rate,
)

from source_cryptocom.api.errors import is_rate_limited
from source_cryptocom.api.moving_window import MovingWindow
from source_cryptocom.api.pace import Pace


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
# At one request a second, one late and one early arrival already break the limit: hence a wider margin.
HISTORY = RateLimit(1, 1_000, margin_ms=50)
ORDER_DETAIL = RateLimit(30, 100)
STAKING = RateLimit(50, 1_000)

_BURST_MS = 50


def _rates(limit: RateLimit) -> list[Rate]:
    """Ascending by window. A limit of many a second is also held within a twentieth of it, to spread the requests."""
    window = timedelta(milliseconds=limit.milliseconds + limit.margin_ms)
    rates = [Rate(limit.requests, window)]
    burst = limit.requests * _BURST_MS // limit.milliseconds
    if burst >= 5:
        rates.insert(0, Rate(burst, timedelta(milliseconds=_BURST_MS)))
    return rates


class SingleCallPolicy(MovingWindow):
    """A limit of single requests.

    The first one also opens the connection, which takes several round trips, so it arrives late and the second would
    follow it too soon. The second waits from the first one's answer.
    """

    def __init__(self, rates: list[Rate]) -> None:
        super().__init__(rates)
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


def _policy(limit: RateLimit) -> MovingWindow:
    kind = SingleCallPolicy if limit.requests == 1 else MovingWindow
    return kind(_rates(limit))


class MethodBudget(APIBudget):
    """The CDK's budget for the requests of one method: within its limit, and slower while they are refused.

    One worker waits for the next free request, the others for that one: they would all wake for each request.
    """

    def __init__(self, policy: AbstractCallRatePolicy, pace: Pace) -> None:
        super().__init__(policies=[policy])
        self._policy = policy
        self._turn = threading.Lock()
        self.pace = pace

    def acquire_call(self, request: Any, block: bool = True, timeout: float | None = None) -> None:
        with self._turn:
            self.pace.wait_turn()
            super().acquire_call(request, block, timeout)

    def update_from_response(self, request: Any, response: Any) -> None:
        if is_rate_limited(response):
            self._policy.update(available_calls=0, call_reset_ts=None)
            self.pace.refused()
        else:
            self._policy.update(available_calls=None, call_reset_ts=None)
            self.pace.answered()


def method_budget(method: str, limit: RateLimit) -> MethodBudget:
    return MethodBudget(_policy(limit), Pace(method, limit.per_second))


class RequestBudget:
    """The budgets of the methods, made when a stream first names a method and its limit. Thread-safe."""

    def __init__(self) -> None:
        self._budgets: dict[str, tuple[RateLimit, MethodBudget]] = {}
        self._lock = threading.Lock()

    def for_method(self, method: str, limit: RateLimit) -> MethodBudget:
        """The one budget of all requests of `method`. Raises ValueError where another stream gives another limit."""
        with self._lock:
            if method not in self._budgets:
                self._budgets[method] = limit, method_budget(method, limit)
            known_limit, budget = self._budgets[method]
        if known_limit != limit:
            raise ValueError(f"{method} has two limits: {known_limit} and {limit}")
        return budget


@lru_cache(maxsize=1)
def process_budget() -> RequestBudget:
    """The process's one budget: the exchange counts all its requests together."""
    return RequestBudget()
