"""A market without instruments, for tests that are about the account alone."""

from __future__ import annotations

from simulated_exchange.behaviour import CandlePage, NumbersAs


class EmptyMarket:
    """Lists nothing; every instrument is unknown."""

    extra_fields = False
    traded_candles_only = False
    names: tuple[str, ...] = ()

    def instruments_json(self, style: NumbersAs) -> bytes:
        return b"[]"

    def tickers_json(self, style: NumbersAs, instrument: str | None = None) -> bytes:
        if instrument is not None:
            raise KeyError(instrument)
        return b"[]"

    def book_json(self, style: NumbersAs, instrument: str, depth: int, with_time: bool) -> bytes:
        raise KeyError(instrument)

    def trades_json(self, style: NumbersAs, instrument: str, start_ns: int, end_ns: int, count: int) -> bytes:
        raise KeyError(instrument)

    def candles_json(
        self,
        style: NumbersAs,
        instrument: str,
        timeframe: str,
        start_ms: int | None,
        end_ms: int,
        count: int,
        page: CandlePage = "newest",
    ) -> bytes:
        raise KeyError(instrument)
