"""The connector's command line without the waits: no request limits, retries at once. For a simulated exchange only.

`python -m integration_tests.impatient read --config ...`, as a process that a test can kill; `impatient()` does the
same inside a test.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from source_cryptocom import rate_budget
from source_cryptocom.run import run

UNLIMITED = {method: rate_budget.Limit(50_000, 1_000) for method in rate_budget.LIMITS}


@contextmanager
def impatient() -> Iterator[None]:
    """Within it the connector neither paces its requests nor waits between attempts."""
    with (
        mock.patch.dict(rate_budget.LIMITS, UNLIMITED),
        mock.patch("backoff.random_jitter", lambda value: value / 1_000),
    ):
        yield


if __name__ == "__main__":
    with impatient():
        run(sys.argv[1:])
