"""A page of candles in the order of their opening. Made for speed: no function is called for each candle."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from source_cryptocom.api.response import Row
from source_cryptocom.clock import FIRST_NO_MS, LAST_SECONDS, MS_PER_MINUTE, in_ms

# A candle's last trades may be booked a little after the next one has opened.
SETTLING_MS = MS_PER_MINUTE


@dataclass(frozen=True)
class CandlePage:
    """`opens_ms` holds the open times of `rows`, in ms and ascending."""

    opens_ms: Sequence[int]
    rows: Sequence[Row]

    def opening_in(self, begin_ms: int, end_ms: int) -> "CandlePage":
        """The candles that open from `begin_ms`, inclusive, to `end_ms`, exclusive."""
        part = slice(bisect_left(self.opens_ms, begin_ms), bisect_left(self.opens_ms, end_ms))
        return CandlePage(self.opens_ms[part], self.rows[part])

    def newest(self, count: int) -> "CandlePage":
        """The last `count` candles."""
        part = slice(max(0, len(self.opens_ms) - count), None)
        return CandlePage(self.opens_ms[part], self.rows[part])

    def first_unsettled_ms(self, now_ms: int) -> int:
        """Open time of the oldest candle that is not final: the newest, or the one before it if that has just opened.

        Raises IndexError where the page is empty.
        """
        just_opened = now_ms - self.opens_ms[-1] < SETTLING_MS
        return self.opens_ms[-2 if just_opened and len(self.opens_ms) > 1 else -1]


def candle_page(rows: Sequence[Row]) -> CandlePage:
    """Rows in any order. Raises KeyError, TypeError or ValueError where one has no time."""
    opens_ms = [int(row["t"]) for row in rows]
    if opens_ms and (max(opens_ms) >= FIRST_NO_MS or min(opens_ms) < LAST_SECONDS):
        opens_ms = [in_ms(time) for time in opens_ms]
    in_order = sorted(opens_ms)
    if in_order != opens_ms:
        rows = [row for _, row in sorted(zip(opens_ms, rows, strict=True), key=itemgetter(0))]
    return CandlePage(in_order, rows)
