"""One short class per table."""

from collections.abc import Iterable

from airbyte_cdk.sources.utils.casing import camel_to_snake

from source_cryptocom.context import SyncContext
from source_cryptocom.retrievers.order_history import OrderHistory
from source_cryptocom.streams.account import OpenOrder, UserBalance, UserPosition
from source_cryptocom.streams.base import CheckpointedStream, ExchangeStream
from source_cryptocom.streams.candlestick import Candlestick
from source_cryptocom.streams.history import Transaction, UserTrade
from source_cryptocom.streams.market import Book, Instrument, Ticker
from source_cryptocom.streams.trade import Trade

PUBLIC_TABLES = (Instrument, Ticker, Trade, Book, Candlestick)
PRIVATE_TABLES = (UserBalance, UserPosition, OpenOrder, OrderHistory, UserTrade, Transaction)


def names(tables: Iterable[type[ExchangeStream]]) -> list[str]:
    """The tables' names, as the CDK makes them of the classes'."""
    return [camel_to_snake(table.__name__) for table in tables]


def public_tables(context: SyncContext) -> list[ExchangeStream]:
    """The five tables that need no key. They share one list of instruments."""
    instrument = Instrument(context)
    listing = instrument.listing
    return [instrument, Ticker(context), Trade(context, listing), Book(context, listing), Candlestick(context, listing)]


def private_tables(context: SyncContext) -> list[ExchangeStream]:
    """The six tables of an account."""
    return [table(context) for table in PRIVATE_TABLES]


__all__ = [
    "PRIVATE_TABLES",
    "PUBLIC_TABLES",
    "CheckpointedStream",
    "ExchangeStream",
    "names",
    "private_tables",
    "public_tables",
]
