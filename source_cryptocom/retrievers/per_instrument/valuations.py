"""How an instrument's valuations (mark prices, index prices, funding rates) are read.

The exchange does not say how many rows it gives at most, nor which of them where there are more, nor whether an end
belongs to a window. So what an answer leaves open is asked for again: the time before its first row and the time behind
its last one, until nothing comes. Two facts avoid most of these requests: (1) with a fixed
interval, a gap shorter than it holds no sample; (2) a page shorter than the longest page seen was not truncated. So the
first request of a sync asks for more than a page, and the windows after it hold less.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from typing import ClassVar, TypeAlias

from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, NS_PER_MS, now_ms
from source_cryptocom.config import Config
from source_cryptocom.retrievers.base import SeriesPages, Table
from source_cryptocom.retrievers.paging.windows import (
    RowTime,
    Window,
    ascending_windows,
    descending_windows,
    request_bounds,
)
from source_cryptocom.retrievers.per_instrument.reader import PerInstrumentReader
from source_cryptocom.retrievers.per_instrument.sample_position import SAMPLE_POSITIONS, SamplePosition

TIME = RowTime("t")
PAGE_SIZE = 500
DERIVATIVES = 0.4
"""Of the exchange's instruments somewhat less are perpetuals, each with an index of its own; the others are spot."""

Sample: TypeAlias = tuple[int, Row]
"""A row and its time in ns since the epoch."""


class LargestPage:
    """How many rows the exchange gives at least where there are more. Shared by the workers of a table."""

    def __init__(self) -> None:
        self._rows = 0
        self._looked = False
        self._lock = threading.Lock()

    def look_once(self, rows_of_a_long_window: Callable[[], int]) -> None:
        """Learns the page size from the first answer, for which the other workers wait."""
        with self._lock:
            if not self._looked:
                self.may_be_cut(rows_of_a_long_window())
                self._looked = True

    def may_be_cut(self, rows: int) -> bool:
        """Whether there may be more than these rows; False where a longer answer was seen."""
        self._rows = max(self._rows, rows)
        return rows >= self._rows


