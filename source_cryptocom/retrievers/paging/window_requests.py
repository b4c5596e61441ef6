"""Requests for a page of a window, and windows read to their end."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter, RowSource
from source_cryptocom.retrievers.base import Table
from source_cryptocom.retrievers.paging.more_rows import announces_more
from source_cryptocom.retrievers.paging.page_size import PageSize
from source_cryptocom.retrievers.paging.window_paginator import PageSizeRefused, UnpageableWindow, WindowPaginator
from source_cryptocom.retrievers.paging.windows import Window


def page_size_of(table: Table) -> PageSize:
    """What is known of the pages of one method that a table reads: nothing yet."""
    return PageSize(partial(_say_that_pages_are_cut, table))


def _say_that_pages_are_cut(table: Table, rows: int) -> None:
    table.logger.info(
        f"{table.name}: the exchange gave {rows:,} rows, fewer than it was asked for, although it has more. So each "
        "page is read on from until nothing comes."
    )


def fetch_page(
    source: RowSource, parameters: Mapping[str, Parameter], page_size: PageSize, limit: int, may_be_refused: bool
) -> Sequence[Row]:
    """One page of a window, `limit` rows at most.

    Raises PageSizeRefused where a request that `may_be_refused` (for a larger page, or a wider window) is, else
    ExchangeError.
    """
    try:
        page = source.fetch(**parameters)
    except ExchangeError as error:
        if may_be_refused and error.action in (Action.FAIL, Action.BAD_REQUEST):
            raise PageSizeRefused from None
        raise
    if 0 < len(page.rows) < limit and announces_more(page.result):
        page_size.was_cut(len(page.rows))
    return page.rows


def read_window(
    table: Table, paginator: WindowPaginator, window: Window, needed_from_ns: int = 0, read_to_ns: int = 0
) -> Iterator[list[Row]]:
    """A window's rows to its end, each once. Raises a system error where the end cannot be reached."""
    try:
        yield from paginator.read(window, needed_from_ns, read_to_ns)
    except UnpageableWindow as error:
        raise table.failure(f"{table.name}: {error}") from None
