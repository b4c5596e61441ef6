"""How a table is read that has one request, and no history, for each instrument."""

from typing import Any

from source_cryptocom.config import Config
from source_cryptocom.retrievers.per_instrument import PerInstrumentReader, SeriesPages


class InstrumentRows(PerInstrumentReader):
    """The rows of one request an instrument."""

    @classmethod
    def requests_per_instrument(cls, config: Config, hours: float) -> int:
        return 1

    def hours_between_syncs(self) -> float:
        return 0.0

    def read_series(self, series: str, cursor: Any) -> SeriesPages:
        yield self._table.to_records(self.fetch(instrument_name=series).rows)
        return True
