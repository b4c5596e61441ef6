"""Positions of series (an instrument, or an instrument's timeframe), and their form in a stream's state."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from source_cryptocom.state.state import is_plausible

MAX_NAMES = 5


class Position(ABC):
    """The place in a series from which the next sync reads."""

    @property
    @abstractmethod
    def position_ms(self) -> int:
        """The moment of the position, in ms since the epoch."""

    @property
    def last_record_ms(self) -> int:
        """The time of the last row known; 0 if there was none."""
        return self.position_ms

    @abstractmethod
    def as_state(self) -> Any:
        """The position as JSON."""

    def at_last_record(self) -> "Position":
        """The position without the part that came from this machine's clock."""
        return self


def _one_by_one(cursors: Mapping[str, Any]) -> dict[str, Any]:
    return {series: cursor.as_state() for series, cursor in cursors.items()}


@dataclass(frozen=True)
class PositionFormat:
    """How the cursors of a stream's series stand in its state.

    `parse` reads one (for what is none it raises as Python does), `unpack` names each series with its cursor to be
    parsed, and `pack` writes them all.
    """

    parse: Callable[[Any], Position]
    pack: Callable[[Mapping[str, Any]], dict[str, Any]] = _one_by_one
    unpack: Callable[[Mapping[str, Any]], Iterable[tuple[str, Any]]] = Mapping.items

    def restore(self, saved: Mapping[str, Any], now_ms: int) -> tuple[dict[str, Any], list[str]]:
        """The cursors that can be right at `now_ms`, and the series of those that cannot: each is judged on its own."""
        cursors, rejected = {}, []
        for series, state in self.unpack(saved):
            try:
                cursor = self.parse(state)
            except (ArithmeticError, AttributeError, TypeError, ValueError):
                rejected.append(series)
                continue
            if not is_plausible(cursor.position_ms, now_ms):
                rejected.append(series)
                cursor = cursor.at_last_record()
            if is_plausible(cursor.position_ms, now_ms):
                cursors[series] = cursor
        return cursors, rejected


def join_names(names: Sequence[str]) -> str:
    """`BTC_USD, ETH_USD`; no more than MAX_NAMES of them, then how many there are besides."""
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more:,} more" if more > 0 else "")
