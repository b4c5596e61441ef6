"""One clock for the connector and the exchange, so that a test can let weeks pass between two syncs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from types import SimpleNamespace
from unittest import mock

NS_PER_MS = 1_000_000
SECOND_NS = 1_000 * NS_PER_MS
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS
NOON_NS = 1_786_968_000_000 * NS_PER_MS
"""2026-08-17T12:00:00Z"""


class SharedClock:
    """Stands still until it is turned; `ns` since the epoch. Given to an exchange as its `now_ns`.

    `connector_off_ns`: how far the clock of the connector's machine is ahead of it.
    """

    def __init__(self, ns: int = NOON_NS) -> None:
        self.ns = ns
        self.connector_off_ns = 0

    def __call__(self) -> int:
        return self.ns

    @contextmanager
    def patch_connector(self, machine_ns: Callable[[], int] | None = None) -> Iterator[None]:
        """Within it the connector takes its time, nonces included, from here, or its machine's from `machine_ns`."""
        machine_ns = machine_ns or (lambda: self.ns + self.connector_off_ns)
        turned = SimpleNamespace(time_ns=machine_ns, monotonic_ns=self, gmtime=time.gmtime)
        with mock.patch("source_cryptocom.clock.time", turned):
            yield


def moment(time_ns: int) -> str:
    """RFC 3339 UTC with milliseconds, as a config's `start_date` or a state's cursor has it."""
    at = datetime.fromtimestamp(time_ns // SECOND_NS, timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{time_ns // NS_PER_MS % 1000:03d}Z"


def ns_of(text: str) -> int:
    """`moment` read back."""
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return round(at.timestamp() * 1000) * NS_PER_MS
