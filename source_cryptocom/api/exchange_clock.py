"""The exchange's time, as the `Date` of its answers tells it.

What a sync claims to have read must lie before the exchange's own time. This machine's clock may be hours off, and may
be set right in the middle of a sync: whatever was claimed by it beyond the exchange's time would never be read.
"""

import logging
import threading
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND, OPENED_MS, elapsed_ms, now_ms

LOGGER = logging.getLogger("airbyte")
TOLERATED_MS = MS_PER_MINUTE
"""The exchange refuses private requests from a clock that is further away."""
UNPROVEN_MS = MS_PER_HOUR
"""Where no answer tells the time: so much less than this machine's clock says is claimed."""
NEXT_CENTURY_MS = 4_102_444_800_000
"""2100-01-01."""
_JUMP_MS = 5 * MS_PER_SECOND
_LONGEST_AGE = 5
"""Digits of the seconds of a day."""


def date_ms(headers: Mapping[str, str]) -> int | None:
    """The exchange's time when it answered, in ms, rounded down to a second; None where the answer does not tell.

    `Age` is how long something on the way has kept the answer: a day at most, or it is none. A time from before the
    exchange opened, or of another century, is none either.
    """
    try:
        seconds = int(parsedate_to_datetime(headers.get("Date") or "").timestamp())
    except (ValueError, OverflowError):
        return None
    told_ms = seconds * MS_PER_SECOND
    if not OPENED_MS <= told_ms < NEXT_CENTURY_MS:
        return None
    age = headers.get("Age") or "0"
    age_ms = int(age) * MS_PER_SECOND if age.isdecimal() and len(age) <= _LONGEST_AGE else 0
    return told_ms + (age_ms if age_ms <= MS_PER_DAY else 0)


class ExchangeClock:
    """Never ahead of the exchange, and at most about a second behind it. Thread-safe.

    Between two answers it goes on by this machine's monotonic clock, which nobody sets. Each answer's Date is a time
    that the exchange has reached, so the highest counts. One that leaps ahead of those before it counts only when the
    next answer bears it out: something on the way may have answered with a clock of its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # The exchange's time at the zero of the monotonic clock.
        self._zero_ms: int | None = None
        self._doubted_ms: int | None = None
        self._claimed_ms = 0
        self._warned_of_difference = False
        self._warned_of_silence = False

    @property
    def is_known(self) -> bool:
        """Whether an answer has told the exchange's time."""
        return self._zero_ms is not None

    def __call__(self) -> int:
        """The exchange's time in ms since the epoch; an hour less than this machine's where no answer tells it."""
        with self._lock:
            if self._zero_ms is not None:
                return self._zero_ms + elapsed_ms()
            if not self._warned_of_silence:
                self._warned_of_silence = True
                LOGGER.warning(
                    "No answer of the exchange has said what time it is there (the header Date), and this machine's "
                    "clock may be wrong. So this sync reads up to an hour before the time of this machine, and later "
                    "ones the rest. Find out what removes the header on the way, a proxy perhaps."
                )
            local_ms = now_ms()
            return max(local_ms - UNPROVEN_MS, min(self._claimed_ms, local_ms))

    def was_claimed(self, claimed_ms: int) -> None:
        """Earlier syncs have read up to `claimed_ms`: where no answer tells the time, it is at least that.

        Else the states of those syncs would lie in the future, and every table would be read from its start.
        """
        self._claimed_ms = claimed_ms

    def heard(self, headers: Mapping[str, str], took_ms: int = 0) -> None:
        """Learn from an answer, whatever it says, that came `took_ms` after its request was sent."""
        told_ms = date_ms(headers)
        if told_ms is None:
            return
        with self._lock:
            self._learn(told_ms - elapsed_ms(), took_ms)
            difference_ms = _difference_ms(now_ms(), told_ms, took_ms)
            is_news = difference_ms != 0 and not self._warned_of_difference
            self._warned_of_difference |= is_news
        if is_news:
            apart = timedelta(seconds=abs(difference_ms) // MS_PER_SECOND)
            LOGGER.warning(
                f"This machine's clock is {apart} {'ahead of' if difference_ms > 0 else 'behind'} the exchange's, by "
                "the Date of its answer. What is read and claimed goes by the exchange's time, so nothing is lost. But "
                "the exchange refuses private requests while the clocks are more than 60 seconds apart: synchronise "
                "this machine's (NTP)."
            )

    def _learn(self, zero_ms: int, took_ms: int) -> None:
        known_ms = self._zero_ms
        if known_ms is None or zero_ms + MS_PER_SECOND + took_ms + _JUMP_MS < known_ms:
            # Where two answers contradict each other, the earlier time is the one that loses nothing.
            self._zero_ms = zero_ms
        elif zero_ms <= known_ms + _JUMP_MS:
            self._zero_ms, self._doubted_ms = max(known_ms, zero_ms), None
        elif self._doubted_ms is not None and abs(zero_ms - self._doubted_ms) <= _JUMP_MS:
            self._zero_ms, self._doubted_ms = min(zero_ms, self._doubted_ms), None
        else:
            self._doubted_ms = zero_ms


def _difference_ms(local_ms: int, told_ms: int, took_ms: int) -> int:
    """How far this machine's clock is ahead of the exchange's (negative: behind), 0 within what is tolerated.

    The answer was made after the request was sent and before it came, and its Date is rounded down to a second.
    """
    ahead_ms = local_ms - took_ms - told_ms - MS_PER_SECOND
    behind_ms = told_ms - local_ms
    if ahead_ms > TOLERATED_MS:
        return ahead_ms
    return -behind_ms if behind_ms > TOLERATED_MS else 0
