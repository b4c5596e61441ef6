"""An exchange that gives fewer rows than it is asked for: no row is lost, and an honest one costs hardly more."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_cryptocom.retrievers.history.window_widths import WindowWidths
from source_cryptocom.retrievers.paging import window_paginator
from source_cryptocom.retrievers.paging.page_size import FEWEST_ROWS, PageSize
from source_cryptocom.retrievers.paging.window_page import UnpageableWindow
from source_cryptocom.retrievers.paging.window_paginator import PAGE_LIMIT, WindowPaginator
from source_cryptocom.retrievers.paging.windows import Window
from unit_tests.support.window_reading import DAY_NS, TIMES, day_windows, read, reader_of, spread, trusting
from unit_tests.support.window_server import MS, START_NS, Order, Rules, WindowServer, orders, rules

DAYS = 6
END_NS = START_NS + DAYS * DAY_NS


def capped(served: Sequence[Order], cap: int, rule: Rules | None = None) -> WindowServer:
    """A server that gives at most `cap` rows, whatever is asked for."""
    rule = rule or Rules()
    return WindowServer(served, Rules(rule.filter_by, rule.order, rule.precision, "clamped", rule.inclusive_end), cap)


@pytest.mark.parametrize("filter_by", ["created", "updated"])
@pytest.mark.parametrize("cap", [5, 10, 50, 97, 99])
@pytest.mark.parametrize("count", [300, 2_000])
def test_rows_behind_a_page_smaller_than_asked_are_read(cap: int, count: int, filter_by: Any) -> None:
    server = capped(spread(count, DAYS), cap, Rules(filter_by))
    found = read(reader_of(server), START_NS, END_NS)
    assert sorted(found) == sorted(server.between(START_NS, END_NS))


@pytest.mark.parametrize("filter_by", ["created", "updated"])
@pytest.mark.parametrize("cap", [10, 30, 50, 97])
@pytest.mark.parametrize("pages_before", [1, 4, 15])
def test_where_pages_become_smaller_on_the_way_no_row_is_lost_without_a_word(
    pages_before: int, cap: int, filter_by: Any
) -> None:
    """Windows overlap by a row where that is near, and a page that lacks the row was cut."""
    days, doubts = 30, list[int]()
    server = WindowServer(spread(6_000, days), Rules(filter_by, large="clamped"))

    def fetch(window: Window, limit: int) -> list[dict[str, Any]]:
        server.page_limit = cap if len(server.asked) >= pages_before else 100
        return server.fetch(window, limit)

    size = PageSize(on_doubt=doubts.append)
    widths = WindowWidths(fetch, TIMES, page_size=size)
    reader = WindowPaginator(fetch, lambda row: row["order_id"], TIMES, fetch_page=widths.fetch_page, page_size=size)
    end_ns = START_NS + days * DAY_NS
    found = {
        row["order_id"]
        for window in widths.windows(START_NS, end_ns)
        for page in reader.read(window, widths.needed_from_ns, widths.read_to_ns, widths.begins_with_row)
        for row in page
    }
    lost = server.between(START_NS, end_ns) - found
    assert not lost or (doubts and len(lost) < 200), "one window at most, and told"


def leaves_out(server: WindowServer, hidden: Callable[[str], bool]) -> Callable[[Window, int], list[dict[str, Any]]]:
    """An exchange that leaves rows out of a page after it has counted them."""
    return lambda window, limit: [row for row in server.fetch(window, limit) if not hidden(row["order_id"])]


@pytest.mark.parametrize("percent", [1, 3, 10, 40])
@pytest.mark.parametrize("seed", range(3))
def test_rows_behind_a_page_that_lost_some_after_counting_are_read(percent: int, seed: int) -> None:
    random = Random(seed)
    server = WindowServer(spread(3_000, DAYS, seed))
    left_out = {str(number) for number in range(3_000) if random.random() < percent / 100}
    fetch = leaves_out(server, left_out.__contains__)
    reader = WindowPaginator(fetch, lambda row: row["order_id"], TIMES)
    found = read(reader, START_NS, END_NS)
    assert sorted(found) == sorted(server.between(START_NS, END_NS) - left_out)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_the_cap_every_row_comes_once_or_the_window_is_named(data: st.DataObject) -> None:
    span_ms = data.draw(st.sampled_from([1_000, 100_000, 2 * 86_400_000]), "span in ms")
    cap = data.draw(st.sampled_from([FEWEST_ROWS, 5, 10, 19]), "cap")
    server = capped(data.draw(orders(span_ms)), cap, data.draw(rules))
    end_ns = START_NS + (span_ms + 1) * MS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window_paginator, "LARGER_LIMIT", 200)
        try:
            found = read(reader_of(server, 20), START_NS, end_ns)
        except UnpageableWindow:
            assert server.most_that_no_window_parts() >= cap
        else:
            crowd = max_of_one_millisecond(server.orders)
            assert len(found) == len(set(found))
            # Of a page whose rows are all of one millisecond nothing can tell whether it was cut within it.
            assert crowd >= cap or set(found) >= server.between(START_NS, end_ns)


def max_of_one_millisecond(served: Sequence[Order]) -> int:
    counts: dict[int, int] = {}
    for order in served:
        for ms in {order.created // MS, order.updated // MS}:
            counts[ms] = counts.get(ms, 0) + 1
    return max(counts.values(), default=0)


@pytest.mark.parametrize("filter_by", ["created", "updated"])
@pytest.mark.parametrize("count", [30, 200, 1_500])
@pytest.mark.parametrize("seed", range(4))
def test_where_pages_are_whole_the_proof_costs_few_requests(count: int, seed: int, filter_by: Any) -> None:
    days = 30
    served = spread(count, days, seed)
    plain, proving = (WindowServer(served, Rules(filter_by)) for _ in range(2))
    end_ns = START_NS + days * DAY_NS
    read(WindowPaginator(plain.fetch, lambda row: row["order_id"], TIMES, page_size=trusting()), START_NS, end_ns)
    read(reader_of(proving), START_NS, end_ns)
    assert len(proving.asked) <= len(plain.asked) + 6


def test_a_row_from_what_was_read_before_says_that_a_page_is_whole() -> None:
    server = WindowServer(spread(20, 1))
    reader = reader_of(server)
    middle_ns = START_NS + DAY_NS // 2
    found = [row for page in reader.read(Window(START_NS, START_NS + DAY_NS), START_NS, middle_ns) for row in page]
    assert len(found) == 20
    assert len(server.asked) == 1


def test_what_is_not_needed_is_left_out_where_it_would_cost_a_request() -> None:
    server = WindowServer(spread(300, 1))
    needed_ns = START_NS + 9 * DAY_NS // 10
    reader = reader_of(server)
    found = {row["order_id"] for page in reader.read(Window(START_NS, START_NS + DAY_NS), needed_ns) for row in page}
    assert len(server.asked) == 1
    assert len(found) == PAGE_LIMIT
    assert found >= server.between(needed_ns, START_NS + DAY_NS)


def test_a_page_that_was_cut_is_read_on_from_without_another_request() -> None:
    server = capped(spread(30, 1), 10)
    read(reader_of(server), START_NS, START_NS + DAY_NS)
    assert len(server.asked) == len(set(server.asked))
    assert len(server.asked) <= 6


def test_one_or_two_rows_need_no_proof() -> None:
    server = WindowServer([Order(day, START_NS + day * DAY_NS + 5, START_NS + day * DAY_NS + 5) for day in range(5)])
    read(reader_of(server), START_NS, START_NS + 5 * DAY_NS)
    assert [window for window, _ in server.asked] == list(day_windows(START_NS, START_NS + 5 * DAY_NS))


def test_a_method_is_proven_once_for_all_that_read_it() -> None:
    size = PageSize()
    server = WindowServer(spread(40, 1))
    for _ in range(3):
        reader = WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES, page_size=size)
        list(reader.read(Window(START_NS, START_NS + DAY_NS)))
    assert len(server.asked) == 5, "the proof, and one more of a page as full"
