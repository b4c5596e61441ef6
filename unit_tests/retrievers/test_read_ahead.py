"""Windows are asked for ahead, and handed on in order."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from source_cryptocom.retrievers.history.window_widths import WindowWidths
from source_cryptocom.retrievers.paging.page_size import PageSize
from source_cryptocom.retrievers.paging.read_ahead import WINDOWS_AHEAD, read_ahead
from source_cryptocom.retrievers.paging.window_paginator import WindowPaginator
from source_cryptocom.retrievers.paging.windows import Window, ascending_windows
from unit_tests.support.width_server import WidthServer
from unit_tests.support.window_reading import DAY_NS, TIMES
from unit_tests.support.window_server import START_NS, Order

DAYS = list(ascending_windows(START_NS, START_NS + 30 * DAY_NS, DAY_NS))


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def test_results_come_in_the_order_of_their_windows(pool: ThreadPoolExecutor) -> None:
    assert list(read_ahead(DAYS, lambda window: window.start_ns, pool)) == [(day, day.start_ns) for day in DAYS]


def test_several_windows_are_under_way_at_once(pool: ThreadPoolExecutor) -> None:
    all_there = threading.Barrier(4)

    def read(window: Window) -> int:
        return all_there.wait(timeout=30)

    assert len(list(read_ahead(DAYS[:4], read, pool))) == 4


def test_no_more_than_a_few_results_wait(pool: ThreadPoolExecutor) -> None:
    begun: list[Window] = []
    reading = read_ahead(DAYS, begun.append, pool)
    next(reading)
    reading.close()
    assert len(begun) <= WINDOWS_AHEAD + 2


def test_a_failure_comes_after_the_windows_before_it(pool: ThreadPoolExecutor) -> None:
    def read(window: Window) -> Window:
        if window == DAYS[5]:
            raise ValueError
        return window

    given: list[Window] = []
    with pytest.raises(ValueError):  # noqa: PT011 - the one above
        given.extend(window for window, _ in read_ahead(DAYS, read, pool))
    assert given in ([], DAYS[:5])


@pytest.mark.parametrize("day", [0, 1, 7, 12, 29])
def test_an_idle_stretch_is_asked_for_ahead_and_no_request_is_wasted(pool: ThreadPoolExecutor, day: int) -> None:
    at_ns = START_NS + day * DAY_NS + 5
    servers = [WidthServer([Order(1, at_ns, at_ns)], beyond="empty") for _ in range(2)]
    for server, threads in zip(servers, (None, pool), strict=True):
        size = PageSize()
        widths = WindowWidths(server.fetch, TIMES, page_size=size, pool=threads)
        paginator = WindowPaginator(
            server.fetch, lambda row: row["order_id"], TIMES, fetch_page=widths.fetch_page, page_size=size
        )
        found, reached_ns = [], START_NS
        for window in widths.windows(START_NS, START_NS + 30 * DAY_NS):
            assert window.start_ns <= reached_ns
            reached_ns = window.end_ns
            for page in paginator.read(window, widths.needed_from_ns, widths.read_to_ns):
                found += [row["order_id"] for row in page]
        assert found == ["1"]
        assert reached_ns == START_NS + 30 * DAY_NS
        assert len(server.asked) == len(set(server.asked))
    assert len(servers[1].asked) <= len(servers[0].asked) + WINDOWS_AHEAD
