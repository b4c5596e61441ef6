"""How an instrument's order book is read."""

from typing import Any

from source_cryptocom.api.response import Row
from source_cryptocom.retrievers.base import SeriesPages
from source_cryptocom.retrievers.per_instrument.reader import PerInstrumentReader


class OrderBooks(PerInstrumentReader):
    """One request an instrument, `book_depth` levels a side."""

    def read_series(self, series: str, cursor: Any) -> SeriesPages:
        context = self._table.context
        asked_ms = context.time_to_show()
        page = self.fetch(instrument_name=series, depth=context.config.book_depth)
        beside_the_book = {name: value for name, value in page.result.items() if name != "data"}
        # The exchange may send a book without its time.
        rows = [{"t": asked_ms, **beside_the_book, **_present(book)} for book in page.rows]
        yield self._table.to_records(rows, instrument=series)
        if self.cursor.full_refresh:
            self.advance(series, True)
        return True


def _present(book: Row) -> dict[str, Any]:
    """The book's fields; a `t` that is null is left out like one that is not there."""
    return {name: value for name, value in book.items() if name != "t" or value}
