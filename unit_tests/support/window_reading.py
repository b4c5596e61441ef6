"""Reads a model server's windows, and orders to fill it with."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from source_cryptocom.retrievers.paging.page_size import PageSize
from source_cryptocom.retrievers.paging.window_page import Fetch, Page
from source_cryptocom.retrievers.paging.window_paginator import PAGE_LIMIT, WindowPaginator
from source_cryptocom.retrievers.paging.windows import RowTime, Window
from unit_tests.support.window_server import MS, START_NS, Order

TIMES = (RowTime("create_time", "create_time_ns"), RowTime("update_time"))
DAY_NS = 86_400_000 * MS


def reader_of(server: Any, page_limit: int = PAGE_LIMIT) -> WindowPaginator:
    return WindowPaginator(server.fetch, lambda row: row["order_id"], TIMES, page_limit)


def trusting() -> PageSize:
    """Takes every page that is not full for the end."""
    size = PageSize()
    size.may_be_cut = lambda rows, asked, after_full=False: False  # type: ignore[method-assign]
    return size


def to_the_ms(fetch: Fetch) -> Fetch:
    """Rows that do not show the nanoseconds by which the exchange finds them."""

    def fetch_to_the_ms(window: Window, limit: int) -> list[dict[str, Any]]:
        return [{"order_id": row["order_id"], "create_time": row["create_time"]} for row in fetch(window, limit)]

    return fetch_to_the_ms


def newest_day(fetch: Fetch) -> Callable[[Window], Page]:
    """Pages that are sure of the last day of their window, and of no more."""

    def fetch_page(window: Window) -> Page:
        start_ns = max(window.start_ns, window.end_ns - DAY_NS)
        return Page(fetch(Window(start_ns, window.end_ns), PAGE_LIMIT), start_ns)

    return fetch_page


def day_windows(start_ns: int, end_ns: int) -> Iterator[Window]:
    """Ascending windows that cover [start, end), each at most a day."""
    while start_ns < end_ns:
        window = Window(start_ns, min(start_ns + DAY_NS, end_ns))
        yield window
        start_ns = window.end_ns


def read(reader: WindowPaginator, start_ns: int, end_ns: int) -> list[str]:
    return [row["order_id"] for window in day_windows(start_ns, end_ns) for page in reader.read(window) for row in page]


def spread(count: int, days: int, seed: int = 1, first: int = 0) -> list[Order]:
    """Orders at random moments, numbered from `first`; half of them end within an hour, the others at once."""
    random, found = Random(seed), []
    for number in range(first, first + count):
        created = START_NS + random.randrange(days * DAY_NS)
        lasts = random.randrange(3_600_000 * MS) if number % 2 else random.randrange(MS)
        found.append(Order(number, created, created + lasts))
    return found
