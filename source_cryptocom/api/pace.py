"""Slows one method down for all workers while the exchange, or a firewall in front of it, refuses its requests."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

LOGGER = logging.getLogger("airbyte")

# A few 429s are jitter: of hundreds of requests that leave evenly some are held up on the way, and arrive at once.
# What is refused within a moment is one event. More than a few within some seconds are throttling, and so are two
# without an answer between them.
TOGETHER_SECONDS = 10.0
MOMENT_SECONDS = 0.1
JITTER_SHARE = 1 / 200
# Requests that were in flight when the pace changed say nothing about the new pace.
SETTLING_SECONDS = 1.0
# How fast the pace rises while the true limit is unknown: an eighth of the published limit a second.
RECOVERY_STEP = 1 / 8
# A pace that was refused while others of its requests were answered lies above the true limit: it is kept away from,
# and now and then approached in small steps. Passed by a quarter, it holds no longer.
BELOW_REFUSED = 0.9
SMALL_STEP = 1.05
PASSED_BY = 1.25
FIRST_HOLD_SECONDS = 10.0
LONGEST_HOLD_SECONDS = 60.0
LEAST_HELD_REQUESTS = 30
# After so many slowdowns without an answer every request is refused, which tells nothing about a limit.
SLOWDOWNS_OF_AN_OUTAGE = 4
SLOWEST_SHARE = 1 / 64
SLOWEST_PER_SECOND = 0.25


class Pace:
    """A share of the method's published limit, which requests that are refused lower and answers raise.

    Where all are refused, it is halved each second, and raised by an eighth a second once answers come. Where some are
    answered, the true limit lies below: the pace settles just under what was answered, and tries more after ever longer
    times. At the full pace it costs nothing: the published limit alone holds then. Thread-safe but for `wait_turn`.
    """

    def __init__(self, method: str, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._method = method
        self._per_second = per_second
        self._slowest = min(1.0, max(SLOWEST_SHARE, SLOWEST_PER_SECOND / per_second))
        self._clock = clock
        self._most_jitter = max(1, int(per_second * TOGETHER_SECONDS * JITTER_SHARE))
        self._jitter: deque[float] = deque(maxlen=self._most_jitter)
        """When the newest refusals came that were taken for jitter, one for each moment."""
        self._answers_since_refusal = True
        self._share = 1.0
        self._changed = self._refused = self._last_turn = float("-inf")
        self._held_until = self._recovered = float("-inf")
        self._answered = self._unanswered_slowdowns = 0
        self._measured = float("-inf")
        """Since when `_answered` counts: the pace was slowed down then, or raised by an eighth."""
        self._too_much: float | None = None
        """The last share at which some were refused and some answered."""
        self._hold_seconds = FIRST_HOLD_SECONDS
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
        """A request was throttled (429 or a reason code that means it)."""
        with self._answers:
            now = self._clock()
            self._refused = now
            if now - self._changed < SETTLING_SECONDS or self._is_jitter(now):
                return
            if not self.is_slowed:
                LOGGER.warning(
                    f"{self._method}: requests are refused although the exchange's limit is kept: another program uses "
                    "the same key or IP address, a firewall stands in front of the exchange, or its limit is lower "
                    "than the published one. All requests of this method slow down until they are answered again."
                )
            self._slow_down(now)

    def _is_jitter(self, now: float) -> bool:
        """Whether a refusal at the full pace tells nothing about the limit; counts it."""
        if self.is_slowed:
            return False
        if self._jitter and now - self._jitter[-1] < MOMENT_SECONDS:
            return True
        most = self._most_jitter if self._answers_since_refusal else 1
        refusals = sum(1 for refused in self._jitter if now - refused <= TOGETHER_SECONDS)
        self._jitter.append(now)
        self._answers_since_refusal = False
        return refusals < most

    def answered(self) -> None:
        """A request was answered and not throttled."""
        self._answers_since_refusal = True
        if not self.is_slowed:
            return
        with self._answers:
            self._answers.notify_all()
            self._answered += 1
            self._unanswered_slowdowns = 0
            now = self._clock()
            quiet_seconds = max(SETTLING_SECONDS, 2 / (self._per_second * self._share))
            if now - max(self._changed, self._refused) >= quiet_seconds and now >= self._held_until:
                self._speed_up(now)

    def _slow_down(self, now: float) -> None:
        share, half = self._share, max(self._share / 2, min(self._share, self._slowest))
        known = self._too_much is not None or now - self._recovered < LONGEST_HOLD_SECONDS
        if self._unanswered_slowdowns == 0 and (self.is_slowed or known):
            self._too_much, self._share = share, self._below(share, now)
        else:
            self._too_much = share if known and self._unanswered_slowdowns < SLOWDOWNS_OF_AN_OUTAGE else None
            self._share = half
        hold_seconds = max(self._hold_seconds, LEAST_HELD_REQUESTS / (self._per_second * self._share))
        self._held_until = float("-inf") if self._too_much is None else now + hold_seconds
        self._changed = self._measured = now
        self._answered = 0
        self._unanswered_slowdowns += 1

    def _below(self, share: float, now: float) -> float:
        """Just under what the exchange answers at this share, which is more than it takes."""
        if not self.is_slowed:
            return BELOW_REFUSED
        slowest = min(share, SLOWEST_PER_SECOND / self._per_second)
        if self._too_much is not None and now >= self._held_until:
            # A small step was one too many: the next one waits longer.
            self._hold_seconds = min(2 * self._hold_seconds, LONGEST_HOLD_SECONDS)
            return max(BELOW_REFUSED * share, slowest)
        answered = self._answered / (now - self._measured) / self._per_second
        return max(BELOW_REFUSED * min(answered, share), share / 2, slowest)

    def _speed_up(self, now: float) -> None:
        if self._too_much is None:
            self._share = min(self._share + RECOVERY_STEP, 1.0)
            self._measured, self._answered = now, 0
        else:
            self._share = min(self._share * SMALL_STEP, 1.0)
            if self._share > self._too_much * PASSED_BY:
                self._too_much, self._hold_seconds = None, FIRST_HOLD_SECONDS
        self._changed = now
        if not self.is_slowed:
            self._too_much, self._recovered = None, now
            LOGGER.info(f"{self._method}: requests are answered again; back to {self._per_second:g} per second.")
