"""The places to which series were read, out of a state. Each cursor is judged on its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from source_cryptocom.checkpoint import UnusableState, is_plausible

MOST_NAMES = 5


class Cursor(Protocol):
    """Where a series is read on from."""

    @property
    def read_to_ms(self) -> int:
        """The moment it stands for."""

    @property
    def last_row_ms(self) -> int:
        """The time of the last row known; 0 where there was none."""

    def without_clock(self) -> "Cursor":
        """The place as far as the exchange's rows bear it out, where this machine's clock had a part in it."""


@dataclass(frozen=True)
class Places:
    """`cursors` by series; `doubted` names the series whose saved cursor cannot be right."""

    cursors: Mapping[str, Cursor]
    doubted: Sequence[str]


def judge(saved: Iterable[tuple[str, Any]], parse: Callable[[Any], Cursor], now_ms: int) -> Places:
    """The cursors that can be right at `now_ms`: one that cannot costs no other its place.

    `parse` raises UnusableState.
    """
    cursors: dict[str, Cursor] = {}
    doubted = []
    for series, state in saved:
        try:
            cursor = parse(state)
        except UnusableState:
            doubted.append(series)
            continue
        if not is_plausible(cursor.read_to_ms, now_ms):
            doubted.append(series)
            cursor = cursor.without_clock()
        if is_plausible(cursor.read_to_ms, now_ms):
            cursors[series] = cursor
    return Places(cursors, doubted)


def named(names: Sequence[str]) -> str:
    """`BTC_USD, ETH_USD`; no more than MOST_NAMES of them, then how many there are besides."""
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
