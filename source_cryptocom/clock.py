"""Times as the exchange sends them, and as records show them."""

import time
from functools import lru_cache

NS_PER_MS = 1_000_000
MS_PER_SECOND = 1_000
MS_PER_MINUTE = 60 * MS_PER_SECOND
MS_PER_HOUR = 60 * MS_PER_MINUTE
MS_PER_DAY = 24 * MS_PER_HOUR


def now_ms() -> int:
    """This machine's time in ms since the epoch."""
    return time.time_ns() // NS_PER_MS


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    """The date `day` days after the epoch, as `2026-08-16T`. A sync's rows lie in few days: each is worked out once."""
    year, month, day_of_month = time.gmtime(day * 86_400)[:3]
    return f"{year:04d}-{month:02d}-{day_of_month:02d}T"


def rfc3339(ms: int) -> str:
    """RFC 3339 UTC with milliseconds (`2026-08-16T23:06:39.729Z`), by integer arithmetic: a float would round."""
    seconds, fraction = divmod(ms, MS_PER_SECOND)
    day, seconds = divmod(seconds, 86_400)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{_date(day)}{hours:02d}:{minutes:02d}:{seconds:02d}.{fraction:03d}Z"
