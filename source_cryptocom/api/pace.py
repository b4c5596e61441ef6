"""Slows one method down for all workers while the exchange, or a firewall in front of it, refuses its requests."""

import logging
import threading
import time
from collections.abc import Callable

LOGGER = logging.getLogger("airbyte")

# A single refusal is no sign of anything: two requests met on the way.
TOGETHER_SECONDS = 10.0
# The requests that were under way when the pace changed say nothing about the new one.
SETTLING_SECONDS = 1.0
RECOVERY_STEP = 1 / 8
SLOWEST_SHARE = 1 / 64
SLOWEST_PER_SECOND = 0.25


class Pace:
    """A share of the method's published limit: halved at each refusal, raised by an eighth a second while answers come.

    At the full pace it costs nothing: the published limit alone holds then. Thread-safe but for `wait_turn`.
    """

    def __init__(self, method: str, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._method = method
        self._per_second = per_second
        self._slowest = min(1.0, max(SLOWEST_SHARE, SLOWEST_PER_SECOND / per_second))
        self._clock = clock
        self._share = 1.0
        self._changed = self._refused = float("-inf")
        self._last_turn = float("-inf")
        self._answers = threading.Condition()

    @property
    def is_slowed(self) -> bool:
        return self._share < 1

    def wait_turn(self) -> None:
        """Block until the next request may leave, while the pace is slowed. For one worker after the other."""
        if not self.is_slowed:
            return
        seconds = self._last_turn + 1 / (self._per_second * self._share) - self._clock()
        if seconds > 0:
            time.sleep(seconds)
        self._last_turn = self._clock()

    def wait_for_answers(self, seconds: float) -> bool:
        """Block for `seconds`, or until a slowed method answers; return whether it did."""
        with self._answers:
            return self._answers.wait(seconds)

    def refused(self) -> None:
        """A request was answered with "too many requests", in whichever words."""
        with self._answers:
            now = self._clock()
            is_alone = now - self._refused > TOGETHER_SECONDS
            self._refused = now
            if (is_alone and not self.is_slowed) or now - self._changed < SETTLING_SECONDS:
                return
            if not self.is_slowed:
                LOGGER.warning(
                    f"{self._method}: requests are refused although the exchange's limit is kept: another program uses "
                    "the same key or IP address, or a firewall stands in front of the exchange. All requests of this "
                    "method slow down until they are answered again."
                )
            self._changed = now
            self._share = max(self._share / 2, self._slowest)

    def answered(self) -> None:
        """A request was answered in any other way."""
        if not self.is_slowed:
            return
        with self._answers:
            self._answers.notify_all()
            now = self._clock()
            if now - self._changed < SETTLING_SECONDS:
                return
            self._changed = now
            self._share = min(self._share + RECOVERY_STEP, 1.0)
            if not self.is_slowed:
                LOGGER.info(f"{self._method}: requests are answered again; back to {self._per_second:g} per second.")
