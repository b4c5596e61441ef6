"""Windows of account history are read whole, or the sync fails with a sentence that names the window."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_cryptocom.retrievers.paging import window_paginator
from source_cryptocom.retrievers.paging.window_page import PageSizeRefused, UnpageableWindow
from source_cryptocom.retrievers.paging.window_paginator import LARGER_LIMIT, PAGE_LIMIT, WindowPaginator
from source_cryptocom.retrievers.paging.windows import Window
from unit_tests.support.width_server import WidthServer
from unit_tests.support.window_reading import DAY_NS, TIMES, day_windows, newest_day, read, reader_of, spread, to_the_ms
from unit_tests.support.window_server import MS, START_NS, Order, Rules, WindowServer, orders, rules

SPAN_MS = 2 * 86_400_000


@settings(max_examples=150)
@given(st.data())
def test_every_row_comes_once_or_the_window_is_named(data: st.DataObject) -> None:
    span_ms = data.draw(st.sampled_from([10, 1_000, 100_000, SPAN_MS]), "span in ms")
    page_limit = data.draw(st.sampled_from([2, 3, 5, 10]), "page limit")
    server = WindowServer(data.draw(orders(span_ms)), data.draw(rules), page_limit)
    end_ns = START_NS + (span_ms + 1) * MS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window_paginator, "LARGER_LIMIT", 10 * page_limit)
        try:
            found = read(reader_of(server, page_limit), START_NS, end_ns)
        except UnpageableWindow:
            assert server.most_that_no_window_parts() >= page_limit
        else:
            assert set(found) >= server.between(START_NS, end_ns)
            assert len(found) == len(set(found))


@pytest.mark.slow
@settings(max_examples=300)
@given(st.data())
def test_no_request_is_made_twice(data: st.DataObject) -> None:
    span_ms = data.draw(st.sampled_from([2, 10, 1_000, SPAN_MS]), "span in ms")
    page_limit = data.draw(st.sampled_from([2, 3, 5, 10]), "page limit")
    server = WindowServer(data.draw(orders(span_ms)), data.draw(rules), page_limit)
    ends = data.draw(st.lists(st.integers(1, span_ms), min_size=1, max_size=5, unique=True).map(sorted), "ends in ms")
    reader = reader_of(server, page_limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window_paginator, "LARGER_LIMIT", 10 * page_limit)
        with suppress(UnpageableWindow):
            for start_ms, end_ms in pairwise([0, *ends]):
                for _ in reader.read(Window(START_NS + start_ms * MS, START_NS + end_ms * MS)):
                    pass
    assert len(server.asked) == len(set(server.asked))


def test_orders_of_one_nanosecond_are_read_by_a_larger_page() -> None:
    server = WindowServer([Order(number, START_NS + 5, START_NS + 5) for number in range(LARGER_LIMIT - 1)])
    assert len(set(read(reader_of(server), START_NS, START_NS + DAY_NS))) == LARGER_LIMIT - 1
    assert LARGER_LIMIT in {limit for _, limit in server.asked}


@pytest.mark.parametrize("elsewhere", [1, 60, 350])
@pytest.mark.parametrize("precision", ["ms", "rows to the ms"])
def test_exactly_a_page_of_rows_in_one_millisecond_is_read_by_a_larger_page(precision: Any, elsewhere: int) -> None:
    crowd = [Order(number, START_NS + 9 * MS + number, START_NS + 9 * MS) for number in range(PAGE_LIMIT)]
    others = spread(elsewhere, 1, first=PAGE_LIMIT)
    server = WindowServer([*crowd, *others], Rules(precision=precision, large="served"))
    found = read(reader_of(server), START_NS, START_NS + DAY_NS)
    assert sorted(found) == sorted(server.between(START_NS, START_NS + DAY_NS))


@pytest.mark.parametrize("precision", ["ns", "ms", "rows to the ms"])
def test_more_than_a_page_of_rows_at_a_windows_start_is_read_by_a_larger_page(precision: Any) -> None:
    crowd = [Order(number, START_NS, START_NS) for number in range(150)]
    server = WindowServer([*crowd, *spread(60, 1, first=150)], Rules(precision=precision))
    found = read(reader_of(server), START_NS, START_NS + DAY_NS)
    assert sorted(found) == sorted(server.between(START_NS, START_NS + DAY_NS))


def test_two_crowds_in_neighbouring_nanoseconds_are_read_by_larger_pages() -> None:
    crowds = [Order(number, START_NS + 7 + number % 2, START_NS) for number in range(500)]
    server = WindowServer(crowds)
    assert len(set(read(reader_of(server), START_NS, START_NS + DAY_NS))) == 500


A_PAGE_IN_ONE_MS = [Order(number, START_NS + 9 * MS + 750_000 + number, START_NS) for number in range(PAGE_LIMIT)]
LATER_NS = START_NS + 2 * DAY_NS + 5
LATER_CROWD = [Order(1_000 + number, LATER_NS, LATER_NS) for number in range(150)]


def test_a_larger_page_that_brings_exactly_a_page_does_not_rule_larger_pages_out() -> None:
    server = WindowServer([*A_PAGE_IN_ONE_MS, *LATER_CROWD])
    reader = WindowPaginator(to_the_ms(server.fetch), lambda row: row["order_id"], TIMES)
    assert len(read(reader, START_NS, START_NS + 3 * DAY_NS)) == 250


def test_nor_does_an_answer_to_a_window_wider_than_a_day_which_may_be_truncated() -> None:
    others = [Order(500 + number, START_NS + DAY_NS + number * MS, START_NS) for number in range(60)]
    server = WidthServer([*A_PAGE_IN_ONE_MS, *others, *LATER_CROWD], beyond="cut")
    reader = WindowPaginator(
        to_the_ms(server.fetch),
        lambda row: row["order_id"],
        TIMES,
        fetch_page=newest_day(to_the_ms(server.fetch)),
    )
    windows = [Window(START_NS, START_NS + 2 * DAY_NS), Window(START_NS + 2 * DAY_NS, START_NS + 3 * DAY_NS)]
    assert len([row for window in windows for page in reader.read(window) for row in page]) == 310


@pytest.mark.parametrize("large", ["clamped", "refused"])
def test_exactly_a_page_of_rows_in_one_millisecond_is_a_sentence_where_they_are_not(large: Any) -> None:
    crowd = [Order(number, START_NS + 9 * MS + number, START_NS + 9 * MS) for number in range(PAGE_LIMIT)]
    others = spread(60, 1, first=PAGE_LIMIT)
    server = WindowServer([*crowd, *others], Rules(precision="ms", large=large))
    with pytest.raises(UnpageableWindow):
        read(reader_of(server), START_NS, START_NS + DAY_NS)
    assert len(server.asked) < 80


@pytest.mark.parametrize("large", ["clamped", "refused"])
def test_nanoseconds_split_a_crowded_millisecond_if_no_larger_page_is_served(large: Any) -> None:
    crowd = [Order(number, START_NS + number, START_NS + 7 * MS) for number in range(450)]
    server = WindowServer(crowd, Rules(large=large))
    found = read(reader_of(server), START_NS, START_NS + DAY_NS)
    assert sorted(found) == sorted(server.between(START_NS, START_NS + DAY_NS))


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (Rules(large="clamped"), PAGE_LIMIT + 1),
        (Rules(large="refused"), PAGE_LIMIT + 1),
        (Rules(precision="ms", large="refused"), PAGE_LIMIT + 1),
        (Rules(precision="rows to the ms", large="clamped"), PAGE_LIMIT + 1),
        (Rules(order="oldest first", large="served"), LARGER_LIMIT),
    ],
    ids=str,
)
def test_more_rows_in_one_instant_than_any_page_holds_fail_with_the_window(rule: Rules, count: int) -> None:
    at_ns = START_NS + 1_234 * MS + 567
    server = WindowServer([Order(number, at_ns, at_ns) for number in range(count)], rule)
    with pytest.raises(UnpageableWindow) as raised:
        read(reader_of(server), START_NS, START_NS + DAY_NS)
    said = str(raised.value)
    assert "2023-11-14T22:13:21.234Z" in said
    assert f"holds more than {PAGE_LIMIT} rows in one instant" in said
    assert "the saved state ends before it" in said
    assert len(server.asked) < 120


def test_a_window_says_when_it_is_in_words_and_in_nanoseconds() -> None:
    window = Window(START_NS + 1, START_NS + 5 * MS)
    assert str(window) == (
        "2023-11-14T22:13:20.000Z to 2023-11-14T22:13:20.005Z (ns 1700000000000000001 to 1700000000005000000)"
    )
    assert window.width_ns == 5 * MS - 1


def test_a_stuck_window_is_one_sentence_for_the_user() -> None:
    assert str(UnpageableWindow(Window(0, 1), 100)) == (
        "The window 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:00.000Z (ns 0 to 1) holds more than 100 rows in one "
        "instant and the exchange offers no way to tell them apart, so it cannot be read to its end; the saved "
        "state ends before it. Please report this."
    )


@pytest.mark.parametrize(
    ("row", "time_ns"),
    [
        ({"create_time_ns": "1700000000000000123", "create_time": 1}, 1_700_000_000_000_000_123),
        ({"create_time_ns": 5, "create_time": 1}, 5),
        ({"create_time": "1700000000000"}, 1_700_000_000_000_000_000),
        ({"create_time_ns": None, "create_time": 2}, 2_000_000),
        ({"create_time_ns": "", "create_time": 2}, 2_000_000),
        ({"create_time_ns": "soon", "create_time": "soon"}, None),
        ({"update_time": 5}, None),
        ({}, None),
    ],
)
def test_a_rows_time_is_taken_to_the_nanosecond_where_it_has_one(row: dict[str, Any], time_ns: int | None) -> None:
    assert TIMES[0].earliest_ns(row) == time_ns


def test_a_time_is_named_by_its_finest_field() -> None:
    assert [time.name for time in TIMES] == ["create_time_ns", "update_time"]


def test_a_row_at_an_end_that_turns_out_inclusive_is_given_once() -> None:
    at_midnight = Order(1, START_NS + DAY_NS, START_NS + DAY_NS)
    server = WindowServer([at_midnight], Rules(inclusive_end=True))
    assert read(reader_of(server), START_NS, START_NS + 2 * DAY_NS) == ["1"]
    assert len(server.asked) == 2


def test_a_row_is_remembered_for_one_window_only_so_that_memory_does_not_grow() -> None:
    row = {"order_id": "1"}
    pages: list[Sequence[dict[str, Any]]] = [[row], [], [row]]
    reader = WindowPaginator(lambda window, limit: pages.pop(0), lambda row: row["order_id"], TIMES)
    found = [list(reader.read(window)) for window in day_windows(START_NS, START_NS + 3 * DAY_NS)]
    assert found == [[[row]], [[]], [[row]]]


def test_a_page_is_handed_on_before_the_next_one_is_asked_for() -> None:
    server = WindowServer(spread(350, 1))
    pages = reader_of(server).read(Window(START_NS, START_NS + DAY_NS))
    assert len(next(pages)) == PAGE_LIMIT
    assert len(server.asked) == 1


def test_the_part_of_a_window_that_a_page_does_not_vouch_for_is_read_too() -> None:
    server = WindowServer([Order(day, START_NS + day * DAY_NS, START_NS + day * DAY_NS) for day in range(3)])
    reader = WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES, fetch_page=newest_day(server.fetch))
    pages = reader.read(Window(START_NS, START_NS + 3 * DAY_NS))
    assert [row["order_id"] for page in pages for row in page] == ["2", "1", "0"]


def test_limit_refused_is_only_expected_of_a_larger_page() -> None:
    def refuse(window: Window, limit: int) -> list[dict[str, Any]]:
        raise PageSizeRefused

    with pytest.raises(PageSizeRefused):
        list(WindowPaginator(refuse, lambda row: row["order_id"], TIMES).read(Window(START_NS, START_NS + DAY_NS)))
