"""Reads pages by their number, while rows arrive and change. Pure: `fetch` does the requests.

A row that arrives or changes moves the ones behind it to another page, so one may be met twice, and another not at all.
More than one page is therefore read again until a whole round brings nothing new. A short page is no end, because
nobody says how many rows the exchange gives at most: the end is a page without a row that the round has not met.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from source_cryptocom.api.response import Row

MAX_ROUNDS = 5


class PagesKeepChanging(Exception):
    """MAX_ROUNDS rounds brought something new each."""


def numbered_pages(
    fetch: Callable[[int], Sequence[Row]], key_of: Callable[[Row], str], first: int
) -> Iterator[Sequence[Row]]:
    """The rows of all pages from number `first` on; a row again only where it has changed. Raises PagesKeepChanging."""
    forms: dict[str, str] = {}
    for round_number in range(MAX_ROUNDS):
        met: set[str] = set()
        pages, news = 0, False
        for number in count(first):
            page = fetch(number)
            keys = {key_of(row) for row in page}
            if not keys - met:
                break
            met |= keys
            pages += 1
            changed = [row for row in page if forms.get(key_of(row)) != digest(row)]
            if changed:
                news = True
                forms.update((key_of(row), digest(row)) for row in changed)
                yield changed
        if pages <= 1 or (round_number and not news):
            return
    raise PagesKeepChanging


def digest(row: Row) -> str:
    """Twelve hex digits that differ where any field does."""
    text = json.dumps(row, sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
