"""Another library's gains of the same trades, by every method that it has too.

`python -m integration_tests.books.test_gains_of_peers 1000` compares a thousand accounts, and prints what differs.
"""

from __future__ import annotations

import importlib
import random
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from books.gains import Movement, gains_of

pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="coinbasis needs Python 3.11")

METHODS = {"fifo": "FIFO", "lifo": "LIFO", "hifo": "HIFO", "average": "AVERAGE"}
Trade = tuple[datetime, str, Decimal, Decimal]


def random_trades(seed: int) -> list[Trade]:
    """Purchases and sales of one coin, of which there is always enough. A fee is a part of the price."""
    chosen, held, trades = random.Random(seed), Decimal(0), []
    for number in range(80):
        moment = datetime(2026, 3, 1, tzinfo=timezone.utc) + timedelta(minutes=7 * number)
        price = Decimal(chosen.randint(100_000, 999_999)) / 100
        if held == 0 or chosen.random() < 0.55:
            quantity = Decimal(chosen.randint(1, 10**8)) / 10**8
            trades.append((moment, "BUY", quantity, price))
            held += quantity
        else:
            # With more than the 28 digits of its context the library misses the last of a coin that is sold in parts.
            part = (held * chosen.randint(1, 9) / 10).quantize(Decimal("1e-8"))
            quantity = part if part and chosen.random() < 0.8 else held
            trades.append((moment, "SELL", quantity, price))
            held -= quantity
    return trades


def ours(trades: list[Trade], method: str) -> dict[datetime, Decimal]:
    movements = [
        Movement("main", str(moment), moment, "trade", effect, "ETH", quantity, quantity * price, None)
        for moment, side, quantity, price in trades
        for effect in ["acquired" if side == "BUY" else "disposed"]
    ]
    return {gain.movement.happened_at: gain.gain or Decimal(0) for gain in gains_of(movements, method).gains}


def theirs(trades: list[Trade], method: str) -> dict[datetime, Decimal]:
    coinbasis: Any = importlib.import_module("coinbasis")
    kinds = {"BUY": coinbasis.Buy, "SELL": coinbasis.Sell}
    everywhere = {"wallet": "main", "asset": "eth", "fee": Decimal(0)}
    portfolio = coinbasis.Portfolio.from_transactions(
        [
            kinds[side](timestamp=moment, quantity=quantity, unit_price=price, **everywhere)
            for moment, side, quantity, price in trades
        ]
    )
    found: dict[datetime, Decimal] = {}
    [chosen] = [one for one in coinbasis.CostBasisMethod if one.name.startswith(METHODS[method])]
    for gain in portfolio.realized_gains(chosen):
        moment = getattr(gain, "timestamp", None) or gain.disposed_at
        found[moment] = found.get(moment, Decimal(0)) + gain.gain
    return found


def compared(seed: int, method: str) -> tuple[int, dict[datetime, tuple[Decimal, Decimal]]]:
    """How many sales one account has, and those of which the two say something else."""
    trades = random_trades(seed)
    mine, other = ours(trades, method), theirs(trades, method)
    assert mine.keys() == other.keys()
    different = {moment: (mine[moment], other[moment]) for moment in mine if round(mine[moment] - other[moment], 12)}
    return len(mine), different


@pytest.mark.parametrize("method", METHODS)
def test_another_library_says_the_same_of_every_sale(method: str) -> None:
    for seed in range(40):
        assert not compared(seed, method)[1], f"seed {seed}"


if __name__ == "__main__":
    accounts = int(sys.argv[1])
    for name in METHODS:
        found = [compared(seed, name) for seed in range(accounts)]
        sales, different = sum(number for number, _ in found), sum(len(one) for _, one in found)
        print(f"{name}: {accounts:,} accounts, {sales:,} sales, {different:,} different from coinbasis")
