"""When what is left of a long reading is shared, and where it is cut."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.retrievers.paging.windows import Window
from source_cryptocom.retrievers.trades.split_window import MAX_PAGES, MAX_PARTS, PAGES_WORTH_SHARING, split_window
from unit_tests.support.builders import DAY_MS
from unit_tests.support.trade_market import MS, NOW_NS, SECOND_NS

BEGIN_NS = NOW_NS - 12 * 3_600 * SECOND_NS

parts = st.builds(
    lambda start, width: Window(start, start + width), st.integers(0, NOW_NS), st.integers(1, 60 * DAY_MS * MS)
)


@given(parts, st.floats(0, 1), st.integers(0, 10**9), st.integers(1, 100))
def test_parts_cover_the_rest_once_and_meet_at_whole_milliseconds(
    part: Window, where: float, span_ns: int, pages: int
) -> None:
    oldest_ns = part.start_ns + int(where * (part.width_ns - 1))
    found = split_window(part, oldest_ns, oldest_ns + span_ns, pages)
    if not found:
        return
    assert len(found) <= MAX_PARTS
    assert oldest_ns < found[0].end_ns <= oldest_ns + min(MS, span_ns)
    assert found[-1].start_ns == part.start_ns
    _overlaps(found)


def _overlaps(found: Sequence[Window]) -> None:
    for newer, older in pairwise(found):
        assert newer.start_ns == older.end_ns
        assert older.end_ns % MS == 0
    assert all(window.width_ns > 0 for window in found)


@pytest.mark.parametrize(
    ("pages", "left", "count"),
    [
        (1, 100, 0),  # one page tells too little
        (2, PAGES_WORTH_SHARING, 0),
        (2, PAGES_WORTH_SHARING + 2, 2),
        (2, 42, 7),
        (2, 4_000, MAX_PARTS),
        (MAX_PAGES, 1, 1),
    ],
)
def test_a_rest_is_shared_where_it_looks_long(pages: int, left: int, count: int) -> None:
    page_ns = 60 * SECOND_NS
    part = Window(NOW_NS - (pages + left) * page_ns, NOW_NS)
    oldest_ns = NOW_NS - pages * page_ns
    assert len(split_window(part, oldest_ns, oldest_ns + page_ns, pages)) == count


def test_a_page_within_one_millisecond_tells_nothing() -> None:
    part = Window(BEGIN_NS, NOW_NS)
    assert split_window(part, NOW_NS - SECOND_NS, NOW_NS - SECOND_NS + MS - 1, 5) == []
    assert split_window(part, NOW_NS - SECOND_NS, NOW_NS - SECOND_NS + MS, 5) != []


def test_nothing_is_left_where_the_stretch_begins() -> None:
    assert split_window(Window(BEGIN_NS, NOW_NS), BEGIN_NS, NOW_NS, MAX_PAGES) == []
