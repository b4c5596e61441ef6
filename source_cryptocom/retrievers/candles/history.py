"""Reads a series of candles back in time, whatever the exchange leaves open. Pure: `fetch` does the requests.

What is not known of a request for the candles of [start, end): which of them come where the window holds more than
`count`, the newest or the oldest; whether a time without a trade has a candle; whether a start is inclusive. So:

    A window that cannot hold more candles than are asked for is answered whole, whichever would have come.

Windows are that narrow as long as each time has its candle. Where some are missing, the series is young or quiet, and
the rest is asked for in one window. If that page is full and does not reach up to its end, its newest candles may have
been cut, so nothing of it is used, and a narrower window is asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from source_cryptocom.clock import OPENED_MS
from source_cryptocom.retrievers.candles.page import CandlePage

PAGE_LIMIT = 300
# A candle may appear some time after it has opened: a window for the newest ones has room for so many that have not.
NOT_YET_THERE = 2

Fetch = Callable[[int, int, int], CandlePage]
"""Asks for `count` candles that open from `start_ms`, inclusive, to `end_ms`, exclusive: fetch(start, end, count)."""


class OtherCandles(Exception):
    """The exchange ignored the requested window of candles."""

    def __init__(self, end_ms: int) -> None:
        super().__init__()
        self.end_ms = end_ms


@dataclass(frozen=True)
class Duration:
    """From one candle's opening to the next one's; months differ."""

    shortest_ms: int
    longest_ms: int


class CandleHistory:
    """The candles of one series that open before `end_ms`, page by page, the newest page first.

    No page skips a candle of the exchange. The pages end where the exchange has no candle that is older.
    """

    def __init__(self, fetch: Fetch, duration: Duration, end_ms: int) -> None:
        self._fetch = fetch
        self._duration = duration
        self._end_ms = end_ms
        # The candle in which the exchange opened may have opened a little earlier.
        self._oldest_ms = OPENED_MS - duration.longest_ms

    def newest(self, wanted: int) -> Iterator[CandlePage]:
        """Pages with at least `wanted` candles, as far as the exchange has them, and older ones for who goes on."""
        return self._back_to([self._oldest_ms], wanted)

    def since(self, begin_ms: int) -> Iterator[CandlePage]:
        """The candles from `begin_ms` on; then older ones, which tell an exchange without candles there from one
        whose history begins later."""
        # Should a start be exclusive after all, the candle at `begin_ms` still comes.
        return self._back_to([begin_ms - 1, self._oldest_ms], None)

    def only_since(self, begin_ms: int) -> Iterator[CandlePage]:
        """The candles from `begin_ms` on; none that is older."""
        return self._back_to([begin_ms - 1], None)

    def _back_to(self, floors: Sequence[int], wanted: int | None) -> Iterator[CandlePage]:
        """Goes back to the first of `floors`, and once that is read, to the next."""
        end_ms, read = self._end_ms, 0
        narrow_ms = self._narrow_ms(wanted)
        # How wide the next window is, and how wide the one after it where few candles came.
        width_ms, wider_ms = narrow_ms, end_ms
        while end_ms > floors[-1] + 1:
            start_ms = max(floors[0], end_ms - width_ms)
            count = min(PAGE_LIMIT, -(-(end_ms - start_ms) // self._duration.shortest_ms) + 1)
            page = self._page(start_ms, end_ms, count)
            full = len(page.rows) >= count
            if full and self._may_lack_the_newest(page, start_ms, end_ms):
                width_ms = self._narrower(page, end_ms - start_ms, end_ms)
                wider_ms = 8 * width_ms
                continue
            whole = len(page.rows) + 1 >= (end_ms - start_ms) // self._duration.longest_ms
            end_ms = page.opens_ms[0] if page.rows else start_ms + 1
            if page.rows:
                yield page
                read += len(page.rows)
            if start_ms == floors[0] and not full:
                if not page.rows and len(floors) == 1:
                    return
                floors = floors[1:] or floors
            if whole:
                width_ms = self._narrow_ms(wanted and wanted - read)
            elif len(page.rows) < PAGE_LIMIT // 2:
                width_ms, wider_ms = wider_ms, 8 * wider_ms

    def _may_lack_the_newest(self, page: CandlePage, start_ms: int, end_ms: int) -> bool:
        """Of a full page. One that comes from before its window has no start, so it was cut there."""
        begins_inside = page.opens_ms[0] >= start_ms - self._duration.longest_ms
        return begins_inside and page.opens_ms[-1] + self._duration.shortest_ms < end_ms

    def _narrow_ms(self, wanted: int | None) -> int:
        """The width of a window that holds `wanted` candles (None: any number), and never more than a page."""
        most_ms = PAGE_LIMIT * self._duration.shortest_ms
        return most_ms if wanted is None else min((max(wanted, 1) + NOT_YET_THERE) * self._duration.longest_ms, most_ms)

    def _narrower(self, page: CandlePage, width_ms: int, end_ms: int) -> int:
        """A width that holds some 200 candles if they are as dense as in this page of PAGE_LIMIT."""
        if width_ms <= self._duration.shortest_ms:
            raise OtherCandles(end_ms)
        span_ms = page.opens_ms[-1] - page.opens_ms[0]
        return max(self._duration.shortest_ms, min(2 * span_ms // 3, width_ms // 2))

    def _page(self, start_ms: int, end_ms: int, count: int) -> CandlePage:
        page = self._fetch(start_ms, end_ms, count)
        earlier = page.opening_in(0, end_ms)
        # One at the end itself means that the end is inclusive after all; one after it, that the page came again.
        if not earlier.rows and page.rows and page.opens_ms[-1] > end_ms:
            raise OtherCandles(end_ms)
        return earlier
