"""Public market data, without a key."""

from source_cryptocom.api.rate_limits import PUBLIC
from source_cryptocom.api.row_source import Page, Parameter
from source_cryptocom.retrievers.candles.reader import Candles
from source_cryptocom.retrievers.pages import NumberedPages, SinglePage
from source_cryptocom.retrievers.per_instrument.order_books import OrderBooks
from source_cryptocom.retrievers.per_instrument.reader import PerInstrument
from source_cryptocom.retrievers.per_instrument.valuations import FundingRates, IndexPrices, Valuations
from source_cryptocom.retrievers.trades.reader import Trades
from source_cryptocom.streams.base import ExchangeStream, IncrementalExchangeStream
from source_cryptocom.streams.row_expansion import risk_parameters_of


class Instrument(ExchangeStream):
    """Everything that can be traded. The sync's one request for it serves the other tables too."""

    method = "public/get-instruments"
    rate_limit = PUBLIC
    primary_key = "symbol"
    columns = {"expiry_timestamp_ms": "expiry_time"}

    def fetch(self, **parameters: Parameter) -> Page:
        return Page(self.context.instruments.rows(), None)


class Ticker(IncrementalExchangeStream):
    """The latest price, best bid and ask, and the last 24 hours, of every instrument in one request."""

    method = "public/get-tickers"
    rate_limit = PUBLIC
    primary_key = "instrument"
    never_empty = True
    cursor_field = "timestamp"
    retriever = SinglePage(incremental=True)
    # `a` is the latest trade's price and `k` the best ask: so says the documentation, and every live row bears it out.
    columns = {
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


class Trade(IncrementalExchangeStream):
    """Every public trade."""

    method = "public/get-trades"
    rate_limit = PUBLIC
    primary_key = ["instrument", "trade_id"]
    cursor_field = "timestamp"
    retriever = PerInstrument(Trades)
    columns = {
        "d": "trade_id",
        "i": "instrument",
        "s": "side",
        "p": "price",
        "q": "quantity",
        "t": "timestamp",
        "tn": "timestamp_ns",
        "m": "match_id",
    }
    upper_case = ("side",)


class Book(IncrementalExchangeStream):
    """The order book of each instrument, `book_depth` levels a side."""

    method = "public/get-book"
    rate_limit = PUBLIC
    primary_key = ["instrument", "timestamp"]
    cursor_field = "timestamp"
    retriever = PerInstrument(OrderBooks)
    columns = {"t": "timestamp", "instrument_name": "instrument"}


class Candlestick(IncrementalExchangeStream):
    """Open, high, low, close and volume of each instrument and timeframe."""

    method = "public/get-candlestick"
    rate_limit = PUBLIC
    primary_key = ["instrument", "timeframe", "timestamp"]
    cursor_field = "timestamp"
    retriever = PerInstrument(Candles)
    columns = {
        "t": "timestamp",
        "o": "open",
        "h": "high",
        "l": "low",
        "c": "close",
        "v": "volume",
    }


class FundingRate(IncrementalExchangeStream):
    """The funding rate of each perpetual, hour by hour."""

    method = "public/get-valuations"
    rate_limit = PUBLIC
    primary_key = ["instrument", "timestamp"]
    cursor_field = "timestamp"
    parameters = {"valuation_type": "funding_hist"}
    columns = {"v": "value", "t": "timestamp"}
    retriever = PerInstrument(FundingRates)


MILLIONS_OF_ROWS = ("mark_price", "index_price")
"""Two or three prices a minute of 930 instruments: offered where instruments, or these tables, are named."""


class MarkPrice(FundingRate):
    """The price at which positions are valued; a first sync reads the last day."""

    parameters = {"valuation_type": "mark_price"}
    retriever = PerInstrument(Valuations)


class IndexPrice(FundingRate):
    """The price of each index; a first sync reads the last day."""

    parameters = {"valuation_type": "index_price"}
    retriever = PerInstrument(IndexPrices)


class ExpiredSettlementPrice(ExchangeStream):
    """The price at which each dated contract was settled."""

    method = "public/get-expired-settlement-price"
    rate_limit = PUBLIC
    primary_key = ["instrument", "expiry_time"]
    parameters = {"instrument_type": "FUTURE"}
    columns = {"i": "instrument", "x": "expiry_time", "v": "value", "t": "timestamp"}
    retriever = NumberedPages(first=1)


class RiskParameter(ExchangeStream):
    """Leverage, position limits and collateral of each base currency."""

    method = "public/get-risk-parameters"
    rate_limit = PUBLIC
    records_path = ""
    primary_key = ["config", "instrument_name"]
    columns = {"update_timestamp_ms": "update_time"}
    expansions = (risk_parameters_of,)
