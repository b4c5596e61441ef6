"""Cursors of series, restored from a saved state. Each is checked on its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from source_cryptocom.state.state import UnusableState, is_plausible

MAX_NAMES = 5


class Cursor(Protocol):
    """Where a series is read on from."""

    @property
    def position_ms(self) -> int:
        """The moment it stands for."""

    @property
    def last_record_ms(self) -> int:
        """The time of the last row known; 0 where there was none."""

    def at_last_record(self) -> "Cursor":
        """The cursor without the part that came from this machine's clock."""


@dataclass(frozen=True)
class RestoredCursors:
    """`cursors` by series; `rejected` names the series whose saved cursor cannot be right."""

    cursors: Mapping[str, Cursor]
    rejected: Sequence[str]


def restore_cursors(saved: Iterable[tuple[str, Any]], parse: Callable[[Any], Cursor], now_ms: int) -> RestoredCursors:
    """The cursors that can be right at `now_ms`. One that cannot be right does not affect the others.

    `parse` raises UnusableState.
    """
    cursors: dict[str, Cursor] = {}
    rejected = []
    for series, state in saved:
        try:
            cursor = parse(state)
        except UnusableState:
            rejected.append(series)
            continue
        if not is_plausible(cursor.position_ms, now_ms):
            rejected.append(series)
            cursor = cursor.at_last_record()
        if is_plausible(cursor.position_ms, now_ms):
            cursors[series] = cursor
    return RestoredCursors(cursors, rejected)


def join_names(names: Sequence[str]) -> str:
    """`BTC_USD, ETH_USD`; no more than MAX_NAMES of them, then how many there are besides."""
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more:,} more" if more > 0 else "")
