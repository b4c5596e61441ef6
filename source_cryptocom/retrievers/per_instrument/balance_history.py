"""How the history of the account's value is read: back in time from now, day by day and hour by hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from source_cryptocom.api.row_source import Parameter
from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, NS_PER_MS
from source_cryptocom.retrievers.base import SeriesPages
from source_cryptocom.retrievers.per_instrument.reader import PerInstrument, PerInstrumentReader
from source_cryptocom.retrievers.per_instrument.sample_position import SAMPLE_POSITIONS, SamplePosition
from source_cryptocom.retrievers.per_instrument.valuations import TIME

# The length of a point, and how many the exchange gives at most.
TIMEFRAMES = {"D1": (MS_PER_DAY, 30), "H1": (MS_PER_HOUR, 120)}


@dataclass(frozen=True)
class PerTimeframe(PerInstrument):
    """One timeframe after the other, by one worker. What the exchange refuses is no instrument here."""

    per_instrument = False

    def sample(self, now_ms: int) -> Mapping[str, Parameter]:
        return {**super().sample(now_ms), "end_time": now_ms}


class BalanceHistoryReader(PerInstrumentReader):
    """A series is a timeframe. The last points may not be final, so the next sync reads two of them again."""

    sample = {"timeframe": "D1", "limit": 1}
    unit = "timeframes"
    cursor_format = SAMPLE_POSITIONS

    def listed(self) -> list[str]:
        return list(TIMEFRAMES)

    def hours_between_syncs(self) -> float:
        return 0.0

    def read_series(self, series: str, cursor: Any) -> SeriesPages:
        length_ms, limit = TIMEFRAMES[series]
        context = self._table.context
        now = context.clock()
        start_ms = cursor.last_ms - length_ms if cursor else context.config.history_start_ms(now)
        end_ms = now + 1
        last_ms = cursor.last_ms if cursor else 0
        while end_ms > start_ms:
            page = self.fetch(timeframe=series, end_time=end_ms, limit=limit)
            times = [(TIME.earliest_ns(row) or 0) // NS_PER_MS for row in page.rows]
            # A row without a time passes on: there it is told that it cannot be a record.
            new = [row for row, ms in zip(page.rows, times, strict=True) if start_ms <= ms < end_ms or not ms]
            earlier = [ms for ms in times if 0 < ms < end_ms]
            yield self._table.to_records(new, timeframe=series, instrument_name=page.result.get("instrument_name"))
            # A request reaches back so many points, and no further: before a gap there may be more.
            last_ms = max([last_ms, *earlier])
            end_ms = min(earlier, default=end_ms - limit * length_ms)
        if last_ms:
            self.advance(series, SamplePosition(last_ms))
        return True
