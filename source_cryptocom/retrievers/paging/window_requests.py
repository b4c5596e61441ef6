"""Requests for a page of a window, and windows read to their end."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter, RowSource
from source_cryptocom.retrievers.base import Table
from source_cryptocom.retrievers.paging.more_rows import announces_more
from source_cryptocom.retrievers.paging.page_size import PageSize
from source_cryptocom.retrievers.paging.window_page import PageSizeRefused, UnpageableWindow
from source_cryptocom.retrievers.paging.window_paginator import WindowPaginator
from source_cryptocom.retrievers.paging.windows import Window


def page_size_of(table: Table) -> PageSize:
    """What is known of the pages of one method that a table reads: nothing yet."""
    return PageSize(
        partial(_say_that_pages_are_cut, table), partial(_warn_of_pages_before, table), partial(_warn_of_no_more, table)
    )


def _say_that_pages_are_cut(table: Table, rows: int) -> None:
    table.logger.info(
        f"{table.name}: the exchange gave {rows:,} rows, fewer than it was asked for, although it has more. So each "
        "page is read on from until nothing comes."
    )


def _warn_of_pages_before(table: Table, rows: int) -> None:
    table.warn(
        "the exchange cuts pages that are not full, and perhaps began to while this sync ran. One of "
        f"{rows:,} rows came before and was taken for whole, so rows may be missing. Refresh the table, in Airbyte "
        'with "Refresh and retain records", to be sure.'
    )


def _warn_of_no_more(table: Table) -> None:
    table.warn(
        "an answer says that there are more rows than it holds, but none came from behind it. Every page is checked "
        "so now: nothing is lost. Please report this."
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
        page_size.announced_more()
    return page.rows


def read_window(
    table: Table,
    paginator: WindowPaginator,
    window: Window,
    needed_from_ns: int = 0,
    read_to_ns: int = 0,
    begins_with_row: bool = False,
) -> Iterator[list[Row]]:
    """A window's rows to its end, each once. Raises a system error where the end cannot be reached."""
    try:
        yield from paginator.read(window, needed_from_ns, read_to_ns, begins_with_row)
    except UnpageableWindow as error:
        raise table.failure(f"{table.name}: {error}") from None
