"""The connector's command line without the waits: no request limits, retries at once. For a simulated exchange only.

`python -m integration_tests.impatient read --config ...`, as a process that a test can kill; `impatient()` does the
same inside a test.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from airbyte_cdk.sources.streams.call_rate import UnlimitedCallRatePolicy

from source_cryptocom.api import rate_limits
from source_cryptocom.api.pace import Pace
from source_cryptocom.run import run


class Unpaced(Pace):
    """The pace of a method whose refused requests wait for themselves alone."""

    def wait_turn(self) -> None:
        return

    def wait_for_answers(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


def unlimited(method: str, limit: rate_limits.RateLimit) -> rate_limits.MethodBudget:
    """In place of a moving window, each of which also keeps a thread until the process ends."""
    return rate_limits.MethodBudget(UnlimitedCallRatePolicy([]), Unpaced(method, limit.per_second))


@contextmanager
def impatient(hurry: int = 1_000) -> Iterator[None]:
    """Within it the connector does not pace its requests, and waits `hurry` times shorter between attempts."""
    with (
        mock.patch.object(rate_limits, "method_budget", unlimited),
        mock.patch("backoff.random_jitter", lambda value: value / hurry),
    ):
        rate_limits.process_budget.cache_clear()
        try:
            yield
        finally:
            rate_limits.process_budget.cache_clear()


if __name__ == "__main__":
    with impatient():
        run(sys.argv[1:])
