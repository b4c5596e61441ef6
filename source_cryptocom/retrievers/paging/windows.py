"""Stretches of time as the exchange's requests name them, and the times of its rows. Pure; ns since the epoch."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS, in_ms, rfc3339

Row = Mapping[str, Any]

WINDOW_NS = MS_PER_DAY * NS_PER_MS
"""A day: nobody saw the exchange cut or refuse a window of that width."""


@dataclass(frozen=True)
class Window:
    """From `start_ns`, inclusive, to `end_ns`, exclusive; ns since the epoch."""

    start_ns: int
    end_ns: int

    @property
    def width_ns(self) -> int:
        return self.end_ns - self.start_ns

    def holds(self, ms: int) -> bool:
        return self.holds_ns(ms * NS_PER_MS)

    def holds_ns(self, ns: int) -> bool:
        return self.start_ns <= ns < self.end_ns

    def __str__(self) -> str:
        return (
            f"{rfc3339(self.start_ns // NS_PER_MS)} to {rfc3339(self.end_ns // NS_PER_MS)}"
            f" (ns {self.start_ns} to {self.end_ns})"
        )


def last_day(now_ms: int) -> Window:
    """The day before `now_ms`."""
    return Window(now_ms * NS_PER_MS - WINDOW_NS, now_ms * NS_PER_MS)


def request_bounds(window: Window, unit_ns: int) -> tuple[str | int, str | int]:
    """A window's start and end as a request names them: no later and no earlier, in whole units.

    Nanoseconds are texts: integers of them lose digits where they are read as floats.
    """
    start, end = window.start_ns // unit_ns, -(-window.end_ns // unit_ns)
    return (str(start), str(end)) if unit_ns == 1 else (start, end)


def ascending_windows(start_ns: int, end_ns: int, span_ns: int) -> Iterator[Window]:
    """[start, end) in windows of at most `span_ns`, the oldest first."""
    while start_ns < end_ns:
        window = Window(start_ns, min(start_ns + span_ns, end_ns))
        yield window
        start_ns = window.end_ns


def descending_windows(start_ns: int, end_ns: int, span_ns: int) -> Iterator[Window]:
    """[start, end) in windows of at most `span_ns`, the newest first."""
    while start_ns < end_ns:
        window = Window(max(start_ns, end_ns - span_ns), end_ns)
        yield window
        end_ns = window.start_ns


@dataclass(frozen=True)
class RowTime:
    """One of a row's times: `ns_field` to the nanosecond where the row has it, else `ms_field` to the millisecond."""

    ms_field: str
    ns_field: str = ""

    @property
    def name(self) -> str:
        return self.ns_field or self.ms_field

    def earliest_ns(self, row: Row) -> int | None:
        """The time in ns, rounded down; None where the row has none that can be read."""
        if self.ns_field:
            with suppress(KeyError, TypeError, ValueError):
                return int(row[self.ns_field])
        try:
            return in_ms(int(row[self.ms_field])) * NS_PER_MS
        except (KeyError, TypeError, ValueError):
            return None

    def may_lie_before(self, row: Row, end_ns: int) -> bool:
        """Whether the row may have this time before `end_ns`, however roughly that is compared."""
        earliest_ns = self.earliest_ns(row)
        return earliest_ns is not None and earliest_ns < end_ns + NS_PER_MS


def present(times: Iterable[int | None]) -> Iterator[int]:
    """The times that a row has."""
    return (time for time in times if time is not None)
