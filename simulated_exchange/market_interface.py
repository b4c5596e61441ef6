"""What the server needs of a market: rows as JSON that is encoded already."""

from __future__ import annotations

from typing import Protocol

from simulated_exchange.behaviour import CandlePage, NumbersAs


class MarketData(Protocol):
    """Every method raises KeyError for an instrument that is not listed. Windows exclude their end."""

    extra_fields: bool
    traded_candles_only: bool

    @property
    def names(self) -> tuple[str, ...]: ...

    def instruments_json(self, style: NumbersAs) -> bytes: ...

    def tickers_json(self, style: NumbersAs, instrument: str | None = None) -> bytes: ...

    def book_json(self, style: NumbersAs, instrument: str, depth: int, with_time: bool) -> bytes: ...

    def trades_json(self, style: NumbersAs, instrument: str, start_ns: int, end_ns: int, count: int) -> bytes: ...

    def candles_json(
        self,
        style: NumbersAs,
        instrument: str,
        timeframe: str,
        start_ms: int | None,
        end_ms: int,
        count: int,
        page: CandlePage = "newest",
    ) -> bytes: ...
