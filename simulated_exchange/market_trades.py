"""Trades as a function of time: match k of an instrument happens somewhere in its k-th period, always at the same
nanosecond with the same rows, whoever asks and in whatever order."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from simulated_exchange.market_profiles import Profile
from simulated_exchange.market_rows import Style, closing, digits, number

_FIRST_MATCH_ID = 4_611_686_018_400_000_000
_RING = 101
_FRACTION_BITS = 20
_MARGIN_NS = 1_000_000
"""Kept free at the end of each period, so that the rows of one match never reach into the next."""

_random = random.Random(20260816)
_JITTER = [int(_random.random() * (1 << _FRACTION_BITS)) for _ in range(1021)]
_LEVEL = [_random.random() for _ in range(_RING)]
_QUANTITY = [int(10 ** (4.3 * _random.random())) for _ in range(_RING)]
_IS_BUY = [_random.random() < 0.5 for _ in range(_RING)]

_Pattern = tuple[tuple[int, int, int], ...]


def _one_match(size: int) -> _Pattern:
    return tuple((0, fill, 0) for fill in reversed(range(size)))


_PATTERNS: list[_Pattern] = (
    [_one_match(1)] * 54
    + [((0, 1, 0),)]
    + [_one_match(2)] * 5
    + [_one_match(3)] * 2
    + [_one_match(5)]
    + [((381_204, 0, 1), (0, 0, 0))]
)
"""The rows of a period, newest first: nanoseconds after its match, id minus time, matches after its first.

As captured: about 17 % of all rows repeat the time of another, and as many have an id that is not their time."""
_random.shuffle(_PATTERNS)


@dataclass(frozen=True)
class Trade:
    trade_id: str
    """Digits, unique within the instrument."""
    timestamp_ns: int
    quantity: str
    price: str
    side: str
    """Lower case, as the live exchange sends it."""
    match_id: str

    @property
    def newest_last(self) -> tuple[int, int]:
        return self.timestamp_ns, int(self.trade_id)


def burst(at_ns: int, count: int, price: str = "1.0", quantity: str = "0.10") -> list[Trade]:
    """`count` trades of one match, all at the nanosecond `at_ns`, for `Market.add_trades`."""
    match_id = str(_FIRST_MATCH_ID - 1 - at_ns % 10**15)
    return [Trade(str(at_ns + fill), at_ns, quantity, price, "sell", match_id) for fill in range(count)]


class TradeTape:
    """The trades of one instrument. Every window is [start_ns, end_ns), and rows come newest first."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._tails: list[bytes | None] = [None] * _RING
        self._added: list[Trade] = []

    def add(self, trades: Iterable[Trade]) -> None:
        self._added = sorted([*self._added, *trades], key=lambda trade: trade.newest_last)

    def trades(self, start_ns: int, end_ns: int) -> list[Trade]:
        """All trades of the window."""
        own = (
            Trade(str(trade_id), time_ns, *self._values(ring), str(match_id))
            for trade_id, time_ns, ring, match_id in self._fills(start_ns, end_ns)
        )
        return sorted([*own, *self._added_in(start_ns, end_ns)], key=lambda trade: trade.newest_last, reverse=True)

    def rows(self, style: Style, start_ns: int, end_ns: int, count: int, extra_fields: bool) -> bytes:
        """The newest `count` trades of the window as a JSON array."""
        time = number(style)
        template = b'{"d":"%d","t":' + time + b',"tn":' + time + b',%b"%d"' + closing(extra_fields)
        added = self._added_in(start_ns, end_ns)
        if added:
            return self._merged_rows(template, added, start_ns, end_ns, count)
        tails, tail = self._tails, self._tail
        rows = [
            template % (trade_id, time_ns // 1_000_000, time_ns, tails[ring] or tail(ring), match_id)
            for trade_id, time_ns, ring, match_id in islice(self._fills(start_ns, end_ns), count)
        ]
        return b"[" + b",".join(rows) + b"]"

    def _merged_rows(self, template: bytes, added: Sequence[Trade], start_ns: int, end_ns: int, count: int) -> bytes:
        own = (
            (time_ns, trade_id, self._tails[ring] or self._tail(ring), match_id)
            for trade_id, time_ns, ring, match_id in islice(self._fills(start_ns, end_ns), count)
        )
        more = (
            (*trade.newest_last, self._encoded(trade.quantity, trade.price, trade.side), int(trade.match_id))
            for trade in added
        )
        rows = [
            template % (trade_id, time_ns // 1_000_000, time_ns, tail, match_id)
            for time_ns, trade_id, tail, match_id in sorted([*own, *more], reverse=True)[:count]
        ]
        return b"[" + b",".join(rows) + b"]"

    def _fills(self, start_ns: int, end_ns: int) -> Iterator[tuple[int, int, int, int]]:
        """Trade id, time in ns, place in the ring of values and match id, newest first."""
        period = self._profile.period_ns
        if period is None or start_ns >= end_ns:
            return
        reach, phase = period - _MARGIN_NS, self._profile.phase
        for slot in range((end_ns - 1) // period, start_ns // period - 1, -1):
            mixed = slot + phase
            match_ns = slot * period + (_JITTER[mixed * 487 % 1021] * reach >> _FRACTION_BITS)
            ring, match_id = mixed * 5, _FIRST_MATCH_ID + 2 * slot
            for after_ns, id_offset, match_offset in _PATTERNS[mixed * 29 & 63]:
                time_ns = match_ns + after_ns
                ring += 1
                if start_ns <= time_ns < end_ns:
                    yield time_ns + id_offset, time_ns, ring % _RING, match_id + match_offset

    def _added_in(self, start_ns: int, end_ns: int) -> Sequence[Trade]:
        added = self._added
        first = bisect_left(added, start_ns, key=lambda trade: trade.timestamp_ns)
        return added[first : bisect_left(added, end_ns, key=lambda trade: trade.timestamp_ns)]

    def _values(self, ring: int) -> tuple[str, str, str]:
        """Quantity, price and side at a place of the ring; the first place is a trade at the smallest price."""
        profile = self._profile
        level = _LEVEL[(ring + profile.phase) % _RING] * 0.03 - 0.015
        price = profile.price_ticks + int(profile.price_ticks * level)
        if ring == 0 and profile.price_decimals >= 9:
            price = 1
        quantity = _QUANTITY[(ring + profile.phase) % _RING] * profile.quantity_step
        return (
            digits(quantity, profile.quantity_decimals),
            digits(price, profile.price_decimals),
            "buy" if _IS_BUY[ring] else "sell",
        )

    def _tail(self, ring: int) -> bytes:
        tail = self._tails[ring] = self._encoded(*self._values(ring))
        return tail

    def _encoded(self, quantity: str, price: str, side: str) -> bytes:
        return f'"q":"{quantity}","p":"{price}","s":"{side}","i":"{self._profile.symbol}","m":'.encode()
