"""Stretches of time to the nanosecond, and what a row's time says about them."""

import pytest

from source_cryptocom.retrievers.paging.windows import RowTime, Window, last_day
from unit_tests.support.builders import NOW_MS

CREATED = RowTime("create_time", "create_time_ns")
END_NS = 5_000_000


def test_the_last_day_is_the_24_hours_that_end_now() -> None:
    now_ns = NOW_MS * 1_000_000
    assert last_day(NOW_MS) == Window(now_ns - 24 * 3_600 * 1_000_000_000, now_ns)


@pytest.mark.parametrize("time_ns", [0, END_NS - 1, END_NS, END_NS + 999_999])
def test_a_row_up_to_a_millisecond_after_an_end_may_lie_before_it(time_ns: int) -> None:
    assert CREATED.may_lie_before({"create_time_ns": str(time_ns)}, END_NS)


def test_a_row_a_millisecond_after_an_end_or_without_a_time_does_not() -> None:
    assert not CREATED.may_lie_before({"create_time_ns": str(END_NS + 1_000_000)}, END_NS)
    assert not CREATED.may_lie_before({}, END_NS)
