"""Rows in the order of one of their times, found by bisection. Times are nanoseconds since the epoch."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from itertools import islice
from typing import Generic, TypeVar

MS_NS = 1_000_000
HOUR_NS = 3_600_000 * MS_NS
DAY_NS = 24 * HOUR_NS

Row = TypeVar("Row")


def date_of(time_ns: int) -> str:
    """The UTC date of a time, YYYY-MM-DD."""
    return datetime.fromtimestamp(time_ns // 1_000_000_000, timezone.utc).strftime("%Y-%m-%d")


class Timeline(Generic[Row]):
    """Rows sorted by `time_ns`; rows of one nanosecond keep the order in which they came."""

    def __init__(self, time_ns: Callable[[Row], int], rows: Iterable[Row] = ()) -> None:
        self._time_ns = time_ns
        self._rows: list[Row] = []
        self._times: list[int] = []
        self.extend(rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Row) -> None:
        at = bisect_right(self._times, self._time_ns(row))
        self._times.insert(at, self._time_ns(row))
        self._rows.insert(at, row)

    def extend(self, rows: Iterable[Row]) -> None:
        """Many rows at once."""
        self._rows = sorted([*self._rows, *rows], key=self._time_ns)
        self._times = [self._time_ns(row) for row in self._rows]

    def remove(self, row: Row) -> None:
        """Takes a row out. Raises ValueError where it is not there."""
        time_ns = self._time_ns(row)
        first = bisect_left(self._times, time_ns)
        at = self._rows.index(row, first, bisect_right(self._times, time_ns))
        del self._times[at], self._rows[at]

    def newest(self, start_ns: int, end_ns: int, limit: int, wanted: Callable[[Row], bool] | None = None) -> list[Row]:
        """The newest `limit` wanted rows of [start_ns, end_ns), oldest of them first."""
        first, last = bisect_left(self._times, start_ns), bisect_left(self._times, end_ns)
        if wanted is None:
            return self._rows[max(first, last - limit) : last] if last > first else []
        backwards = (self._rows[at] for at in range(last - 1, first - 1, -1))
        return list(islice(filter(wanted, backwards), limit))[::-1]
