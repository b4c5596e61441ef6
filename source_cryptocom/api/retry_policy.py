"""How often and how long a request is tried again, and how long it waits in between."""

import random
from dataclasses import dataclass

from source_cryptocom.api.errors import Action, ErrorRule

RETRIED = (Action.RETRY, Action.RATE_LIMITED, Action.NO_ANSWER)
# Another program that uses the key, or a network that is down, needs its time, however many attempts that is.
_COUNTED_BY_TIME = (Action.RATE_LIMITED, Action.NO_ANSWER)
# Tests shorten the waits with it; patience counts them at full length.
WAIT_SCALE = 1.0


@dataclass(frozen=True)
class RetryPolicy:
    """Waits of 1, 2, 4 ... `longest_wait_seconds`, each up to 1 s longer at random.

    Too many requests, and no answer at all, are tried again until `total_seconds` have passed. All other failures are
    tried `attempts` times; fewer if that takes longer than `total_seconds`, but at least `least_attempts`.
    """

    attempts: int = 7
    longest_wait_seconds: int = 32
    total_seconds: int = 300
    least_attempts: int = 5


SYNC_RETRIES = RetryPolicy()
# A person waits for the answer of a connection test.
CHECK_RETRIES = RetryPolicy(attempts=5, longest_wait_seconds=1, total_seconds=20)


@dataclass
class Patience:
    """How much of a policy one request has used up.

    `attempts`: all that were made; `counted`: those of them that failed for a reason that is tried so many times;
    `seconds`: since the first one failed.
    """

    policy: RetryPolicy
    attempts: int = 0
    counted: int = 0
    seconds: float = 0.0
    whole_waits: int = 0

    def failed(self, rule: ErrorRule) -> None:
        """One more attempt has failed, by `rule`."""
        self.attempts += 1
        self.counted += rule.action not in _COUNTED_BY_TIME

    def waited(self, seconds: float) -> None:
        """A whole wait is over."""
        self.seconds += seconds
        self.whole_waits += 1

    def is_over(self, rule: ErrorRule) -> bool:
        """Whether the attempt that failed by `rule` was the last one."""
        is_late = self.seconds >= self.policy.total_seconds
        if rule.action in _COUNTED_BY_TIME:
            return is_late
        return self.counted >= self._most(rule) or (is_late and self.counted >= self.policy.least_attempts)

    def next_wait(self, rule: ErrorRule) -> float:
        """Seconds until the next attempt; the last one comes when the time is over."""
        seconds = min(2.0**self.whole_waits, self.policy.longest_wait_seconds) + random.uniform(0, 1)  # noqa: S311
        left = self.policy.total_seconds - self.seconds
        return min(seconds, left) if rule.action in _COUNTED_BY_TIME else seconds

    def attempt_in_words(self, rule: ErrorRule) -> str:
        """`Attempt 2 of 7`."""
        if rule.action in _COUNTED_BY_TIME:
            return f"Attempt {self.attempts} within {self.policy.total_seconds} seconds"
        return f"Attempt {self.counted} of {self._most(rule)}"

    def end_in_words(self, rule: ErrorRule) -> str:
        """`Given up after 7 attempts.`"""
        within = f" in {self.seconds:.0f} seconds" if rule.action in _COUNTED_BY_TIME else ""
        return f"Given up after {self.attempts} attempts{within}."

    def _most(self, rule: ErrorRule) -> int:
        return min(self.policy.attempts, rule.attempts or self.policy.attempts)
