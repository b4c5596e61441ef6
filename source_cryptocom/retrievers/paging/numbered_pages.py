"""Reads pages by their number, while rows arrive, change and leave.

A row that arrives pushes those behind it to a later page, so that some are met twice. A row that leaves, or moves to
the end, draws those behind it to an earlier page, so that one may not be met at all. Nobody says how many rows the
exchange gives at most, so a short page is no end; a round of pages ends at one without a row that it has not met.

Rounds are therefore read until one proves that the round before it missed nothing: every row that was met there is
still there, so none had left; no row was met there twice in different forms, so none had moved; and it either ended at
an empty page, or nothing is new.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter, RowSource
from source_cryptocom.retrievers.base import Table

MAX_ROUNDS = 6


class PagesKeepChanging(Exception):
    """The pages still changed in the last of MAX_ROUNDS rounds."""


@dataclass
class _Round:
    """One round: the keys it read, how it ended, and whether a row appeared twice in different forms."""

    met: set[str] = field(default_factory=set)
    ended_empty: bool = False
    moved: bool = False

    def is_whole(self, later: "_Round") -> bool:
        """True if the next round proves that this one missed no row."""
        return not self.moved and (self.met == later.met or (self.ended_empty and self.met < later.met))


def numbered_pages(
    fetch: Callable[[int], Sequence[Row]], key_of: Callable[[Row], str], first: int
) -> Iterator[Sequence[Row]]:
    """The rows of all pages from number `first` on; a row again only where it has changed. Raises PagesKeepChanging."""
    forms: dict[str, str] = {}
    last: _Round | None = None
    for _ in range(MAX_ROUNDS):
        this = _Round()
        for number in count(first):
            page = [(key_of(row), digest(row), row) for row in fetch(number)]
            changed = [(key, form, row) for key, form, row in page if forms.get(key) != form]
            this.moved = this.moved or any(key in this.met for key, _, _ in changed)
            forms.update((key, form) for key, form, _ in changed)
            if changed:
                yield [row for _, _, row in changed]
            keys = {key for key, _, _ in page}
            if keys <= this.met:
                this.ended_empty = not page
                break
            this.met |= keys
        if not this.met or (last and last.is_whole(this)):
            return
        last = this
    raise PagesKeepChanging


def read_numbered_pages(
    table: Table, source: RowSource, key_of: Callable[[Row], str], parameters: Mapping[str, Parameter], first: int = 0
) -> Iterator[Sequence[Row]]:
    """The rows of all pages, asked for with `parameters`. Raises a system error if the pages keep changing."""
    try:
        yield from numbered_pages(lambda number: source.fetch(**parameters, page=number).rows, key_of, first)
    except PagesKeepChanging:
        raise table.failure(
            f"{table.name}: its rows change faster than they can be read, so some may be missing. Sync again later."
        ) from None


def digest(row: Mapping[str, Any]) -> str:
    """Twelve hex digits that differ where any field does."""
    text = json.dumps(row, sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
