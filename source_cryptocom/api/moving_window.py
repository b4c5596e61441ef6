"""A moving window over the requests of one method, without a thread of its own.

The CDK's policy keeps a thread for each window until the process ends: one for each method that a sync asks, beyond
what `num_workers` allows.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from airbyte_cdk.sources.streams.call_rate import BaseCallRatePolicy, CallRateLimitHit, Rate


class MovingWindow(BaseCallRatePolicy):
    """At most so many requests in any span of time, for each of several spans. `clock` in seconds. Thread-safe."""

    def __init__(self, rates: list[Rate], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(matchers=[])
        self._rates = rates
        self._clock = clock
        self._left: deque[float] = deque(maxlen=max(rate.limit for rate in rates))
        """When the newest requests left, the newest first."""
        self._lock = threading.Lock()

    def try_acquire(self, request: Any, weight: int) -> None:
        """Counts a request that leaves now. Raises CallRateLimitHit where it must wait, with how long."""
        with self._lock:
            now = self._clock()
            wait, rate = max((self._wait(rate, now), number) for number, rate in enumerate(self._rates))
            if wait <= 0:
                self._left.appendleft(now)
                return
        hit = self._rates[rate]
        raise CallRateLimitHit(
            error="the window is full",
            item=request,
            weight=weight,
            rate=f"{hit.limit} per {hit.interval}",
            time_to_wait=timedelta(seconds=wait),
        )

    def update(self, available_calls: int | None, call_reset_ts: datetime | None) -> None:
        """Where no call is available, one of the windows is full: the next request waits for it."""
        if available_calls == 0:
            with self._lock:
                now = self._clock()
                self._left.extendleft([now] * min(self._free(rate, now) for rate in self._rates))

    def _free(self, rate: Rate, now: float) -> int:
        """How many requests may leave now by this rate."""
        begin = now - rate.interval.total_seconds()
        return rate.limit - sum(1 for left in islice(self._left, rate.limit) if left > begin)

    def _wait(self, rate: Rate, now: float) -> float:
        """Seconds until a request may leave by this rate."""
        if len(self._left) < rate.limit:
            return 0.0
        oldest = next(islice(self._left, rate.limit - 1, None))
        return oldest + rate.interval.total_seconds() - now
