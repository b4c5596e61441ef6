"""Windows grow as far as the exchange's own answers prove that it serves them, and never further."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_cryptocom.retrievers.history.window_widths import PAGES_PER_WINDOW, WindowWidths
from source_cryptocom.retrievers.paging.page_size import PageSize
from source_cryptocom.retrievers.paging.window_page import UnpageableWindow
from source_cryptocom.retrievers.paging.window_paginator import WindowPaginator
from source_cryptocom.retrievers.paging.windows import Window
from unit_tests.support.width_server import WidthServer
from unit_tests.support.window_reading import DAY_NS, TIMES, read, spread, trusting
from unit_tests.support.window_server import MS, START_NS, Order, Rules, rules

WEEK_NS = 7 * DAY_NS


def read_all(server: Any, days: int, page_limit: int = 100) -> list[str]:
    """What is found in `days` from START_NS. Fails where a window is claimed that was not read to its end."""
    size = PageSize()
    widths = WindowWidths(server.fetch, TIMES, page_limit, size)
    paginator = WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES, page_limit, widths.fetch_page, size)
    found: list[str] = []
    known: set[str] = set()
    read_to_ns, end_ns = START_NS, START_NS + days * DAY_NS
    for window in widths.windows(START_NS, end_ns):
        assert window.start_ns <= read_to_ns < window.end_ns <= end_ns
        for page in paginator.read(window, widths.needed_from_ns, widths.read_to_ns):
            found += [row["order_id"] for row in page]
            known.update(row["order_id"] for row in page)
        assert server.must_be_found(read_to_ns, window.end_ns) <= known, "what a state would claim"
        read_to_ns = window.end_ns
        assert widths.proven_ns <= max(server.serves_ns, DAY_NS), "the proof"
    assert read_to_ns == end_ns
    assert len(found) == len(known), "nothing twice"
    assert len(server.asked) == len(set(server.asked)), "no request twice"
    return found


@st.composite
def histories(draw: st.DrawFn, days: int) -> list[Order]:
    """Orders of quiet and of busy stretches, with ties; some end at once, others weeks later."""
    stretches = st.tuples(st.integers(0, days * 24 - 1), st.sampled_from([0, 1, 24, 24 * 7, 24 * 60]))
    found: list[Order] = []
    for begin, hours in draw(st.lists(stretches, max_size=6)):
        random = Random(draw(st.integers(0, 1_000)))
        for _ in range(draw(st.sampled_from([1, 2, 5, 15, 40]))):
            last_ms = min(hours * 3_600_000, days * 86_400_000 - begin * 3_600_000 - 1)
            created = START_NS + (begin * 3_600_000 + random.randint(0, last_ms)) * MS + random.choice([0, 1, MS - 1])
            lived_ms = random.choice([0, 0, 1, random.randrange(3_600_000), random.randrange(40 * 86_400_000)])
            found.append(Order(len(found), created, created + lived_ms * MS))
    return found


WIDTHS = [DAY_NS, DAY_NS + 1, 2 * DAY_NS - 1, 3 * DAY_NS, WEEK_NS - 1, WEEK_NS, 30 * DAY_NS, 90 * DAY_NS]
BEYOND = ["whole", "cut", "empty", "refused"]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_nothing_is_lost_nor_twice_and_no_window_is_claimed_that_was_withheld(data: st.DataObject) -> None:
    days = data.draw(st.sampled_from([1, 2, 3, 8, 45, 180]), "days")
    page_limit = data.draw(st.sampled_from([3, 5, 20]), "page limit")
    orders = data.draw(histories(days), "orders")
    late = data.draw(st.dictionaries(st.integers(0, 40), st.integers(1, 30), max_size=3), "late")
    server = WidthServer(
        orders,
        data.draw(rules, "rules"),
        data.draw(st.sampled_from(BEYOND), "beyond"),
        data.draw(st.sampled_from(WIDTHS), "width"),
        page_limit,
        {number: requests for number, requests in late.items() if number < len(orders)},
    )
    try:
        read_all(server, days, page_limit)
    except UnpageableWindow:
        assert server.most_that_no_window_parts() >= page_limit


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_where_only_a_day_is_served_a_few_requests_go_to_trials_and_proofs(data: st.DataObject) -> None:
    days = data.draw(st.sampled_from([3, 8, 45, 180]), "days")
    count = data.draw(st.sampled_from([0, 1, 5, 20, 50, 500, 1_500]), "orders")
    seed = data.draw(st.integers(0, 10_000), "seed")
    beyond = data.draw(st.sampled_from(["cut", "empty", "refused"]), "beyond")
    rule = Rules(data.draw(st.sampled_from(["created", "updated"]), "filter by"), large="refused")
    orders = spread(count, days, seed)
    before, after = (WidthServer(orders, rule, beyond, DAY_NS) for _ in range(2))  # type: ignore[arg-type]
    plain = WindowPaginator(before.fetch, lambda row: row["order_id"], TIMES, page_size=trusting())
    read(plain, START_NS, START_NS + days * DAY_NS)
    read_all(after, days)
    assert len(after.asked) <= 1.05 * len(before.asked) + 12


def test_a_window_whose_answer_told_nothing_is_not_tried_again() -> None:
    orders = [Order(number, START_NS, START_NS + lived_ns) for number, lived_ns in enumerate((20 * DAY_NS, MS))]
    assert read_all(WidthServer(orders, Rules("created"), "cut", DAY_NS), 3) == ["1", "0"]


def requests(count: int, beyond: Any, width_ns: int = WEEK_NS, days: int = 60, seed: int = 1) -> int:
    """How many a first read takes; the more of the two, by which time the exchange may test."""
    needed = []
    for filter_by in ("created", "updated"):
        server = WidthServer(spread(count, days, seed), Rules(filter_by, large="refused"), beyond, width_ns)
        assert set(read_all(server, days)) == server.must_be_found(START_NS, START_NS + days * DAY_NS)
        needed.append(len(server.asked))
    return max(needed)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("beyond", ["cut", "empty", "refused"])
def test_sixty_days_take_at_most_twenty_requests_where_a_week_is_served(beyond: str, seed: int) -> None:
    assert requests(50, beyond, seed=seed) <= 20


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("days", [60, 180])
@pytest.mark.parametrize("count", [20, 50, 400])
def test_a_quiet_account_takes_at_most_ten_requests_where_any_width_is_served(count: int, days: int, seed: int) -> None:
    assert requests(count, "whole", days=days, seed=seed) <= 10


@pytest.mark.parametrize("beyond", ["whole", "cut", "empty"])
def test_a_busy_account_takes_no_more_requests_than_its_pages(beyond: str) -> None:
    assert requests(3_000, beyond) <= 1.1 * (3_000 / 100 + 60 / 7) + 10


def test_an_empty_answer_is_read_again_day_by_day() -> None:
    server = WidthServer([], beyond="empty")
    assert read_all(server, 9) == []
    assert [window.width_ns // DAY_NS for window, _ in server.asked] == [9, *[1] * 9]


def test_an_empty_window_that_is_wider_than_proven_is_asked_for_again_in_part() -> None:
    server = WidthServer([Order(1, START_NS + WEEK_NS - MS, START_NS + WEEK_NS - MS)], beyond="empty")
    page = WindowWidths(server.fetch, TIMES).fetch_page(Window(START_NS, START_NS + WEEK_NS))
    assert ([row["order_id"] for row in page.rows], page.whole_from_ns) == (["1"], START_NS + WEEK_NS - DAY_NS)


def test_a_window_that_is_wider_than_proven_begins_with_a_row_that_must_come() -> None:
    first = Order(1, START_NS + 5 * MS, START_NS + 6 * MS)
    server = WidthServer([first, Order(2, first.created + 20 * DAY_NS, first.updated + 20 * DAY_NS)], beyond="empty")
    assert read_all(server, 30) == ["1", "2"]
    assert server.asked[2][0] == Window(first.created, first.created + WEEK_NS)


def test_a_read_that_ends_within_two_days_makes_no_trial() -> None:
    server = WidthServer(spread(20, 2))
    read_all(server, 2)
    assert max(window.width_ns for window, _ in server.asked) == DAY_NS


def test_a_row_proves_no_more_than_its_latest_time_does() -> None:
    """By its creation the row would prove five days; if the exchange tests the update, it proves one."""
    row = Order(1, START_NS + 2 * DAY_NS, START_NS + 6 * DAY_NS)
    server = WidthServer([row], Rules("updated"), "cut", DAY_NS + 1)
    widths = WindowWidths(server.fetch, TIMES)
    widths.fetch_page(Window(START_NS, START_NS + WEEK_NS))
    assert DAY_NS - 10 * MS < widths.proven_ns <= DAY_NS


@pytest.mark.parametrize("missing", ["update_time", "create_time"])
def test_a_row_without_one_of_its_times_proves_nothing(missing: str) -> None:
    row = {**Order(1, START_NS, START_NS).row(), missing: None, f"{missing}_ns": None}
    widths = WindowWidths(lambda window, limit: [row], TIMES)
    widths.fetch_page(Window(START_NS, START_NS + WEEK_NS))
    assert widths.proven_ns == DAY_NS


def test_a_row_from_outside_the_window_proves_nothing() -> None:
    row = Order(1, START_NS - WEEK_NS, START_NS - WEEK_NS).row()
    widths = WindowWidths(lambda window, limit: [row], TIMES)
    widths.fetch_page(Window(START_NS, START_NS + WEEK_NS))
    assert widths.proven_ns == DAY_NS


def test_a_busy_stretch_is_read_in_windows_of_a_few_pages_so_that_states_come_often() -> None:
    server = WidthServer(spread(12_000, 60))
    widths = WindowWidths(server.fetch, TIMES)
    paginator = WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES, fetch_page=widths.fetch_page)
    rows = [sum(map(len, paginator.read(window))) for window in widths.windows(START_NS, START_NS + 60 * DAY_NS)]
    assert sum(rows) == 12_000
    assert max(rows) <= 2 * 100 * PAGES_PER_WINDOW


@pytest.mark.parametrize("beyond", ["cut", "empty"])
@pytest.mark.parametrize("days", [1, 2, 5, 20])
@pytest.mark.parametrize("seed", range(4))
def test_a_crowd_in_windows_of_a_day_costs_no_more_than_is_promised(seed: int, days: int, beyond: Any) -> None:
    ended_ns = START_NS + Random(seed).randrange(days * DAY_NS) // MS * MS
    cancelled = [
        Order(number, ended_ns - (3_600 + number * 7) * 1_000 * MS, ended_ns + number * MS // 130)
        for number in range(130)
    ]
    for filter_by in ("created", "updated"):
        rule = Rules(filter_by, large="refused")
        server = WidthServer([*cancelled, *spread(770, days, seed, first=130)], rule, beyond, DAY_NS)
        read_all(server, days)
        assert len(server.asked) <= 1.1 * (900 / 100 + days) + 5
