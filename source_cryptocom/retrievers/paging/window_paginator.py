"""Reads a stretch of account history completely, whatever the exchange leaves open. Pure: `fetch` does the requests.

What is sure of a request for [start, end): it answers the newest rows before `end`. What is not: how many of them, by
which of a row's times the exchange filters, to which precision, and in which order a page comes. So a page is the end
only where something says so:

    A page without rows is the end. So is one with a row from before the stretch that is still to be read: what is newer
    than that row came with it. Of other pages `page_size` tells whether they may have been cut.

Behind a page that may have been cut, though it is not full, one request shows whether it was: up to its oldest row,
that one included. A full page is continued by a guess, and every guess is checked:

    A step back from a page to an earlier `end` skipped nothing if the page read there holds a row of the page before.

For, by the exchange's own time, whichever it is: a row not yet read is not newer than any row of the full page, and the
row met again lies before the new `end`; so everything not yet read lies before the new `end` too.

Where no guess passes, the window is cut in two, which needs no guess. Where cutting a millisecond does not part its
rows either, a larger page is asked for, a rare hope. Where that fails too, UnpageableWindow is raised: nothing is ever
skipped.

No request is made twice. A page that is read on from is never asked for again, because what follows it lies in smaller
windows; the answers to wrong guesses, and what came from behind a page, are remembered while their window is read.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence

from source_cryptocom.clock import NS_PER_MS
from source_cryptocom.retrievers.paging.page_size import PageSize
from source_cryptocom.retrievers.paging.window_page import Continuation, Fetch, Page, PageSizeRefused, UnpageableWindow
from source_cryptocom.retrievers.paging.windows import WINDOW_NS, Row, RowTime, Window, present

PAGE_LIMIT = 100
LARGER_LIMIT = 1_000


class WindowPaginator:
    """Reads windows one after the other, and remembers which guesses the exchange's answers have refuted."""

    def __init__(
        self,
        fetch: Fetch,
        identity: Callable[[Row], Hashable],
        times: Sequence[RowTime],
        page_limit: int = PAGE_LIMIT,
        fetch_page: Callable[[Window], Page] | None = None,
        page_size: PageSize | None = None,
    ) -> None:
        """Without a `fetch_page` a page that was not cut is the whole window.

        `page_size`: what the method's answers say of it, shared by all that read the method in a sync.
        """
        self._fetch = fetch
        self._page_size = page_size or PageSize()
        self._fetch_page = fetch_page or (lambda window: Page(fetch(window, page_limit), window.start_ns))
        self._identity = identity
        self._times = times
        self._page_limit = page_limit
        self._failed_kinds: set[tuple[str, int]] = set()
        self._larger_pages: bool | None = None  # not known yet whether the exchange serves them
        self._unproven: Window | None = None  # the window in whole, as long as it may tell
        self._answered: dict[Window, Page] = {}
        self._seen: set[Hashable] = set()
        self._seen_in_last_window: set[Hashable] = set()
        self._needed_from_ns = self._read_to_ns = 0
        self._begins_with_row: Window | None = None
        self._known_rows_come_again = True

    def read(
        self, window: Window, needed_from_ns: int = 0, read_to_ns: int = 0, begins_with_row: bool = False
    ) -> Iterator[list[Row]]:
        """The window's rows, page by page, each row once; whole when the iterator ends.

        `needed_from_ns`: older rows may be left out, where they would cost a request. `read_to_ns`: what lies before
        was read earlier, so a row from there says that a page reaches back far enough. `begins_with_row`: there is one
        at the window's start, so a page without it was cut.

        Raises UnpageableWindow where it cannot be read to its end.

        A row that was in the window before as well (an end that turns out inclusive) is not given again.
        """
        self._needed_from_ns = max(needed_from_ns, window.start_ns)
        self._read_to_ns = max(read_to_ns, self._needed_from_ns)
        self._begins_with_row = window if begins_with_row else None
        self._seen_in_last_window, self._seen = self._seen, set()
        # A wider one may be answered with less than it holds.
        self._unproven = window if window.width_ns <= WINDOW_NS else None
        self._answered.clear()
        yield from self._read(window)

    def discard(self) -> None:
        """The last window was given up, and nothing of it was kept: its rows are to be given again."""
        self._seen = self._seen_in_last_window

    def _read(self, window: Window, within: Sequence[Row] = ()) -> Iterator[list[Row]]:
        """Reads a window that was cut from a larger one, whose newest page is `within`."""
        page = self._page(window)
        if self._is_one_instant(window, page.rows, within) and (larger_page := self._larger_page(window)):
            yield self._unseen(larger_page)
            return
        after_full = False
        while True:
            new = self._unseen(page.rows)
            yield new
            whole_from_ns = self._whole_from(page, window, repeats=not new, after_full=after_full)
            if whole_from_ns is not None:
                if whole_from_ns <= max(window.start_ns, self._needed_from_ns):
                    return
                window = Window(window.start_ns, whole_from_ns)
                page, after_full = self._page(window), False
                continue
            after_full = len(page.rows) >= self._page_limit
            for step in self._steps(page.rows, window):
                earlier = Window(window.start_ns, step.end_ns)
                earlier_page = self._page(earlier)
                if self._overlaps(page.rows, earlier_page.rows, earlier):
                    window = earlier
                    page = earlier_page if self._makes_progress(earlier_page.rows) else page
                    break
                self._answered[earlier] = earlier_page
                self._failed_kinds.add(step.kind)
            else:
                yield from self._read_in_parts(window, page.rows)
                return

    def _whole_from(self, page: Page, window: Window, repeats: bool, after_full: bool) -> int | None:
        """From when on the page holds all rows of the window; None where it may have been cut anywhere.

        One that `repeats` what came before, and no more, is no end of what a full page left.
        """
        if self._reaches_back(page.rows, window, self._needed_from_ns):
            return window.start_ns
        if self._is_full(page.rows):
            return None
        # Where rows that came up late are looked for, a row from among them is no proof of those before it.
        read_to_ns = 0 if self._needed_from_ns > window.start_ns else self._read_to_ns
        if self._reaches_back(page.rows, window, max(read_to_ns, page.whole_from_ns)):
            return page.whole_from_ns
        rows = len(page.rows)
        lacks_known_row = self._lacks_known_row(page, window)
        is_doubtful = lacks_known_row or (repeats and rows > 0)
        if not is_doubtful and not self._page_size.may_be_cut(rows, self._page_limit, after_full):
            self._page_size.was_trusted(rows)
        elif self._was_cut(page.rows, window):
            return None
        elif lacks_known_row:
            # Not for its size: the row has changed, or a window's start is exclusive.
            self._known_rows_come_again = False
        return page.whole_from_ns

    def _lacks_known_row(self, page: Page, window: Window) -> bool:
        """Whether a page lacks the row with which its window begins, and reaches back as far."""
        begun = self._begins_with_row
        if begun is None or not self._known_rows_come_again or not page.rows:
            return False
        return begun.start_ns == window.start_ns == page.whole_from_ns

    def _is_full(self, page: Sequence[Row]) -> bool:
        return self._page_size.is_full(len(page), self._page_limit)

    def _reaches_back(self, page: Sequence[Row], window: Window, from_ns: int) -> bool:
        """Whether it has a row of the window that lies before `from_ns`."""
        if from_ns <= window.start_ns:
            return False
        return any(self._lies_before(row, from_ns) and self._is_of(row, window) for row in page)

    def _is_of(self, row: Row, window: Window) -> bool:
        return all(time >= window.start_ns - NS_PER_MS for time in present(t.earliest_ns(row) for t in self._times))

    def _was_cut(self, page: Sequence[Row], window: Window) -> bool:
        """Asks for what may lie behind a page that is not full. What comes is remembered for when it is read."""
        oldest = sorted(set(present(self._oldest(page, time) for time in self._times)), reverse=True)
        for earlier in self._behind(page, window, oldest):
            behind = self._answered[earlier] = self._page(earlier)
            if any(map(self._is_unseen, behind.rows)):
                self._page_size.was_cut(len(page))
                return True
            # An answer as long as the page may be cut like the page.
            is_safe_end = earlier.end_ns > oldest[0] or len(oldest) == 1
            if len(behind.rows) < len(page) and (is_safe_end or self._overlaps(page, behind.rows, earlier)):
                break
        self._page_size.was_whole(len(page))
        return False

    def _behind(self, page: Sequence[Row], window: Window, oldest: Sequence[int]) -> Iterator[Window]:
        """Windows of what may lie behind a page, whose `oldest` times, the latest first, are given.

        An end just behind the latest of them skips nothing, by whichever time the exchange filters. Where it would
        bring the whole page again, an end at that time itself is left: it skips no more than rows of that millisecond.
        """
        ends = [(oldest_ns // NS_PER_MS + 1) * NS_PER_MS for oldest_ns in oldest]
        parting = [end for end in ends if not all(self._lies_before(row, end) for row in page)]
        for end_ns in [*parting, *(end - NS_PER_MS for end in ends[:1])]:
            if window.start_ns < end_ns < window.end_ns:
                yield Window(window.start_ns, end_ns)

    def _lies_before(self, row: Row, end_ns: int) -> bool:
        """Whether it does by each of its times, whichever the exchange takes."""
        times = [time.earliest_ns(row) for time in self._times]
        return all(time is not None and time < end_ns for time in times)

    def _page(self, window: Window) -> Page:
        """The window's newest rows: remembered, where the request was made before."""
        return self._answered.get(window) or self._fetch_page(window)

    def _unseen(self, page: Sequence[Row]) -> list[Row]:
        fresh = []
        for row in page:
            if self._is_unseen(row):
                fresh.append(row)
            self._seen.add(self._identity(row))
        return fresh

    def _is_unseen(self, row: Row) -> bool:
        identity = self._identity(row)
        return identity not in self._seen and identity not in self._seen_in_last_window

    def _overlaps(self, page: Sequence[Row], earlier_page: Sequence[Row], earlier: Window) -> bool:
        """Whether the earlier page holds a row of the later one, and not merely one that comes with every page."""
        known = set(map(self._identity, page))
        met = (row for row in earlier_page if self._identity(row) in known)
        return any(time.may_lie_before(row, earlier.end_ns) for row in met for time in self._times)

    def _makes_progress(self, page: Sequence[Row]) -> bool:
        """Whether it brings something: to step on from a full page of known rows might never come to an end."""
        return not self._is_full(page) or any(map(self._is_unseen, page))

    def _steps(self, page: Sequence[Row], window: Window) -> list[Continuation]:
        """Ends inside the window at which the unread rest may begin: those already asked for, then the boldest first.

        A kind of guess that was wrong before is made again only where no other is left, and never in a crowd.
        """
        steps = []
        for time in self._times:
            oldest = self._oldest(page, time)
            if oldest is not None:
                units = (1, NS_PER_MS)
                steps += [Continuation((time.name, unit), (oldest // unit + 1) * unit) for unit in units]
        trusted = [step for step in steps if step.kind not in self._failed_kinds]
        if window.width_ns > NS_PER_MS:
            trusted = trusted or steps
        inside = (step for step in trusted if window.start_ns < step.end_ns < window.end_ns)
        return sorted(inside, key=lambda step: (not self._is_answered(window, step), step.end_ns))

    def _is_answered(self, window: Window, step: Continuation) -> bool:
        """Whether the request has been made: what an answer has told needs no other."""
        return Window(window.start_ns, step.end_ns) in self._answered

    @staticmethod
    def _oldest(page: Sequence[Row], time: RowTime) -> int | None:
        return min(present(time.earliest_ns(row) for row in page), default=None)

    def _read_in_parts(self, window: Window, page: Sequence[Row]) -> Iterator[list[Row]]:
        if window.width_ns == 1:
            if not (larger_page := self._larger_page(window)):
                raise UnpageableWindow(window, self._page_limit)
            yield self._unseen(larger_page)
            return
        middle = self._middle(window, page)
        later, earlier = Window(middle, window.end_ns), Window(window.start_ns, middle)
        if later.width_ns == NS_PER_MS and self._may_lie_in(later, page):
            # To ask for the crowded millisecond would bring the same page again.
            yield from self._read_in_parts(later, page)
        else:
            yield from self._read(later, within=page)
        yield from self._read(earlier, within=page)

    def _may_lie_in(self, window: Window, page: Sequence[Row]) -> bool:
        """Whether a page's rows, by one of their times, all come from a window at whose end they were met."""
        oldest = present(self._oldest(page, time) for time in self._times)
        return any(window.start_ns <= time <= window.end_ns for time in oldest)

    def _is_one_instant(self, window: Window, page: Sequence[Row], within: Sequence[Row]) -> bool:
        """Whether a full page seems to come from a single instant: cutting a millisecond brought it again."""
        if not self._is_full(page) or not 1 < window.width_ns < NS_PER_MS:
            return False
        return set(map(self._identity, page)) == set(map(self._identity, within))

    def _larger_page(self, window: Window) -> Sequence[Row]:
        """The whole window in one page of fewer than LARGER_LIMIT rows; no rows where the exchange serves no such."""
        if self._larger_pages is False:
            return []
        try:
            rows = self._fetch(window, LARGER_LIMIT)
            if self._larger_pages is None:
                self._larger_pages = self._serves_larger_pages(len(rows))
        except PageSizeRefused:
            self._larger_pages = False
            return []
        return rows if self._larger_pages and len(rows) < LARGER_LIMIT else []

    def _serves_larger_pages(self, rows: int) -> bool | None:
        """What `rows` in answer to LARGER_LIMIT say about that.

        Exactly a page of them say nothing: the exchange may have cut it, or there may be no more. Then the whole
        window, which is known to hold more, is asked for once.
        """
        whole = self._unproven
        if rows == self._page_limit and whole is not None and len(self._seen) > self._page_limit:
            rows, self._unproven = len(self._fetch(whole, LARGER_LIMIT)), None
            return rows > self._page_limit
        return True if rows > self._page_limit else None

    def _middle(self, window: Window, page: Sequence[Row]) -> int:
        """Where to cut: before the page's oldest ms, to set a crowded ms apart at once; else halfway, at a whole ms."""
        oldest = [self._oldest(page, time) for time in self._times]
        candidates = [time // NS_PER_MS * NS_PER_MS for time in present(oldest)]
        # Rows at an end that turns out inclusive.
        candidates = [cut - NS_PER_MS if cut == window.end_ns else cut for cut in candidates]
        candidates.append((window.start_ns + window.end_ns) // 2 // NS_PER_MS * NS_PER_MS)
        inside = [cut for cut in candidates if window.start_ns < cut < window.end_ns]
        return max(inside[:-1] or inside, default=(window.start_ns + window.end_ns) // 2)
