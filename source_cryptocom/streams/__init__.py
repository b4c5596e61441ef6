"""One short class per table."""

from source_cryptocom.streams.account import OpenOrder, UserBalance, UserPosition
from source_cryptocom.streams.base import CheckpointedStream, ExchangeStream
from source_cryptocom.streams.candlestick import Candlestick
from source_cryptocom.streams.history import OrderHistory, Transaction, UserTrade
from source_cryptocom.streams.market import Book, Instrument, Ticker
from source_cryptocom.streams.trade import Trade
from source_cryptocom.sync import Sync

PRIVATE_TABLES = (UserBalance, UserPosition, OpenOrder, OrderHistory, UserTrade, Transaction)


def public_tables(sync: Sync) -> list[ExchangeStream]:
    """The five tables that need no key. They share one list of instruments."""
    instrument = Instrument(sync)
    listing = instrument.listing
    return [instrument, Ticker(sync), Trade(sync, listing), Book(sync, listing), Candlestick(sync, listing)]


def private_tables(sync: Sync) -> list[ExchangeStream]:
    """The six tables of an account."""
    return [table(sync) for table in PRIVATE_TABLES]


__all__ = ["PRIVATE_TABLES", "CheckpointedStream", "ExchangeStream", "private_tables", "public_tables"]
