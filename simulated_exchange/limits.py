"""The published request limits, enforced over arrival times at the server."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limit:
    """At most `requests` in any span of `seconds`."""

    requests: int
    seconds: float

    def over(self, windows: float) -> Limit:
        """The same rate, counted over so many of its windows at once."""
        return Limit(int(self.requests * windows), self.seconds * windows)


def per_second(requests: float) -> Limit:
    """So many requests in a second; one in several seconds where it is less than one."""
    return Limit(int(requests), 1.0) if requests >= 1 else Limit(1, 1 / requests)


PUBLIC = Limit(100, 1.0)
"""Each public method, per address."""
PRIVATE = Limit(3, 0.1)
"""Each private method that has no limit of its own, per key."""
HISTORY = Limit(1, 1.0)
"""private/get-order-history and private/get-trades, each."""
ORDER_DETAIL = Limit(30, 0.1)
"""private/get-order-detail."""
STAKING = Limit(50, 1.0)
"""Each method of staking."""


@dataclass
class SlidingWindows:
    """Arrival times of admitted requests, by method and client. A refused request costs nothing."""

    _arrivals: dict[tuple[str, str], deque[float]] = field(default_factory=dict)

    def admit(self, method: str, client: str, arrival: float, limit: Limit) -> bool:
        """Whether a request that arrived at `arrival` (seconds, monotonic) stays within its limit."""
        arrivals = self._arrivals.setdefault((method, client), deque())
        while arrivals and arrivals[0] <= arrival - limit.seconds:
            arrivals.popleft()
        if len(arrivals) >= limit.requests:
            return False
        arrivals.append(arrival)
        return True
