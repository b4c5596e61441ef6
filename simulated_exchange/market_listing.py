"""One listed instrument: its row, its ticker, its trades, its candles and its book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from simulated_exchange.market_books import OrderBook
from simulated_exchange.market_candles import CandleSeries
from simulated_exchange.market_profiles import Profile
from simulated_exchange.market_rows import Style, closing, encoded, number
from simulated_exchange.market_trades import TradeTape

WRITTEN_AS_INTEGERS = ("quote_decimals", "quantity_decimals", "expiry_timestamp_ms")


class Listing:
    """`ticker_age_ms` is how long before each request the ticker was last updated."""

    def __init__(self, profile: Profile, row: Mapping[str, Any], ticker: Mapping[str, Any], ticker_age_ms: int) -> None:
        self.profile = profile
        self.row = dict(row)
        self.ticker = {key: value for key, value in ticker.items() if key != "t"}
        self.ticker_age_ms = ticker_age_ms
        self.trades = TradeTape(profile)
        self.candles = CandleSeries(profile)
        self._ticker_head = encoded(self.ticker)[:-1]

    @cached_property
    def book(self) -> OrderBook:
        profile = self.profile
        return OrderBook(profile.symbol, profile.quantity_decimals, self.ticker["b"], self.ticker["k"])

    def row_json(self, style: Style, extra_fields: bool) -> bytes:
        row = self.row
        if style == "strings":
            row = {key: str(value) if key in WRITTEN_AS_INTEGERS else value for key, value in row.items()}
        return encoded(row)[:-1] + closing(extra_fields)

    def ticker_json(self, style: Style, now_ms: int, extra_fields: bool) -> bytes:
        time = b',"t":' + number(style) % (now_ms - self.ticker_age_ms)
        return self._ticker_head + time + closing(extra_fields)


def array(rows: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(rows) + b"]"
