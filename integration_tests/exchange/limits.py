"""The published request limits, enforced over arrival times at the server."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limit:
    """At most `requests` in any span of `seconds`."""

    requests: int
    seconds: float


PUBLIC = Limit(100, 1.0)
"""Each public method, per address."""
PRIVATE = Limit(3, 0.1)
"""Each private method that has no limit of its own, per key."""
OWN: dict[str, Limit] = {"private/get-order-history": Limit(1, 1.0), "private/get-trades": Limit(1, 1.0)}


def limit_of(method: str) -> Limit:
    """The limit that a method is published with."""
    return OWN.get(method, PUBLIC if method.startswith("public/") else PRIVATE)


@dataclass
class SlidingWindows:
    """Arrival times of admitted requests, by method and client. A refused request costs nothing."""

    _arrivals: dict[tuple[str, str], deque[float]] = field(default_factory=dict)

    def admit(self, method: str, client: str, arrival: float) -> bool:
        """Whether a request that arrived at `arrival` (seconds, monotonic) stays within its limit."""
        limit = limit_of(method)
        arrivals = self._arrivals.setdefault((method, client), deque())
        while arrivals and arrivals[0] <= arrival - limit.seconds:
            arrivals.popleft()
        if len(arrivals) >= limit.requests:
            return False
        arrivals.append(arrival)
        return True
