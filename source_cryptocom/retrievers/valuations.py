"""How an instrument's valuations (mark prices, index prices, funding rates) are read.

The exchange does not say how many rows it gives at most, nor which of them where there are more, nor whether an end
belongs to a window. So what an answer leaves open is asked for again: the time before its first row and the time behind
its last one, as far as another row has room there, until nothing comes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, NS_PER_MS
from source_cryptocom.config import Config
from source_cryptocom.retrievers.per_instrument import PerInstrumentReader, SeriesPages
from source_cryptocom.retrievers.windows import RowTime, Window, ascending_windows
from source_cryptocom.state.market_cursor import CursorFormat
from source_cryptocom.state.state import UnusableState

TIME = RowTime("t")
PAGE_SIZE = 500


@dataclass(frozen=True)
class SampleCursor:
    """The time of the newest sample that was read, in ms since the epoch."""

    last_ms: int

    @property
    def position_ms(self) -> int:
        return self.last_ms

    @property
    def last_record_ms(self) -> int:
        return self.last_ms

    def at_last_record(self) -> "SampleCursor":
        return self


def _parse(state: Any) -> SampleCursor:
    try:
        return SampleCursor(int(state))
    except (TypeError, ValueError):
        raise UnusableState(f"a cursor is {str(state)[:60]!r}") from None


def _pack(cursors: Mapping[str, SampleCursor]) -> dict[str, str]:
    return {series: str(cursor.last_ms) for series, cursor in cursors.items()}


SAMPLE_CURSORS = CursorFormat(_parse, _pack)


class Valuations(PerInstrumentReader):
    """Samples at least `interval_ms` apart as a rule, asked for in windows of some PAGE_SIZE of them."""

    cursor_format = SAMPLE_CURSORS
    interval_ms: ClassVar[int] = MS_PER_MINUTE
    samples_per_interval: ClassVar[int] = 3

    @classmethod
    def requests_per_instrument(cls, config: Config, hours: float) -> int:
        wanted_ms = hours * MS_PER_HOUR if hours else MS_PER_DAY
        return max(1, round(wanted_ms * cls.samples_per_interval / cls.interval_ms / PAGE_SIZE))

    def first_ms(self) -> int:
        """Where a first sync begins: a day ago."""
        return self._table.context.clock() - MS_PER_DAY

    def read_series(self, series: str, cursor: SampleCursor | None) -> SeriesPages:
        now = self._table.context.clock()
        start_ms = cursor.last_ms + 1 if cursor else self.first_ms()
        last_ms = cursor.last_ms if cursor else 0
        step_ns = PAGE_SIZE * self.interval_ms // self.samples_per_interval * NS_PER_MS

        def fetch(window: Window) -> Sequence[Row]:
            return self.fetch(
                instrument_name=series,
                count=PAGE_SIZE,
                start_ts=str(window.start_ns // NS_PER_MS),
                end_ts=str(window.end_ns // NS_PER_MS),
            ).rows

        for window in ascending_windows(start_ms * NS_PER_MS, (now + 1) * NS_PER_MS, step_ns):
            for rows in samples_in(window, fetch, 2 * self.interval_ms * NS_PER_MS):
                last_ms = max(last_ms, *(TIME.earliest_ns(row) // NS_PER_MS for row in rows))  # type: ignore[operator]
                yield self._table.to_records(rows, instrument=series)
        if last_ms:
            self.advance(series, SampleCursor(last_ms))
        return True


class FundingRates(Valuations):
    """One an hour for each perpetual, from start_date on."""

    interval_ms = MS_PER_HOUR
    samples_per_interval = 1

    def first_ms(self) -> int:
        return self._table.context.config.start_ms

    def listed(self) -> list[str]:
        return self._symbols(lambda row: row.get("inst_type") == "PERPETUAL_SWAP", "symbol")


class IndexPrices(Valuations):
    """For each index that a listed instrument is valued by."""

    def listed(self) -> list[str]:
        return self._symbols(lambda row: bool(row.get("underlying_symbol")), "underlying_symbol")


def samples_in(window: Window, fetch: Callable[[Window], Sequence[Row]], room_ns: int) -> Iterator[list[Row]]:
    """All samples of a window, each once. `room_ns`: a stretch shorter than this has room for no further sample."""
    met: set[int] = set()
    open_windows = [window]
    while open_windows:
        part = open_windows.pop()
        new = []
        for row in fetch(part):
            time_ns = TIME.earliest_ns(row)
            if time_ns is not None and part.start_ns <= time_ns < part.end_ns and time_ns not in met:
                met.add(time_ns)
                new.append((time_ns, row))
        if not new:
            continue
        new.sort(key=lambda sample: sample[0])
        yield [row for _, row in new]
        oldest_ns, newest_ns = new[0][0], new[-1][0]
        rests = (Window(part.start_ns, oldest_ns), Window(newest_ns + NS_PER_MS, part.end_ns))
        open_windows += [rest for rest in rests if rest.width_ns >= room_ns]
