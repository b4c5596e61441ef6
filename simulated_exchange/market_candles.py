"""Candles as a function of time, and the calendar they are aligned to."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice

from simulated_exchange.behaviour import CandlePage
from simulated_exchange.market_profiles import DAY_MS, HOUR_MS, Profile
from simulated_exchange.market_rows import Style, closing, digits, number

MINUTE_MS = 60_000
_MONDAY_MS = 4 * DAY_MS
"""1970-01-05, the first Monday."""


@dataclass(frozen=True)
class Timeframe:
    """Candles number `index(t)` of one length; number n opens at `opens(n)`, all in ms UTC.

    Up to 1D they are aligned to the epoch, that is to midnight; 7D opens on Mondays; 14D on every second Monday,
    counted from 1970-01-05; 1M on the first of the month.
    """

    name: str
    length_ms: int
    """For a month the mean."""
    origin_ms: int = 0
    is_month: bool = False

    def index(self, time_ms: int) -> int:
        if self.is_month:
            moment = datetime.fromtimestamp(time_ms / 1000, timezone.utc)
            return moment.year * 12 + moment.month - 1
        return (time_ms - self.origin_ms) // self.length_ms

    def opens(self, index: int) -> int:
        if self.is_month:
            return int(datetime(index // 12, index % 12 + 1, 1, tzinfo=timezone.utc).timestamp()) * 1000
        return self.origin_ms + index * self.length_ms

    def all_opens(self, indices: Sequence[int]) -> Sequence[int]:
        """`opens` of each, at once."""
        if self.is_month or not isinstance(indices, range):
            return [self.opens(index) for index in indices]
        return range(self.opens(indices.start), self.opens(indices.stop), self.length_ms)


TIMEFRAMES = {
    timeframe.name: timeframe
    for timeframe in (
        Timeframe("1m", MINUTE_MS),
        Timeframe("5m", 5 * MINUTE_MS),
        Timeframe("15m", 15 * MINUTE_MS),
        Timeframe("30m", 30 * MINUTE_MS),
        Timeframe("1h", HOUR_MS),
        Timeframe("2h", 2 * HOUR_MS),
        Timeframe("4h", 4 * HOUR_MS),
        Timeframe("6h", 6 * HOUR_MS),
        Timeframe("12h", 12 * HOUR_MS),
        Timeframe("1D", DAY_MS),
        Timeframe("7D", 7 * DAY_MS, _MONDAY_MS),
        Timeframe("14D", 14 * DAY_MS, _MONDAY_MS),
        Timeframe("1M", 2_629_746_000, is_month=True),
    )
}

_RING = 127
_FLAT_RUN = 32
"""Candles without a trade repeat one price this many times."""
_random = random.Random(19991231)
_PATH = [0.0]
for _ in range(_RING - 1):
    _PATH.append(_PATH[-1] * 0.98 + _random.gauss(0, 0.004))
_WICKS = [(abs(_random.gauss(0, 0.002)), abs(_random.gauss(0, 0.002))) for _ in range(_RING)]
_VOLUME = [10_000 + int(10 ** (3 + 4 * _random.random())) for _ in range(_RING)]
_LOT = [int(_random.random() * 1024) for _ in range(1021)]

Values = tuple[int, int, int, int, int]
"""Open, high, low, close and volume, in units of the instrument's last decimals."""


@dataclass(frozen=True)
class Candle:
    open_ms: int
    open: str
    high: str
    low: str
    close: str
    volume: str


