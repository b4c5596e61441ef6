"""A page of candles: in order, and cut by time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.retrievers.candles.page import CandlePage, candle_page
from unit_tests.support.builders import candle

opens = st.lists(st.integers(0, 1_000), max_size=20)


@given(opens)
def test_a_page_is_in_the_order_of_opening_whatever_order_it_came_in(times: list[int]) -> None:
    page = candle_page([candle(time, c=str(number)) for number, time in enumerate(times)])
    assert page.opens_ms == sorted(times)
    assert [row["t"] for row in page.rows] == sorted(times)
    assert sorted(row["c"] for row in page.rows) == sorted(map(str, range(len(times))))


@given(opens, st.integers(0, 1_000), st.integers(0, 1_000))
def test_a_part_of_a_page_holds_what_opens_in_its_time(times: list[int], begin_ms: int, end_ms: int) -> None:
    part = candle_page([candle(time) for time in times]).opening_in(begin_ms, end_ms)
    assert part.opens_ms == [time for time in sorted(times) if begin_ms <= time < end_ms]
    assert [row["t"] for row in part.rows] == part.opens_ms


def test_times_may_be_text() -> None:
    assert candle_page([candle(0, t="7"), candle(0, t="5")]).opens_ms == [5, 7]


def test_times_in_nanoseconds_are_told_by_their_length() -> None:
    page = candle_page([candle(1_786_921_620_000 * 1_000_000), candle(1_786_921_560_000)])
    assert page.opens_ms == [1_786_921_560_000, 1_786_921_620_000]


def test_an_empty_page_has_no_unsettled_candle() -> None:
    with pytest.raises(IndexError):
        CandlePage([], []).first_unsettled_ms(0)
