"""The live capture, and the choice of instruments for a smaller market."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from simulated_exchange.market_profiles import DAY_MS, LONG_DECIMALS_FROM, listing_age_ms, period_of_rank

Row = dict[str, Any]

_KINDS = ("CCY_PAIR", "PERPETUAL_SWAP", "FUTURE")
_FIXTURE = Path(__file__).with_name("market_fixture")


@dataclass(frozen=True)
class CapturedInstrument:
    instrument: Row
    ticker: Row
    rank: int
    """How many captured instruments turned over more in the captured day."""

    @property
    def symbol(self) -> str:
        return str(self.instrument["symbol"])


def captured(name: str) -> Any:
    """One file of the fixture: `instruments`, `tickers`, `book`, `trades` or `candles`. A new object each time."""
    return json.loads(gzip.decompress((_FIXTURE / f"{name}.json.gz").read_bytes()))


@lru_cache(maxsize=1)
def by_turnover() -> tuple[CapturedInstrument, ...]:
    """Every captured instrument, the busiest first."""
    tickers = {row["i"]: row for row in captured("tickers")}
    rows = sorted(captured("instruments"), key=lambda row: (-float(tickers[row["symbol"]]["vv"]), row["symbol"]))
    return tuple(CapturedInstrument(row, tickers[row["symbol"]], rank) for rank, row in enumerate(rows))


def chosen(count: int | None, traded: Iterable[str] = ()) -> tuple[CapturedInstrument, ...]:
    """`count` instruments, busiest first: one of every kind, what an account has `traded`, and soon one each with long
    decimals, with a young listing, without any trade and without a bid."""
    everything = by_turnover()
    if count is None:
        return everything
    kinds = [[one for one in everything if one.instrument["inst_type"] == kind] for kind in _KINDS]
    in_turn = [one for turn in zip_longest(*kinds) for one in turn if one is not None]
    one_of_each, busiest = in_turn[: len(_KINDS)], chain(in_turn[:5], _oddities(), in_turn)
    order = [*(one.symbol for one in one_of_each), *traded, *(one.symbol for one in busiest)]
    first = set(list(dict.fromkeys(order))[:count])
    return tuple(one for one in everything if one.symbol in first)


def _oddities() -> list[CapturedInstrument]:
    wanted = (
        lambda one: one.instrument["quote_decimals"] >= LONG_DECIMALS_FROM,
        lambda one: listing_age_ms(one.symbol, one.rank) < 2 * DAY_MS,
        lambda one: period_of_rank(one.rank) is None,
        lambda one: one.ticker["b"] is None,
    )
    return [next(filter(is_odd, by_turnover())) for is_odd in wanted]
