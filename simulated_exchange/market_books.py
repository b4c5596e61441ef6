"""Order books: the captured one, lengthened, and moved to each instrument's own prices and quantities."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from simulated_exchange.market_capture import captured
from simulated_exchange.market_rows import Style, closing, digits, encoded, number, ticks

MAX_DEPTH = 150

Level = list[str]
"""Price, quantity, number of orders."""


@lru_cache(maxsize=1)
def captured_book() -> dict[str, Any]:
    return dict(captured("book"))


@lru_cache(maxsize=2)
def _pattern(side: str) -> list[Level]:
    """A side of the captured book, whose 50 levels go on to MAX_DEPTH a tick apart, with the same quantities."""
    levels: list[Level] = captured_book()["data"][0][side]
    last, decimals = levels[-1][0], len(levels[-1][0].partition(".")[2])
    step = -1 if side == "bids" else 1
    further = [
        [digits(price, decimals), *levels[number % len(levels)][1:]]
        for number in range(MAX_DEPTH - len(levels))
        if (price := _captured_ticks(last) + step * (number + 1)) > 0
    ]
    return [*levels, *further]


class OrderBook:
    """The 150 best levels a side of one instrument, around the bid and the ask of its ticker.

    The captured instrument begins with the captured book; another has its distances in ticks and its quantities in
    units of the instrument's last decimal. A side without a quote in the ticker is empty, and none reaches below one
    tick.
    """

    def __init__(self, instrument: str, quantity_decimals: int, bid: str | None, ask: str | None) -> None:
        self._instrument = instrument
        self._quantity_decimals = quantity_decimals
        is_captured = instrument == captured_book()["instrument_name"]
        self.bids: list[Level] = _pattern("bids") if is_captured else self._side("bids", bid)
        self.asks: list[Level] = _pattern("asks") if is_captured else self._side("asks", ask)
        self._sides: dict[int, bytes] = {}

    def result(self, style: Style, depth: int, time_ms: int | None, extra_fields: bool) -> bytes:
        """The `result` object; without `t` where no time is given."""
        depth = min(depth, MAX_DEPTH)
        integer = number(style)
        sides = self._sides.get(depth) or self._encode(depth)
        time = b"" if time_ms is None else b',"t":' + integer % time_ms
        data = b'{"depth":' + integer % depth + b',"data":[{' + sides + time + closing(extra_fields)
        return data + b'],"instrument_name":' + encoded(self._instrument) + b"}"

    def _encode(self, depth: int) -> bytes:
        sides = b'"bids":' + encoded(self.bids[:depth]) + b',"asks":' + encoded(self.asks[:depth])
        self._sides[depth] = sides
        return sides

    def _side(self, side: str, best: str | None) -> list[Level]:
        if best is None:
            return []
        decimals = len(best.partition(".")[2])
        pattern = _pattern(side)
        to_best = ticks(best, decimals) - _captured_ticks(pattern[0][0])
        return [
            [digits(price, decimals), digits(int(quantity), self._quantity_decimals), orders]
            for level, quantity, orders in pattern
            if (price := _captured_ticks(level) + to_best) > 0
        ]


def _captured_ticks(price: str) -> int:
    return int(price.replace(".", ""))
