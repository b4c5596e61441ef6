"""How many rows one method gives at most, and whether a page with fewer than were asked for may have been cut. Pure.

The exchange may serve smaller pages than it is asked for, or leave rows out after it has counted them. What an answer
proves:

    Where a request behind a page brings nothing new, pages of that many rows are not cut for their size.
    Where it brings a row, they are. Then no size says anything any more: 97 of a hundred may be followed by 95.
    A page as large as it was asked for rules out a smaller limit, for as long as the exchange does not lower it. It
    says little of pages that are nearly full, for one that lost a few rows after counting looks like them.

So the fullest page is proven, a nearly as full one once more, and after a page that was cut, or that says itself that
there is more, each page is. One or two rows are taken for all there is: no method has a page so small.

The exchange may lower its limit while a sync runs. Then a page as full as one that was whole is cut. Two things show
it: a page lacks the known row that its window begins with, or two pages, one after the other, are of one size. Pages
before that may have been cut as well, and nothing can tell.
"""

from collections.abc import Callable

FEWEST_ROWS = 3
"""A page with fewer needs no proof."""
NEARLY_FULL = 0.9
"""Of the rows asked for. An exchange that leaves more of them out does not fill any page."""
TELLING_ROWS = 10
"""Two pages in a row with one number of rows, and no fewer, are suspicious ..."""
MOST_COINCIDENCES = 1
"""... so many times in a sync."""
SIMILAR = 0.8
"""Of the rows of a page that is proven to be whole: one so full is proven as well, once."""


class PageSize:
    """What the answers of one method have proven in this sync. Its readers share it; a race costs a request at most.

    Each is called once: `on_cut` with the rows of the first page that was cut though it was not full, `on_doubt` with
    the rows of an earlier page that may have been cut as well, `on_false_alarm` where an answer announced more rows and
    none came.
    """

    def __init__(
        self,
        on_cut: Callable[[int], None] = lambda rows: None,
        on_doubt: Callable[[int], None] = lambda rows: None,
        on_false_alarm: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_cut, self._on_doubt, self._on_false_alarm = on_cut, on_doubt, on_false_alarm
        self._whole_rows = 0
        self._confirmed = False
        self._cut_rows: int | None = None
        self._saw_full_page = False
        self._trusted_rows = self._last_trusted = 0
        self._coincidences = 0
        self._announced = self._told_of_doubt = self._told_of_false_alarm = False

    @property
    def cut_rows(self) -> int | None:
        """The size of the smallest page that was cut though it was not full; None where none was."""
        return self._cut_rows

    def is_full(self, rows: int, asked: int) -> bool:
        """Whether a page is as large as they come: there is no need to ask whether it was cut."""
        if rows >= asked:
            self._saw_full_page = True
            return True
        return self._cut_rows is not None and rows >= self._cut_rows

    def may_be_cut(self, rows: int, asked: int, after_full: bool = False) -> bool:
        """Whether a page that is not full may lack rows all the same. `after_full`: the one before it was full."""
        if self._cut_rows is not None or self._announced:
            return rows > 0
        if rows < FEWEST_ROWS:
            return False
        if rows == self._last_trusted and rows >= TELLING_ROWS and self._coincidences < MOST_COINCIDENCES:
            self._coincidences += 1
            return True
        if self._saw_full_page and rows < NEARLY_FULL * asked:
            return self._whole_rows == 0 and not after_full
        if rows > self._whole_rows:
            return True
        return not self._confirmed and rows >= SIMILAR * self._whole_rows

    def announced_more(self) -> None:
        """An answer that is not full says that there are more rows than it holds."""
        self._announced = True

    def was_trusted(self, rows: int) -> None:
        """A page of so many rows is taken for whole, without a proof."""
        self._trusted_rows = max(self._trusted_rows, rows)
        self._last_trusted = rows

    def was_whole(self, rows: int) -> None:
        """Nothing came from behind a page of so many rows."""
        if self._announced and not self._told_of_false_alarm:
            self._told_of_false_alarm = True
            self._on_false_alarm()
        self._confirmed = self._confirmed or (self._whole_rows > 0 and rows >= SIMILAR * self._whole_rows)
        self._whole_rows = max(self._whole_rows, rows)

    def was_cut(self, rows: int) -> None:
        """Something did."""
        if self._cut_rows is None:
            self._on_cut(rows)
        self._cut_rows = min(rows, self._cut_rows or rows)
        if self._trusted_rows >= SIMILAR * rows and not self._told_of_doubt:
            self._told_of_doubt = True
            self._on_doubt(self._trusted_rows)
