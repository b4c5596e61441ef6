"""Reading a window takes near the least number of requests that it can."""

from itertools import product
from random import Random
from typing import Any

import pytest

from source_cryptocom.retrievers.paging.window_paginator import LARGER_LIMIT, PAGE_LIMIT, WindowPaginator
from source_cryptocom.retrievers.paging.windows import Window
from unit_tests.support.window_reading import DAY_NS, TIMES, read, reader_of, spread, to_the_ms
from unit_tests.support.window_server import MS, START_NS, Order, Rules, WindowServer

# Every precision, filter and order; a limit above the page's that is served, and an exclusive end.
ORDINARY = [
    Rules(filter_by, order, precision)  # type: ignore[arg-type]
    for filter_by, order, precision in product(
        ("created", "updated"), ("newest first", "oldest first"), ("ns", "ms", "rows to the ms")
    )
]


def reader_without_times(server: WindowServer) -> WindowPaginator:
    """Its rows show nothing of the times by which the exchange finds them."""

    def fetch(window: Window, limit: int) -> list[dict[str, Any]]:
        return [{"order_id": row["order_id"]} for row in server.fetch(window, limit)]

    return WindowPaginator(fetch, lambda row: row["order_id"], TIMES)


def test_a_day_without_rows_costs_one_request() -> None:
    server = WindowServer([])
    assert read(reader_of(server), START_NS, START_NS + 3 * DAY_NS) == []
    assert [window.start_ns for window, _ in server.asked] == [START_NS + day * DAY_NS for day in range(3)]


@pytest.mark.parametrize("rule", ORDINARY, ids=str)
def test_requests_stay_near_the_least_possible(rule: Rules) -> None:
    days, count = 30, 4_000
    server = WindowServer(spread(count, days), rule)
    found = read(reader_of(server), START_NS, START_NS + days * DAY_NS)
    assert set(found) == server.between(START_NS, START_NS + days * DAY_NS)
    assert len(server.asked) <= 1.1 * (count / PAGE_LIMIT + days) + 5


