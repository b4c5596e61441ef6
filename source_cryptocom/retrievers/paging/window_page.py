"""What a request for a window is answered with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from source_cryptocom.retrievers.paging.windows import Row, Window

Fetch = Callable[[Window, int], Sequence[Row]]
"""Asks for the newest `limit` rows of a window. Raises PageSizeRefused where the exchange does not accept the limit."""


@dataclass(frozen=True)
class Page:
    """The newest rows of a window: where the page was not cut, all from `whole_from_ns` to its end."""

    rows: Sequence[Row]
    whole_from_ns: int


class PageSizeRefused(Exception):
    """The exchange accepts no page of more than PAGE_LIMIT rows."""


class UnpageableWindow(Exception):
    """More rows in one instant than the exchange hands out in one page."""

    def __init__(self, window: Window, limit: int) -> None:
        super().__init__(
            f"The window {window} holds more than {limit} rows in one instant and the exchange offers no way to tell "
            "them apart, so it cannot be read to its end; the saved state ends before it. Please report this."
        )


@dataclass(frozen=True)
class Continuation:
    """A guess at the end of what a full page left unread; `kind` is the time and unit that a failure speaks against."""

    kind: tuple[str, int]
    end_ns: int
