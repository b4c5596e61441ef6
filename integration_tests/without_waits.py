"""The connector's command line without the waits: no request limits, retries at once. For a simulated exchange only.

`python -m integration_tests.without_waits read --config ...`, as a process that a test can kill; `without_waits()` does
the same inside a test.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from source_cryptocom.api import rate_limits, retry_policy
from source_cryptocom.run import run
from unit_tests.support.unlimited import unlimited


@contextmanager
def without_waits(hurry: int = 1_000) -> Iterator[None]:
    """Within it the connector does not pace its requests, and waits `hurry` times shorter between attempts."""
    with (
        mock.patch.object(rate_limits, "method_budget", unlimited),
        mock.patch.object(retry_policy, "WAIT_SCALE", 1 / hurry),
    ):
        rate_limits.process_budget.cache_clear()
        try:
            yield
        finally:
            rate_limits.process_budget.cache_clear()


if __name__ == "__main__":
    with without_waits():
        run(sys.argv[1:])
