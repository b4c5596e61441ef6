"""How a table is read that has one request, and no history, for each instrument."""

from typing import Any

from source_cryptocom.retrievers.base import SeriesPages
from source_cryptocom.retrievers.per_instrument.reader import PerInstrumentReader


class InstrumentRows(PerInstrumentReader):
    """The rows of one request an instrument."""

    def read_series(self, series: str, cursor: Any) -> SeriesPages:
        yield self._table.to_records(self.fetch(instrument_name=series).rows)
        if self.cursor.full_refresh:
            self.advance(series, True)
        return True
