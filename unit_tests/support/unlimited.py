"""Requests that leave at once; for a simulated exchange only."""

import time

from airbyte_cdk.sources.streams.call_rate import UnlimitedCallRatePolicy

from source_cryptocom.api.pace import Pace
from source_cryptocom.api.rate_limits import MethodBudget, RateLimit


class Unpaced(Pace):
    """The pace of a method whose refused requests wait for themselves alone."""

    def wait_turn(self) -> None:
        return

    def wait_for_answers(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


def unlimited(method: str, limit: RateLimit) -> MethodBudget:
    """In place of a moving window."""
    return MethodBudget(UnlimitedCallRatePolicy([]), Unpaced(method, limit.per_second))
