"""How wide a window the exchange serves, found out from its own answers. Pure: `fetch` does the requests.

Nobody knows it. A window wider than some width, a day at least, may be cut in silence to what lies just before its end,
answered with an empty list, or refused. What is sure:

    A row that came in answer to a window, and lies more than W before the window's end by each of its times, proves
    that windows of W are served whole.

For the exchange tests one of the row's times, whichever it is. If it cuts windows to a width C, then the row lies less
than C before the end by that time, and more than W: C is more than W. If it answers windows wider than C with nothing,
or refuses them, then this one, which brought a row, was no wider than C, and it was wider than W: C is more than W. By
which time the exchange tests is not known, so the latest of the row's times counts, and a row that lacks one of them
proves nothing. A row whose latest time lies outside the window proves nothing either: an order that was placed in the
window and ended after it, or a row that comes whatever is asked. Two milliseconds are taken off, because bounds and
times may be rounded before they are compared.

So of a window wider than what is proven this much is known once it is answered:

    A page that was cut for its size holds everything from its oldest row to the end, as always.
    Some rows, and not cut for their number: the window was not answered with nothing because of its width, and if it
    was cut, then to no less than what is proven. The last part of that width is read; what lies before it is not.
    No row, or a refusal: nothing. It is read again in windows of the width that is proven.

So `fetch_page` says of each page how much of its window it is. `windows` says in which windows a stretch is read. It
tries wider ones where an answer is likely to tell something: at first all of the stretch, later a window that begins
with a row that was seen, so that it must come again. An answer that tells nothing is dropped, and few such are allowed.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import islice

from source_cryptocom.clock import MS_PER_MINUTE, NS_PER_MS
from source_cryptocom.retrievers.paging.page_size import PageSize
from source_cryptocom.retrievers.paging.read_ahead import WINDOWS_AHEAD
from source_cryptocom.retrievers.paging.window_page import Fetch, Page
from source_cryptocom.retrievers.paging.window_paginator import PAGE_LIMIT
from source_cryptocom.retrievers.paging.windows import WINDOW_NS, Row, RowTime, Window, ascending_windows

TRIED_DAYS = (7, 30, 90)
"""Widths that an exchange may have chosen for a limit."""
MAX_FAILED_TRIALS = 3
PAGES_PER_WINDOW = 5
"""Of a busy account: what an interrupted sync reads again at most, and holds in memory."""
MOST_PAGES_HELD = 20
"""About how many full pages a window has, of an account so busy that a day has more."""
EMPTY_BEFORE_AHEAD = 2
NARROWEST_NS = 15 * MS_PER_MINUTE * NS_PER_MS
OVERLAP = 50
"""A window may begin this part of its width before the end of the last one ..."""
OVERLAP_AMONG = 10
"""... where more than so many are left: among fewer it could make one more of them."""
ROUNDING_NS = 2 * NS_PER_MS
ANSWERS_KEPT = 8


class WindowRefused(Exception):
    """The exchange refused a window that is wider than the proven width."""


class WindowWidths:
    """What the exchange's answers have proven so far. Windows of WINDOW_NS are served for sure."""

    def __init__(
        self,
        fetch: Fetch,
        times: Sequence[RowTime],
        page_limit: int = PAGE_LIMIT,
        page_size: PageSize | None = None,
        pool: Executor | None = None,
    ) -> None:
        """`pool`: threads in which windows are asked for ahead where nothing comes."""
        self.proven_ns = WINDOW_NS
        self._fetch = fetch
        self._times = times
        self._page_limit = page_limit
        self._page_size = page_size or PageSize()
        self._failed_trials: set[Window] = set()
        self._refuted_ns: int | None = None  # a width that is not served whole
        self._full_pages = 0  # of the last window
        self._full_page_ns = 0  # what a full page of the last window spanned
        self._latest_row_ns: int | None = None  # of the last window
        self._pool = pool
        self._ahead: dict[Window, Future[Sequence[Row]]] = {}
        self._empty_windows = 0  # in a row
        self._reached_ns = 0
        self.needed_from_ns = self.read_to_ns = 0
        self.begins_with_row = False
        """Whether the window begins with a row of the one before."""
        self._too_long = False
        self._widest_ns: int | None = None
        self._trial: tuple[Window, Sequence[Row]] | None = None
        self._last_answers: dict[Window, Sequence[Row]] = {}

    def windows(self, start_ns: int, end_ns: int, needed_from_ns: int = 0, read_to_ns: int = 0) -> Iterator[Window]:
        """Ascending windows that cover [start, end). Each must be read to its end before the next one is asked for.

        A window that begins with a row of the one before overlaps with it: where that row comes again, the page that it
        came in is whole. `needed_from_ns` and `read_to_ns`: see WindowPaginator.read; here of the first window.
        """
        reached_ns, begin_ns = start_ns, start_ns
        self.needed_from_ns = max(start_ns, needed_from_ns)
        self.read_to_ns = max(self.needed_from_ns, read_to_ns)
        self._reached_ns, self._latest_row_ns = start_ns, None
        first = Window(start_ns, end_ns)
        wider = [first] if first.width_ns > 2 * WINDOW_NS else []
        while reached_ns < end_ns:
            window = self._asked_ahead(reached_ns) or next(filter(self._is_served, wider), None)
            if window is None:
                window = Window(begin_ns, min(begin_ns + self._ordinary_ns(), end_ns))
            self._latest_row_ns, self._full_page_ns, self._full_pages, self._too_long = None, 0, 0, False
            self.begins_with_row = window.start_ns < reached_ns
            yield window
            self._trial = None
            self._widest_ns = self._held_ns(window)
            if self._too_long:
                wider = []
                continue
            before_ns, reached_ns = reached_ns, window.end_ns
            self._empty_windows = self._empty_windows + 1 if self._met_nothing() else 0
            if self._empty_windows >= EMPTY_BEFORE_AHEAD:
                self._ask_ahead(reached_ns, end_ns)
            self._reached_ns = self.needed_from_ns = reached_ns
            self.read_to_ns = max(self.read_to_ns, reached_ns)
            begin_ns = self._beginning_of_the_next(reached_ns, end_ns)
            wider = [
                wide for wide in self._wider_windows(before_ns, end_ns) if wide.end_ns - reached_ns > self.proven_ns
            ]
        self._reached_ns = self.needed_from_ns = self.read_to_ns = 0

    def _met_nothing(self) -> bool:
        return self._latest_row_ns is None and not self._full_pages

    def _ask_ahead(self, reached_ns: int, end_ns: int) -> None:
        """Where window after window is empty, the next ones are asked for at once."""
        if self._pool is None:
            return
        begin_ns = max((window.end_ns for window in self._ahead), default=reached_ns)
        windows = ascending_windows(begin_ns, end_ns, self.proven_ns)
        for window in islice(windows, WINDOWS_AHEAD - len(self._ahead)):
            self._ahead[window] = self._pool.submit(self._fetch, window, self._page_limit)

    def _asked_ahead(self, reached_ns: int) -> Window | None:
        """The next window, where it was asked for ahead: no answer is thrown away for a wider window."""
        return next((window for window in self._ahead if window.start_ns == reached_ns), None)

    def narrow(self) -> None:
        """Gives a window up that holds more rows than memory may; it is read again in narrower windows."""
        self._too_long = True

    def _ordinary_ns(self) -> int:
        """The width that is proven; of a busy account one that holds MOST_PAGES_HELD."""
        return min(self.proven_ns, self._widest_ns or self.proven_ns)

    def _held_ns(self, last: Window) -> int | None:
        """The width of which the rows can be held in memory, by those of the last window; None for any width."""
        if self._full_pages <= MOST_PAGES_HELD and not self._widest_ns:
            return None
        return max(last.width_ns * MOST_PAGES_HELD // max(self._full_pages, 1), NARROWEST_NS)

    def _beginning_of_the_next(self, reached_ns: int, end_ns: int) -> int:
        """With the newest row, where that is near: it proves the next page, and hardly makes more windows of it."""
        width_ns = self._ordinary_ns()
        latest_ns = (self._latest_row_ns or 0) // NS_PER_MS * NS_PER_MS
        left_ns = end_ns - reached_ns
        # What the last window does not need; where many are left, a little of each.
        spare_ns = max(-left_ns % width_ns, width_ns // OVERLAP if left_ns > OVERLAP_AMONG * width_ns else 0)
        return latest_ns if 0 <= reached_ns - latest_ns <= spare_ns else reached_ns

    def fetch_page(self, window: Window) -> Page:
        """The newest rows of a window, and the part of it that they certainly cover."""
        rows = self._answer(window)
        if not rows and window.width_ns > self.proven_ns:
            rows = self._answer(Window(window.end_ns - self.proven_ns, window.end_ns))
        from_ns = window.end_ns - self.proven_ns
        # What comes before has been read, where the window overlaps with the last one.
        return Page(rows, from_ns if from_ns > max(window.start_ns, self.needed_from_ns) else window.start_ns)

    def _answer(self, asked: Window) -> Sequence[Row]:
        if self._trial and self._trial[0] == asked:
            rows = self._trial[1]
        elif asked in self._last_answers:
            rows = self._last_answers[asked]
        else:
            future = self._ahead.pop(asked, None)
            try:
                # One that no thread has begun with is asked for here and now.
                rows = future.result() if future and not future.cancel() else self._fetch(asked, self._page_limit)
            except WindowRefused:
                return []
            self._remember(asked, rows)
        self._learn(asked, rows)
        return rows

    def _remember(self, asked: Window, rows: Sequence[Row]) -> None:
        """What came from behind a page may be asked for again as a part of the next window."""
        if len(rows) < self._page_limit:
            self._last_answers[asked] = rows
        while len(self._last_answers) > ANSWERS_KEPT:
            del self._last_answers[next(iter(self._last_answers))]

    def _learn(self, asked: Window, rows: Sequence[Row]) -> None:
        spans = [span for row in rows if (span := self._times_of(row)) and asked.start_ns <= span[1] < asked.end_ns]
        if not spans:
            return
        reach_ns = asked.end_ns - min(latest_ns for _, latest_ns in spans)
        self.proven_ns = max(self.proven_ns, (reach_ns - ROUNDING_NS) // NS_PER_MS * NS_PER_MS)
        if self._page_size.is_full(len(rows), self._page_limit):
            self._full_page_ns = reach_ns
            self._full_pages += 1
        self._latest_row_ns = max([earliest_ns for earliest_ns, _ in spans] + [self._latest_row_ns or 0])

    def _times_of(self, row: Row) -> tuple[int, int] | None:
        """A row's earliest and latest time; None if one of its times is missing."""
        times = [time.earliest_ns(row) for time in self._times]
        known = [time for time in times if time is not None]
        return (min(known), max(known)) if len(known) == len(times) else None

    def _wider_windows(self, before_ns: int, end_ns: int) -> Iterator[Window]:
        """Windows to try next, after one that was read from `before_ns` on, the best first."""
        if self._latest_row_ns is None or self._latest_row_ns < before_ns:
            return
        # The width that some full pages fill, each of which says itself how much of it was read.
        busy_ns = PAGES_PER_WINDOW * self._full_page_ns
        begin_ns = self._latest_row_ns // NS_PER_MS * NS_PER_MS
        for days in TRIED_DAYS:
            width_ns = days * WINDOW_NS
            if 10 * width_ns > 11 * self.proven_ns:
                if not busy_ns or width_ns <= busy_ns:
                    yield Window(begin_ns, min(begin_ns + width_ns, end_ns))
                break
        yield Window(self._reached_ns, min(self._reached_ns + busy_ns // WINDOW_NS * WINDOW_NS, end_ns))

    def _is_served(self, window: Window) -> bool:
        """Tries a window that is wider than proven; its answer is kept for who reads it, if it tells something."""
        if len(self._failed_trials) >= MAX_FAILED_TRIALS or window in self._failed_trials:
            return False
        if self._refuted_ns is not None and window.width_ns >= self._refuted_ns:
            return False
        rows = self._answer(window)
        is_full = self._page_size.is_full(len(rows), self._page_limit)
        served_ns = 2 * PAGES_PER_WINDOW * self._full_page_ns if is_full else 2 * self.proven_ns
        if rows and window.width_ns <= served_ns:
            self._trial = (window, rows)
            return True
        self._failed_trials.add(window)
        if window.start_ns < self._reached_ns:
            self._refuted_ns = window.width_ns
        return False