class CandleSeries:
    """The candles of one instrument in every timeframe, from the one in which it was listed to the one forming."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._traded: list[bytes | None] = [None] * _RING
        self._flat: list[bytes | None] = [None] * _RING

    def indices(self, timeframe: Timeframe, start_ms: int | None, end_ms: int, now_ms: int) -> range:
        """The candles that open in [start_ms, end_ms), the one forming at `now_ms` included, none after it."""
        first = timeframe.index(self._profile.listed_ms)
        newest_ms = min(end_ms - 1, now_ms)
        if newest_ms < max(timeframe.opens(first), start_ms or 0):
            return range(0)
        if start_ms is not None and start_ms > timeframe.opens(first):
            first = timeframe.index(start_ms - 1) + 1
        return range(first, timeframe.index(newest_ms) + 1)

    def page(
        self, timeframe: Timeframe, indices: range, count: int, page: CandlePage, *, traded_only: bool
    ) -> Sequence[int]:
        """The newest or oldest `count` of the candles, in order."""
        if not traded_only:
            return indices[:count] if page == "oldest" else indices[max(0, len(indices) - count) :]
        in_order = indices if page == "oldest" else reversed(indices)
        return sorted(islice(self._traded_of(timeframe, in_order), count))

    def candles(
        self, timeframe: Timeframe, start_ms: int | None, end_ms: int, now_ms: int, *, traded_only: bool = False
    ) -> list[Candle]:
        """All candles that open in [start_ms, end_ms), oldest first. The one that is forming has what was traded of it
        by now: all its values start at its open price and reach their last ones when it is complete."""
        indices = self.indices(timeframe, start_ms, end_ms, now_ms)
        return [
            self._candle(timeframe.opens(index), self._values(timeframe, index, now_ms))
            for index in (self._traded_of(timeframe, indices) if traded_only else indices)
        ]

    def close_at(self, timeframe: Timeframe, at_ms: int) -> int:
        """The close of the candle that forms at a moment, in units of its last decimal."""
        return self._values(timeframe, timeframe.index(at_ms), at_ms)[3]

    def rows(
        self, style: Style, timeframe: Timeframe, indices: Sequence[int], now_ms: int, *, extra_fields: bool
    ) -> bytes:
        """These candles as a JSON array."""
        template = b'{%b,"t":' + number(style) + closing(extra_fields)
        complete = indices[:-1] if indices and timeframe.opens(indices[-1] + 1) > now_ms else indices
        traded, flat = self._traded, self._flat
        share, phase = self._share(timeframe), self._phase(timeframe)
        rows = []
        for index, open_ms in zip(complete, timeframe.all_opens(complete), strict=True):
            mixed = index + phase
            if _LOT[mixed * 389 % 1021] < share:
                place = mixed % _RING
                values = traded[place] or self._remember(traded, place, self._traded_values(place))
            else:
                place = mixed // _FLAT_RUN % _RING
                values = flat[place] or self._remember(flat, place, self._flat_values(place))
            rows.append(template % (values, open_ms))
        if len(complete) < len(indices):
            forming = self._encoded(self._values(timeframe, indices[-1], now_ms))
            rows.append(template % (forming, timeframe.opens(indices[-1])))
        return b"[" + b",".join(rows) + b"]"

    def _traded_of(self, timeframe: Timeframe, indices: Iterable[int]) -> Iterator[int]:
        """Those of the candles in which something was traded."""
        share, phase = self._share(timeframe), self._phase(timeframe)
        return (index for index in indices if _LOT[(index + phase) * 389 % 1021] < share) if share else iter(())

    def _share(self, timeframe: Timeframe) -> int:
        """How many of 1024 candles have a trade in them."""
        period_ns = self._profile.period_ns
        return min(1024, 1024 * timeframe.length_ms * 1_000_000 // period_ns) if period_ns else 0

    def _phase(self, timeframe: Timeframe) -> int:
        return self._profile.phase + timeframe.length_ms // MINUTE_MS

    def _values(self, timeframe: Timeframe, index: int, now_ms: int) -> Values:
        """Open, high, low, close and volume in units of their last decimal, as they are at `now_ms`."""
        mixed = index + self._phase(timeframe)
        if _LOT[mixed * 389 % 1021] >= self._share(timeframe):
            return self._flat_values(mixed // _FLAT_RUN % _RING)
        final = self._traded_values(mixed % _RING)
        opened, closed = timeframe.opens(index), timeframe.opens(index + 1)
        if closed <= now_ms:
            return final
        open_, high, low, close, volume = final
        passed, length = now_ms - opened, closed - opened
        return (
            open_,
            open_ + (high - open_) * passed // length,
            open_ + (low - open_) * passed // length,
            open_ + (close - open_) * passed // length,
            volume * passed // length,
        )

    def _price(self, place: int) -> int:
        base = self._profile.price_ticks
        return max(1, base + int(base * _PATH[place % _RING]))

    def _flat_values(self, place: int) -> Values:
        price = self._price(place)
        return price, price, price, price, 0

    def _traded_values(self, place: int) -> Values:
        """A candle closes where the next one opens; the first of the ring falls to the smallest price there is where
        that has nine decimals or more."""
        open_, close = self._price(place), self._price(place + 1)
        up, down = _WICKS[place]
        high, low = max(open_, close), min(open_, close)
        bottom = 1 if place == 0 and self._profile.price_decimals >= 9 else max(1, low - int(low * down))
        return open_, high + int(high * up), bottom, close, _VOLUME[place] * self._profile.quantity_step

    def _candle(self, open_ms: int, values: Values) -> Candle:
        open_, high, low, close, volume = values
        decimals = self._profile.price_decimals
        return Candle(
            open_ms=open_ms,
            open=digits(open_, decimals),
            high=digits(high, decimals),
            low=digits(low, decimals),
            close=digits(close, decimals),
            volume=digits(volume, self._profile.quantity_decimals) if volume else "0",
        )

    def _remember(self, ring: list[bytes | None], place: int, values: Values) -> bytes:
        encoded = ring[place] = self._encoded(values)
        return encoded

    def _encoded(self, values: Values) -> bytes:
        decimals = self._profile.price_decimals
        open_, high, low, close = [digits(price, decimals) for price in values[:4]]
        volume = digits(values[4], self._profile.quantity_decimals) if values[4] else "0"
        return f'"o":"{open_}","h":"{high}","l":"{low}","c":"{close}","v":"{volume}"'.encode()
