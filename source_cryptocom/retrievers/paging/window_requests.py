"""Requests for a page of a window, and windows read to their end."""

from collections.abc import Iterator, Mapping, Sequence

from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter, RowSource
from source_cryptocom.retrievers.base import Table
from source_cryptocom.retrievers.paging.window_paginator import PageSizeRefused, UnpageableWindow, WindowPaginator
from source_cryptocom.retrievers.paging.windows import Window


def fetch_page(source: RowSource, parameters: Mapping[str, Parameter], larger: bool) -> Sequence[Row]:
    """One page of a window. Raises PageSizeRefused where a `larger` page is refused, else ExchangeError."""
    try:
        return source.fetch(**parameters).rows
    except ExchangeError as error:
        if larger and error.action in (Action.FAIL, Action.BAD_REQUEST):
            raise PageSizeRefused from None
        raise


def read_window(table: Table, paginator: WindowPaginator, window: Window) -> Iterator[list[Row]]:
    """A window's rows to its end, each once. Raises a system error where the end cannot be reached."""
    try:
        yield from paginator.read(window)
    except UnpageableWindow as error:
        raise table.failure(f"{table.name}: {error}") from None