@pytest.mark.parametrize("rule", ORDINARY, ids=str)
def test_a_cancel_all_of_hundreds_of_orders_in_one_millisecond_is_read_whole(rule: Rules) -> None:
    crowd = [Order(number, START_NS + DAY_NS // 3 + number, START_NS + DAY_NS // 3 + number) for number in range(450)]
    others = [Order(1_000 + order.number, order.created, order.updated) for order in spread(300, 1)]
    server = WindowServer([*crowd, *others], rule)
    found = read(reader_of(server), START_NS, START_NS + DAY_NS)
    assert sorted(found) == sorted(server.between(START_NS, START_NS + DAY_NS))
    assert len(server.asked) <= 16


def test_rows_without_a_readable_time_are_read_by_halves() -> None:
    server = WindowServer(spread(300, 1))
    reader = reader_without_times(server)
    assert sorted(read(reader, START_NS, START_NS + DAY_NS)) == sorted(server.between(START_NS, START_NS + DAY_NS))
    assert len(server.asked) <= 15


def test_a_refused_limit_is_not_asked_for_again() -> None:
    first, second = START_NS + 5 * MS, START_NS + 5_000 * MS
    crowds = [Order(number, at + number, START_NS + DAY_NS // 2) for at in (first, second) for number in range(250)]
    server = WindowServer(
        [Order(number, order.created, order.updated) for number, order in enumerate(crowds)],
        Rules(precision="ns", large="refused"),
    )
    reader = WindowPaginator(to_the_ms(server.fetch), lambda row: row["order_id"], TIMES)
    assert len(read(reader, START_NS, START_NS + DAY_NS)) == 500
    assert [limit for _, limit in server.asked].count(LARGER_LIMIT) == 1


@pytest.mark.parametrize("rule", ORDINARY, ids=str)
def test_a_crowd_is_set_apart_at_once_and_not_by_halving_the_day(rule: Rules) -> None:
    at_ns = START_NS + DAY_NS // 8 + 5 * MS
    server = WindowServer([Order(number, at_ns + number, at_ns + number) for number in range(450)], rule)
    assert len(read(reader_of(server), START_NS, START_NS + DAY_NS)) == 450
    # One of them proves the second of two pages of one size: the exchange may have lowered its limit.
    assert len(server.asked) <= 10


@pytest.mark.parametrize(("large", "most"), [("clamped", 22), ("refused", 19), ("served", 7)])
def test_in_a_crowded_millisecond_a_wrong_guess_is_not_repeated(large: Any, most: int) -> None:
    ended_ns = START_NS + 5 * MS
    cancelled = [Order(number, START_NS - number * 1_000 * MS, ended_ns + number * 1_000) for number in range(450)]
    server = WindowServer(cancelled, Rules(filter_by="updated", large=large))
    assert len(read(reader_of(server), START_NS, START_NS + DAY_NS)) == 450
    assert len(server.asked) <= most


def test_a_window_is_cut_at_whole_milliseconds_as_long_as_it_can_be() -> None:
    orders = [Order(number, START_NS + (1_000 + number // 90) * MS, START_NS) for number in range(450)]
    server = WindowServer(orders, Rules(large="refused"))
    reader = reader_without_times(server)
    assert len(read(reader, START_NS, START_NS + DAY_NS)) == 450
    assert all(window.start_ns % MS == window.end_ns % MS == 0 for window, _ in server.asked)
    assert LARGER_LIMIT not in {limit for _, limit in server.asked}


def test_a_larger_page_is_asked_for_once_a_split_millisecond_keeps_its_rows() -> None:
    orders = [Order(number, START_NS + 1_000 * MS + number, START_NS) for number in range(150)]
    server = WindowServer(orders, Rules(precision="ms"))
    assert len(read(reader_of(server), START_NS + 1_000 * MS, START_NS + 1_001 * MS)) == 150
    assert [limit for _, limit in server.asked].count(LARGER_LIMIT) == 1
    assert len(server.asked) <= 5


@pytest.mark.parametrize("large", ["clamped", "refused"])
def test_a_crowd_that_nanoseconds_part_needs_no_larger_page(large: Any) -> None:
    crowd = [Order(number, START_NS + number, START_NS + 5 * MS + number * 7_000) for number in range(130)]
    server = WindowServer(crowd, Rules(filter_by="updated", large=large))
    assert len(read(reader_of(server), START_NS, START_NS + DAY_NS)) == 130
    assert {limit for _, limit in server.asked} == {PAGE_LIMIT}


def test_a_millisecond_is_cut_before_a_larger_page_is_asked_for() -> None:
    server = WindowServer([Order(number, START_NS + number * 7_000, START_NS) for number in range(130)])
    assert len(read(reader_without_times(server), START_NS, START_NS + DAY_NS)) == 130
    assert {limit for _, limit in server.asked} == {PAGE_LIMIT}


def test_guesses_that_were_all_wrong_before_are_not_made_again_within_a_millisecond() -> None:
    """By the only time that its rows show, the exchange does not filter: what ended last was created first."""
    crowd_ns = START_NS + DAY_NS
    day = [
        Order(number, START_NS + number * DAY_NS // 300, crowd_ns - 1 - number * DAY_NS // 300) for number in range(300)
    ]
    crowd = [Order(300 + number, crowd_ns + number, crowd_ns + MS - 1 - number * 7_000) for number in range(130)]
    server = WindowServer([*day, *crowd], Rules("updated", large="refused"))
    reader = WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES[:1])
    assert len(read(reader, START_NS, crowd_ns)) == 300
    server.asked.clear()
    assert len(read(reader, crowd_ns, crowd_ns + MS)) == 130
    assert [window.width_ns for window, _ in server.asked] == [MS, MS // 2, MS // 2]


@pytest.mark.parametrize("filter_by", ["created", "updated"])
@pytest.mark.parametrize("precision", ["ns", "ms", "rows to the ms"])
def test_rows_at_an_end_that_turns_out_inclusive_are_set_apart_at_once(filter_by: Any, precision: Any) -> None:
    at_ns = START_NS + DAY_NS // 3
    crowd = [Order(number, at_ns, at_ns) for number in range(450)]
    server = WindowServer(
        [*crowd, *spread(60, 1, first=450)], Rules(filter_by, precision=precision, inclusive_end=True)
    )
    assert set(read(reader_of(server), START_NS, START_NS + DAY_NS)) == server.between(START_NS, START_NS + DAY_NS)
    assert len(server.asked) <= 10


@pytest.mark.parametrize("days", [1, 2, 5, 20])
@pytest.mark.parametrize("filter_by", ["created", "updated"])
@pytest.mark.parametrize("seed", range(8))
def test_130_of_900_orders_in_one_millisecond_cost_no_more_than_promised(seed: int, filter_by: Any, days: int) -> None:
    ended_ns = START_NS + Random(seed).randrange(days * DAY_NS) // MS * MS
    cancelled = [
        Order(number, ended_ns - (3_600 + number * 7) * 1_000 * MS, ended_ns + number * MS // 130)
        for number in range(130)
    ]
    server = WindowServer([*cancelled, *spread(770, days, seed, first=130)], Rules(filter_by, large="refused"))
    found = read(reader_of(server), START_NS, START_NS + days * DAY_NS)
    assert sorted(found) == sorted(server.between(START_NS, START_NS + days * DAY_NS))
    assert len(server.asked) <= 1.1 * (900 / PAGE_LIMIT + days) + 5


@pytest.mark.parametrize("filter_by", ["created", "updated"])
@pytest.mark.parametrize("precision", ["ns", "ms"])
def test_whichever_time_the_exchange_filters_by_is_found_out_within_a_few_requests(
    filter_by: Any, precision: Any
) -> None:
    moments = [START_NS + (number * 91 % 950) * 90_000 * MS + number for number in range(950)]
    orders = [
        Order(number, moments[number], START_NS + DAY_NS - 1 - moments[number] + START_NS) for number in range(950)
    ]
    server = WindowServer(orders, Rules(filter_by, precision=precision))
    assert len(read(reader_of(server), START_NS, START_NS + DAY_NS)) == 950
    assert len(server.asked) <= 13


def test_the_next_page_ends_just_after_the_oldest_row_of_the_last_one() -> None:
    orders = [Order(number, START_NS + number * 1_000 * MS + 6, START_NS + DAY_NS) for number in range(150)]
    server = WindowServer(orders)
    read(reader_of(server), START_NS, START_NS + DAY_NS)
    assert [window.end_ns for window, _ in server.asked] == [START_NS + DAY_NS, START_NS + 50_000 * MS + 7]


def test_where_only_milliseconds_are_known_it_ends_with_the_oldest_rows_millisecond() -> None:
    orders = [Order(number, START_NS - 1, START_NS + number * 1_000 * MS + 7) for number in range(150)]
    server = WindowServer(orders, Rules(filter_by="updated"))
    read(reader_of(server), START_NS, START_NS + DAY_NS)
    assert server.asked[-1][0].end_ns == START_NS + 50_001 * MS
    assert len(server.asked) <= 4


def test_a_guess_that_was_refuted_is_made_last_from_then_on() -> None:
    orders = [Order(number, START_NS + number * 100_000 * MS, START_NS + DAY_NS) for number in range(800)]
    server = WindowServer(orders, Rules(precision="ms"))
    read(reader_of(server), START_NS, START_NS + DAY_NS)
    assert len(server.asked) <= 8 + 2
