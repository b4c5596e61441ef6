"""Whatever a server answers, reading ends: with all rows, or with a failure that names the window."""

from contextlib import suppress
from random import Random
from typing import Any

import pytest

from source_cryptocom.retrievers.paging.window_page import UnpageableWindow
from source_cryptocom.retrievers.paging.window_paginator import PAGE_LIMIT, WindowPaginator
from source_cryptocom.retrievers.paging.windows import RowTime, Window
from unit_tests.support.window_reading import day_windows, spread
from unit_tests.support.window_server import MS, START_NS, Order, Rules, WindowServer

TIMES = (RowTime("create_time", "create_time_ns"), RowTime("update_time"))
DAY = Window(START_NS, START_NS + 86_400_000 * MS)
Rows = list[dict[str, Any]]


class Hostile:
    """Answers as `pages` says, and notices a reader that does not come to an end."""

    def __init__(self, patience: int = 400) -> None:
        self.patience = patience
        self.asked: list[Window] = []

    def fetch(self, window: Window, limit: int) -> Rows:
        self.asked.append(window)
        assert len(self.asked) <= self.patience, "the reader does not come to an end"
        return self.page(window, limit)

    def page(self, window: Window, limit: int) -> Rows:
        raise AssertionError("to be overridden")


def rows_at(times: list[int]) -> Rows:
    return [Order(number, time, time).row() for number, time in enumerate(times)]


def stuck(server: Hostile, window: Window = DAY) -> UnpageableWindow:
    reader = WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES)
    with pytest.raises(UnpageableWindow) as raised:
        for _ in reader.read(window):
            pass
    return raised.value


def test_a_page_that_never_shrinks_is_a_stuck_window() -> None:
    class NeverShrinks(Hostile):
        def page(self, window: Window, limit: int) -> Rows:
            return rows_at([max(window.end_ns - 1 - number, 0) for number in range(PAGE_LIMIT)])

    stuck(NeverShrinks())


@pytest.mark.parametrize("offset_ns", [-5 * 86_400_000 * MS, 0, 5_000 * MS, 5 * 86_400_000 * MS])
def test_a_server_that_ignores_the_window_is_a_stuck_window(offset_ns: int) -> None:
    class IgnoresWindow(Hostile):
        def page(self, window: Window, limit: int) -> Rows:
            return rows_at([START_NS + offset_ns + number for number in range(PAGE_LIMIT)])

    stuck(IgnoresWindow())


def test_a_server_that_ignores_the_end_of_the_window_is_a_stuck_window() -> None:
    class IgnoresEnd(Hostile):
        def page(self, window: Window, limit: int) -> Rows:
            return rows_at([DAY.end_ns - 1 - number * 1_000 for number in range(PAGE_LIMIT)])

    stuck(IgnoresEnd())


def test_new_rows_in_every_answer_are_a_stuck_window() -> None:
    class Endless(Hostile):
        def page(self, window: Window, limit: int) -> Rows:
            first = len(self.asked) * 10_000
            return [Order(first + number, window.start_ns, window.start_ns).row() for number in range(limit)]

    stuck(Endless())


def test_a_stuck_window_lies_inside_the_one_that_was_asked_for() -> None:
    class OneInstant(Hostile):
        def page(self, window: Window, limit: int) -> Rows:
            at = DAY.start_ns + 1_000 * MS
            return rows_at([at] * PAGE_LIMIT) if window.start_ns <= at < window.end_ns else []

    assert f"(ns {DAY.start_ns + 1_000 * MS} to {DAY.start_ns + 1_000 * MS + 1})" in str(stuck(OneInstant()))


def test_rows_outside_the_window_are_given_and_skip_nothing_inside() -> None:
    class AddsOthers(Hostile):
        def __init__(self) -> None:
            super().__init__()
            moments = Random(5)
            self.inner = WindowServer(
                [Order(number, DAY.start_ns + moments.randrange(DAY.width_ns), DAY.end_ns) for number in range(350)]
            )
            outside = DAY.start_ns - 9 * DAY.width_ns
            self.others = [Order(9_000 + number, outside + number, outside).row() for number in range(20)]

        def page(self, window: Window, limit: int) -> Rows:
            return self.inner.fetch(window, limit - 20) + self.others

    server = AddsOthers()
    reader = WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES)
    found = [row["order_id"] for page in reader.read(DAY) for row in page]
    assert len(found) == len(set(found)) == 370


@pytest.mark.parametrize("filter_by", ["created", "updated"])
def test_a_row_that_comes_with_every_page_proves_nothing(filter_by: Any) -> None:
    class Pinned(Hostile):
        def __init__(self) -> None:
            super().__init__()
            self.inner = WindowServer(spread(400, 1, seed=7), Rules(filter_by=filter_by))
            self.pinned = Order(9_999, DAY.end_ns - 1, DAY.end_ns + 3_600_000 * MS).row()

        def page(self, window: Window, limit: int) -> Rows:
            return [self.pinned, *self.inner.fetch(window, limit - 1)]

    server = Pinned()
    reader = WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES)
    found = [row["order_id"] for page in reader.read(DAY) for row in page]
    assert set(found) == {*server.inner.between(DAY.start_ns, DAY.end_ns), "9999"}


@pytest.mark.parametrize("fullness", [0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("seed", range(10))
def test_a_server_that_answers_at_random_is_read_to_an_end(seed: int, fullness: float) -> None:
    random = Random(seed)

    class AtRandom(Hostile):
        def page(self, window: Window, limit: int) -> Rows:
            count = limit if random.random() < fullness else random.randrange(limit)
            moment = random.choice([window.start_ns, window.end_ns, DAY.start_ns, 0])
            return [
                Order(random.randrange(30), moment + random.randrange(-10, 10) * MS, random.randrange(2**60)).row()
                for _ in range(count)
            ]

    server = AtRandom(patience=2_000)
    reader = WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES, page_limit=3)
    found: list[str] = []
    with suppress(UnpageableWindow):
        for window in day_windows(DAY.start_ns, DAY.end_ns):
            for page in reader.read(window):
                found += [row["order_id"] for row in page]
    assert len(found) == len(set(found))
