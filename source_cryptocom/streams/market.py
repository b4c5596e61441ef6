"""The public tables that need one request, or one per instrument."""

from collections.abc import Iterator
from typing import Any

from airbyte_cdk.sources.streams.core import StreamData

from source_cryptocom.api.rate_limits import PUBLIC
from source_cryptocom.api.response import Row
from source_cryptocom.concurrency.partition_queue import Records
from source_cryptocom.context import SyncContext
from source_cryptocom.retrievers.instruments import Instruments, doubts
from source_cryptocom.retrievers.per_instrument import PerInstrumentStream
from source_cryptocom.streams.base import ExchangeStream
from source_cryptocom.streams.market_stream import MarketStream


class Instrument(ExchangeStream):
    """Everything that can be traded. The sync's one request for it serves the other tables too."""

    method = "public/get-instruments"
    rate_limit = PUBLIC
    primary_key = "symbol"
    columns = {"expiry_timestamp_ms": "expiry_time"}  # noqa: RUF012

    def __init__(self, context: SyncContext) -> None:
        super().__init__(context)
        self.listing = Instruments(self._fetch_listing)

    def read_partition(self) -> Iterator[StreamData]:
        yield from self.to_records(self.listing.rows())

    def _fetch_listing(self) -> list[Row]:
        result = self.request({})
        rows = self.rows_of(result)
        for warning in doubts(rows, result.get("next_cursor")):
            self.logger.warning(f"{self.name}: {warning}")
        return rows


class Ticker(MarketStream):
    """The latest price, best bid and ask, and the last 24 hours, of every instrument in one request."""

    method = "public/get-tickers"
    rate_limit = PUBLIC
    primary_key = "instrument"
    never_empty = True
    # `a` is the latest trade's price and `k` the best ask: so says the documentation, and every live row bears it out.
    columns = {  # noqa: RUF012
        "i": "instrument",
        "h": "high",
        "l": "low",
        "a": "last_price",
        "b": "bid",
        "k": "ask",
        "bs": "bid_size",
        "ks": "ask_size",
        "c": "change",
        "v": "volume",
        "vv": "volume_value",
        "oi": "open_interest",
        "t": "timestamp",
    }

    def read_partition(self) -> Iterator[StreamData]:
        yield from super().read_partition()
        self._complete = True


class Book(PerInstrumentStream):
    """The order book of each instrument, `book_depth` levels a side."""

    method = "public/get-book"
    rate_limit = PUBLIC
    primary_key = ["instrument", "timestamp"]  # noqa: RUF012
    columns = {"t": "timestamp", "instrument_name": "instrument"}  # noqa: RUF012

    def read_series(self, series: str, cursor: Any) -> Records:
        asked_ms = self._context.clock()
        result = self.request({"instrument_name": series, "depth": str(self._context.config.book_depth)})
        shared = {name: value for name, value in result.items() if name != "data"}
        for book in result["data"]:
            if not isinstance(book, dict):
                raise self.unreadable("a row is not an object")
            # The exchange may send a book without its time.
            yield from self.to_records([{"t": asked_ms, **shared, **_present(book)}], instrument=series)
        if self._full_refresh:
            self.moved(series, True)
        return True


def _present(book: Row) -> dict[str, Any]:
    """The book's fields; a `t` that is null is left out like one that is not there."""
    return {name: value for name, value in book.items() if name != "t" or value}
