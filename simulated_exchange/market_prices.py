"""What a captured instrument trades at, at any moment: the one price of market and accounts."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from simulated_exchange.market_candles import TIMEFRAMES, CandleSeries
from simulated_exchange.market_capture import by_turnover
from simulated_exchange.market_profiles import Profile, period_of_rank, profile
from simulated_exchange.timeline import MS_NS

HOURLY = TIMEFRAMES["1h"]


def price_at(instrument: str, at_ns: int) -> Decimal:
    """The close that its hourly candle has at this moment, and so a price inside of it. Raises KeyError."""
    character, candles = _captured()[instrument]
    return Decimal(candles.close_at(HOURLY, at_ns // MS_NS)).scaleb(-character.price_decimals)


@lru_cache(maxsize=1)
def _captured() -> dict[str, tuple[Profile, CandleSeries]]:
    profiles = [profile(one.instrument, one.ticker["a"], period_of_rank(one.rank), 0) for one in by_turnover()]
    return {character.symbol: (character, CandleSeries(character)) for character in profiles}
