"""The market of the simulated exchange: made from the live capture, moving with a clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulated_exchange.behaviour import CandlePage
from simulated_exchange.market_candles import TIMEFRAMES, Candle
from simulated_exchange.market_capture import chosen
from simulated_exchange.market_listing import Listing, array
from simulated_exchange.market_profiles import (
    DAY_MS,
    HOUR_MS,
    SECOND_NS,
    Profile,
    listing_age_ms,
    period_of_rank,
    profile,
)
from simulated_exchange.market_rows import Style
from simulated_exchange.market_trades import Trade

NS_PER_MS = 1_000_000

_NEW_LISTING_PERIOD_NS = 18 * SECOND_NS
_CAPTURED_AT_MS = 1_786_916_800_000
"""The tickers' captured times lie up to 40 s before this."""


class Market:
    """Every method named `*_json` returns encoded JSON and raises KeyError for an instrument that is not listed.

    All of it is a function of the instrument and the clock alone: two markets with one clock, created within the same
    hour, agree on every row, whatever either was asked before.
    """

    def __init__(self, now_ns: Callable[[], int], history_days: int) -> None:
        self.now_ns = now_ns
        self.history_days = history_days
        self.extra_fields = False
        self.traded_candles_only = False
        """Whether a time in which nothing was traded has no candle, instead of a flat one."""
        self._listings: dict[str, Listing] = {}
        self._instruments_json: dict[tuple[Style, bool], bytes] = {}

    @classmethod
    def from_capture(
        cls,
        instruments: int | None = None,
        now_ns: Callable[[], int] = time.time_ns,
        history_days: int = 60,
        traded: Iterable[str] = (),
    ) -> Market:
        """`instruments`: how many, of every kind, instead of all 930; `traded`: which of them come first. `now_ns`: the
        clock, in ns since the epoch. `history_days`: how far back the exchange still has trades."""
        market = cls(now_ns, history_days)
        first_hour_ms = market.now_ms // HOUR_MS * HOUR_MS
        for one in chosen(instruments, traded):
            listed_ms = first_hour_ms - listing_age_ms(one.symbol, one.rank)
            character = profile(one.instrument, one.ticker["a"], period_of_rank(one.rank), listed_ms)
            age_ms = _CAPTURED_AT_MS - one.ticker["t"]
            market._listings[one.symbol] = Listing(character, one.instrument, one.ticker, age_ms)
        return market

    @property
    def now_ms(self) -> int:
        return self.now_ns() // NS_PER_MS

    @property
    def names(self) -> tuple[str, ...]:
        """The listed instruments, the busiest first, then those that were listed later."""
        return tuple(self._listings)

    @property
    def history_start_ns(self) -> int:
        """No trade is older than this: the midnight (UTC) that begins the day `history_days` ago."""
        return (self.now_ms // DAY_MS - self.history_days) * DAY_MS * NS_PER_MS

    def listing(self, instrument: str) -> Listing:
        return self._listings[instrument]

    def profile(self, instrument: str) -> Profile:
        return self._listings[instrument].profile

    def list_instrument(
        self, row: Mapping[str, Any], ticker: Mapping[str, Any] | None = None, listed_ms: int | None = None
    ) -> None:
        """Lists one more instrument, by its row of `public/get-instruments`, since `listed_ms` (default: now).

        Without a ticker (its captured form, `t` not needed) it has quotes at 1 and no turnover yet."""
        quotes = {"i": row["symbol"], "h": "1", "l": "1", "a": "1", "v": "0", "vv": "0", "c": "0"}
        quotes |= {"b": "1", "k": "1"}
        shown: Mapping[str, Any] = ticker or {**quotes, "oi": None}
        since_ms = self.now_ms if listed_ms is None else listed_ms
        character = profile(row, shown["a"], _NEW_LISTING_PERIOD_NS, since_ms)
        self._replace({**self._listings, row["symbol"]: Listing(character, row, shown, ticker_age_ms=0)})

    def delist(self, instrument: str) -> None:
        self.listing(instrument)
        self._replace({name: listing for name, listing in self._listings.items() if name != instrument})

    def add_trades(self, instrument: str, trades: Iterable[Trade]) -> None:
        """Trades beside the market's own, for example a `burst`. They appear when the clock reaches them."""
        self.listing(instrument).trades.add(trades)

    def instruments_json(self, style: Style) -> bytes:
        key = style, self.extra_fields
        if key not in self._instruments_json:
            rows = [listing.row_json(style, self.extra_fields) for listing in self._listings.values()]
            self._instruments_json[key] = array(rows)
        return self._instruments_json[key]

    def tickers_json(self, style: Style, instrument: str | None = None) -> bytes:
        listings = self._listings.values() if instrument is None else [self.listing(instrument)]
        now_ms, extra_fields = self.now_ms, self.extra_fields
        return array([listing.ticker_json(style, now_ms, extra_fields) for listing in listings])

    def book_json(self, style: Style, instrument: str, depth: int, with_time: bool) -> bytes:
        """The whole `result` object, at most 150 levels a side."""
        time_ms = self.now_ms if with_time else None
        return self.listing(instrument).book.result(style, depth, time_ms, self.extra_fields)

    def trades_json(self, style: Style, instrument: str, start_ns: int, end_ns: int, count: int) -> bytes:
        """The newest `count` trades of [start_ns, end_ns) that have happened by now, newest first."""
        listing = self.listing(instrument)
        window = self._trades_known(listing, start_ns, end_ns)
        return listing.trades.rows(style, *window, count, self.extra_fields)

    def candles_json(
        self,
        style: Style,
        instrument: str,
        timeframe: str,
        start_ms: int | None,
        end_ms: int,
        count: int,
        page: CandlePage = "newest",
    ) -> bytes:
        """The newest or oldest `count` candles that open in [start_ms, end_ms) and not after now, oldest first; the
        last may still be forming. KeyError also for an unknown timeframe."""
        series, frame = self.listing(instrument).candles, TIMEFRAMES[timeframe]
        now_ms = self.now_ms
        indices = series.indices(frame, start_ms, end_ms, now_ms)
        shown = series.page(frame, indices, count, page, traded_only=self.traded_candles_only)
        return series.rows(style, frame, shown, now_ms, extra_fields=self.extra_fields)

    def trades(self, instrument: str, start_ns: int, end_ns: int) -> list[Trade]:
        """All trades of [start_ns, end_ns) that have happened by now, newest first."""
        listing = self.listing(instrument)
        return listing.trades.trades(*self._trades_known(listing, start_ns, end_ns))

    def candles(self, instrument: str, timeframe: str, start_ms: int | None, end_ms: int) -> list[Candle]:
        """All candles that open in [start_ms, end_ms) and not after now, oldest first."""
        return self.listing(instrument).candles.candles(
            TIMEFRAMES[timeframe], start_ms, end_ms, self.now_ms, traded_only=self.traded_candles_only
        )

    def _trades_known(self, listing: Listing, start_ns: int, end_ns: int) -> tuple[int, int]:
        oldest_ns = max(self.history_start_ns, listing.profile.listed_ms * NS_PER_MS)
        return max(start_ns, oldest_ns), min(end_ns, self.now_ns() + 1)

    def _replace(self, listings: dict[str, Listing]) -> None:
        # Whole dictionaries change hands: a server may be iterating over the old one in another thread.
        self._listings = listings
        self._instruments_json = {}
