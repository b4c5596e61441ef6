"""Times as the exchange sends them, and as records show them."""

import time
from datetime import datetime, timezone
from functools import cache, lru_cache

NS_PER_MS = 1_000_000
MS_PER_SECOND = 1_000
MS_PER_MINUTE = 60 * MS_PER_SECOND
MS_PER_HOUR = 60 * MS_PER_MINUTE
MS_PER_DAY = 24 * MS_PER_HOUR
LAST_YEAR = 9999
# Milliseconds of this era have 13 digits, and 15 until the last year there is. Microseconds have 16, nanoseconds 19.
FIRST_NO_MS = 10**15
# Seconds of this era have 10 digits. Milliseconds had so few until 1973.
LAST_SECONDS = 10**11
OPENED_MS = 1_546_300_800_000
"""2019-01-01, the year in which the exchange opened."""
_UNITS_PER_MS = {16: 1_000, 19: 1_000_000}


def in_ms(time_since_epoch: int) -> int:
    """Milliseconds, whether they came as such or as seconds, micro- or nanoseconds: the number of digits tells."""
    if LAST_SECONDS <= time_since_epoch < FIRST_NO_MS:
        return time_since_epoch
    if OPENED_MS // MS_PER_SECOND <= time_since_epoch < LAST_SECONDS:
        return time_since_epoch * MS_PER_SECOND
    if time_since_epoch < FIRST_NO_MS:
        return time_since_epoch
    return time_since_epoch // _UNITS_PER_MS.get(len(str(time_since_epoch)), 1)


def moment_of(text: str) -> datetime:
    """A time that is written out in ISO 8601, in UTC if it names no zone. Raises ValueError for any other text."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 reads no Z
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def now_ms() -> int:
    """This machine's time in ms since the epoch."""
    return time.time_ns() // NS_PER_MS


def elapsed_ms() -> int:
    """Milliseconds since some moment: what passes between two calls is right, however this machine's clock is set."""
    return time.monotonic_ns() // NS_PER_MS


@lru_cache(maxsize=8192)
def _minute(minute: int) -> str:
    """`minute` since the epoch, as `2026-08-16T23:06:`. A sync's rows lie in few minutes: each is worked out once."""
    year, month, day, hour, minute_of_hour = time.gmtime(minute * 60)[:5]
    if not 1 <= year <= LAST_YEAR:
        raise ValueError(f"RFC 3339 has no year {year}")
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute_of_hour:02d}:"


@cache
def _second(ms_of_minute: int) -> str:
    """`39.729Z`. There are 60,000 of them: to look one up takes a third of the time of formatting it."""
    return f"{ms_of_minute // MS_PER_SECOND:02d}.{ms_of_minute % MS_PER_SECOND:03d}Z"


def rfc3339(ms: int) -> str:
    """RFC 3339 UTC with milliseconds (`2026-08-16T23:06:39.729Z`), by integer arithmetic: a float would round.

    Raises ValueError, OverflowError or OSError for what is no time, such as nanoseconds.
    """
    minute, ms_of_minute = divmod(ms, MS_PER_MINUTE)
    return _minute(minute) + _second(ms_of_minute)