class Valuations(PerInstrumentReader):
    """Some samples a minute, at uneven seconds, asked for in windows that hold less than PAGE_SIZE of them."""

    cursor_format = SAMPLE_POSITIONS
    # Nine of them hold a day, both of its ends included. At three samples a minute each has 480.
    window_ms: ClassVar[int] = MS_PER_DAY // 9 + 1
    # Whether the samples come at an interval that never varies, and at which.
    interval_ms: ClassVar[int] = 0
    # How many series there are for each instrument.
    series_per_instrument: ClassVar[float] = 1

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._largest_page = LargestPage()

    @classmethod
    def requests_per_instrument(cls, config: Config, hours: float) -> float:
        width_ms = hours * MS_PER_HOUR if hours else cls.first_width_ms(config)
        return ceil(width_ms / cls.window_ms) * cls.series_per_instrument

    @classmethod
    def first_width_ms(cls, config: Config) -> int:
        """About how far back a first sync reaches."""
        return now_ms() - (config.market_start_ms or cls.start_without_date_ms(config, now_ms()))

    @classmethod
    def start_without_date_ms(cls, config: Config, now: int) -> int:
        """Where a first sync begins that has no market_start_date: a day ago."""
        return now - MS_PER_DAY

    def is_whole(self, series: str, cursor: SamplePosition) -> bool:
        return not cursor.is_partial and self._missing_window(cursor) is None

    def read_series(self, series: str, cursor: SamplePosition | None) -> SeriesPages:
        config = self._table.context.config
        now = self._table.context.clock()
        first_ms = config.market_start_ms or self.start_without_date_ms(config, now)
        start_ms = cursor.last_ms + 1 if cursor else first_ms
        position = cursor or SamplePosition(0, first_ms)
        if not self.interval_ms:
            longer = Window((now - 2 * self.window_ms) * NS_PER_MS, now * NS_PER_MS)
            self._largest_page.look_once(lambda: len(self._fetch_samples(series, longer)))
        end_ms = min(now + 1, config.market_end_ms or now + 1)
        for window in ascending_windows(start_ms * NS_PER_MS, end_ms * NS_PER_MS, self.window_ms * NS_PER_MS):
            last_ms = position.last_ms
            for rows in self.samples_of(series, window):
                last_ms = max(last_ms, (TIME.earliest_ns(rows[-1]) or 0) // NS_PER_MS)
                yield self._table.to_records(rows, instrument=series)
            position = replace(position, last_ms=last_ms, is_partial=True)
            if last_ms:
                self.advance(series, position)
        if position.last_ms:
            self.advance(series, position := replace(position, is_partial=False))
        for window in descending_windows(*(self._missing_window(cursor) or (0, 0)), self.window_ms * NS_PER_MS):
            for rows in self.samples_of(series, window):
                yield self._table.to_records(rows, instrument=series)
            self.advance(series, position := replace(position, since_ms=window.start_ns // NS_PER_MS))
        return True

    def _missing_window(self, cursor: SamplePosition | None) -> tuple[int, int] | None:
        """From when to when, in ns, samples before the cursor's are to be read."""
        start_ms = self._table.context.config.market_start_ms
        if cursor is None or start_ms is None:
            return None
        since_ms = cursor.last_ms if cursor.since_ms is None else cursor.since_ms
        return (start_ms * NS_PER_MS, since_ms * NS_PER_MS) if start_ms < since_ms else None

    def samples_of(self, series: str, window: Window) -> Iterator[list[Row]]:
        """All samples of a window, each once; the last of each page is its newest."""
        fetch = partial(self._fetch_samples, series)
        if self.interval_ms:
            return samples_in(window, fetch, self.interval_ms * NS_PER_MS, lambda rows: False)
        return samples_in(window, fetch, self.window_ms * NS_PER_MS // 2, self._largest_page.may_be_cut)

    def _fetch_samples(self, series: str, window: Window) -> list[Sample]:
        start_ms, end_ms = request_bounds(window, NS_PER_MS)
        samples: list[Sample] = []
        for row in self.fetch(instrument_name=series, count=PAGE_SIZE, start_ts=start_ms, end_ts=end_ms).rows:
            if (time_ns := TIME.earliest_ns(row)) is None:
                raise self._table.unreadable("a sample has no time")
            samples.append((time_ns, row))
        return samples


class FundingRates(Valuations):
    """One each hour, on the hour, for each perpetual, from market_start_date or start_date on."""

    window_ms = PAGE_SIZE * MS_PER_HOUR
    interval_ms = MS_PER_HOUR
    series_per_instrument = DERIVATIVES

    @classmethod
    def start_without_date_ms(cls, config: Config, now: int) -> int:
        return config.history_start_ms(now)

    def listed(self) -> list[str]:
        return self._symbols(lambda row: row.get("inst_type") == "PERPETUAL_SWAP", "symbol")


class IndexPrices(Valuations):
    """For each index that a listed instrument is valued by."""

    series_per_instrument = DERIVATIVES

    def listed(self) -> list[str]:
        return self._symbols(lambda row: True, "underlying_symbol")


def samples_in(
    window: Window, fetch: Callable[[Window], Sequence[Sample]], room_ns: int, may_be_cut: Callable[[int], bool]
) -> Iterator[list[Row]]:
    """All samples of a window, each once.

    What an answer of so many rows leaves at either end is asked for where it `may_be_cut`, and always where it is as
    long as `room_ns`.
    """
    met: set[int] = set()
    open_windows = [window]
    while open_windows:
        part = open_windows.pop()
        samples = fetch(part)
        cut = may_be_cut(len(samples))
        new = {time_ns: row for time_ns, row in samples if time_ns not in met and part.holds_ns(time_ns)}
        if not new:
            continue
        met |= new.keys()
        times = sorted(new)
        yield [new[time_ns] for time_ns in times]
        rests = (Window(part.start_ns, times[0]), Window(times[-1] + NS_PER_MS, part.end_ns))
        open_windows += [rest for rest in rests if rest.width_ns >= room_ns or (cut and rest.width_ns > 0)]
