"""Gains of every method from the mart coin_movement: python -m books.gains DATABASE [--method hifo] [--per-account]

FIFO over all accounts is also the mart `gain`, in SQL. The rest is one pass in time, for which window functions would
need the square of its rows: which lot LIFO or HIFO sells, and what the mean is, follows from all that was sold before;
and a lot that moves to another account may have come from a third.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from pathlib import Path

import duckdb

from books.lots import METHODS, NOTHING, Lot, Lots, sum_of

MOVEMENTS = """
SELECT source_account, event_key, happened_at, kind, effect, currency, quantity, value, link
FROM books.coin_movement
ORDER BY happened_at, order_key, leg_number, movement_key
"""
TABLE = "gain_of_method"
COLUMNS = {
    "method": "VARCHAR",
    "lots_of": "VARCHAR",
    "source_account": "VARCHAR",
    "event_key": "VARCHAR",
    "kind": "VARCHAR",
    "disposed_at": "TIMESTAMP",
    "currency": "VARCHAR",
    "quantity": "DECIMAL(38, 18)",
    "proceeds": "DECIMAL(38, 18)",
    "quantity_with_cost": "DECIMAL(38, 18)",
    "quantity_without_cost": "DECIMAL(38, 18)",
    "cost": "DECIMAL(38, 18)",
    "gain": "DECIMAL(38, 18)",
    "first_acquired_at": "TIMESTAMP",
    "last_acquired_at": "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of coin_movement."""

    account: str
    event_key: str
    happened_at: datetime
    kind: str
    effect: str
    currency: str
    quantity: Decimal
    value: Decimal | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Gain:
    """What a disposal gained: of what has a known cost."""

    movement: Movement
    lots: tuple[Lot, ...]

    @property
    def quantity_with_cost(self) -> Decimal:
        return sum_of(self.lots)[0]

    @property
    def cost(self) -> Decimal:
        return sum_of(self.lots)[1]

    @property
    def gain(self) -> Decimal | None:
        """None where nothing has a cost, or the proceeds are not known."""
        quantity, cost = sum_of(self.lots)
        if not quantity or self.movement.value is None:
            return None
        return self.movement.value * quantity / self.movement.quantity - cost


@dataclass(frozen=True)
class Outcome:
    """The gains in order of time, and what is left: (pool, currency) > lots."""

    gains: list[Gain]
    left: dict[tuple[str, str], list[Lot]]


def gains_of(movements: Iterable[Movement], method: str, per_account: bool = False) -> Outcome:
    """One pass over movements in order of time. A disposal uses only what was there before it."""
    pools: dict[tuple[str, str], Lots] = defaultdict(METHODS[method])
    on_the_way: dict[str, tuple[list[Lot], Decimal]] = {}
    gains = []
    for movement in movements:
        lots = pools[movement.account if per_account else "all accounts", movement.currency]
        if movement.effect == "acquired" and movement.value is not None:
            lots.put(Lot(movement.happened_at, movement.quantity, movement.value))
        elif movement.effect == "disposed":
            gains.append(Gain(movement, tuple(lots.take(movement.quantity))))
        elif movement.effect == "left":
            lots.take(movement.quantity)
        elif movement.effect == "renamed from" or (movement.effect == "moved out" and per_account):
            on_the_way[str(movement.link)] = lots.take(movement.quantity), movement.quantity
        elif movement.effect == "renamed to" or (movement.effect == "moved in" and per_account):
            sent, quantity = on_the_way.pop(str(movement.link), ([], movement.quantity))
            for lot in sent:
                lots.put(replace(lot, quantity=lot.quantity * movement.quantity / quantity))
    return Outcome(gains, {pool: lots.all() for pool, lots in pools.items() if lots.all()})


def read_movements(connection: duckdb.DuckDBPyConnection) -> list[Movement]:
    return [Movement(*row) for row in connection.execute(MOVEMENTS).fetchall()]


def rows_of(movements: list[Movement], method: str, per_account: bool) -> Iterator[tuple[object, ...]]:
    """In the columns of the table."""
    for gain in gains_of(movements, method, per_account).gains:
        movement, (quantity, cost) = gain.movement, sum_of(gain.lots)
        dates = [lot.acquired_at for lot in gain.lots]
        yield (
            method,
            "account" if per_account else "all",
            movement.account,
            movement.event_key,
            movement.kind,
            movement.happened_at,
            movement.currency,
            movement.quantity,
            movement.value,
            quantity,
            movement.quantity - quantity,
            cost if quantity else None,
            gain.gain,
            min(dates, default=None),
            max(dates, default=None),
        )


def write_gains(database: Path, folder: Path, methods: Iterable[str] = METHODS) -> None:
    """The table books.gain_of_method: each method, over all accounts and per account."""
    file = folder / "gains.csv"
    with localcontext() as context, duckdb.connect(str(database)) as connection:
        context.prec = 60
        movements = read_movements(connection)
        accounts = {movement.account for movement in movements}
        with file.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(COLUMNS)
            for method in methods:
                for per_account in (False, True) if len(accounts) > 1 else (False,):
                    writer.writerows(_plain(row) for row in rows_of(movements, method, per_account))
        declared = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        connection.execute(f"CREATE OR REPLACE TABLE books.{TABLE} ({declared})")
        read = f"INSERT INTO books.{TABLE} SELECT * FROM read_csv(?, all_varchar = true)"  # noqa: S608  a constant
        connection.execute(read, [str(file)])
    file.unlink()


def _plain(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(
        format(value.quantize(Decimal("1e-18")), "f") if isinstance(value, Decimal) else value for value in row
    )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m books.gains", description="Print what was gained per year and coin.")
    parser.add_argument("database", type=Path, help="a DuckDB file in which the books were built")
    parser.add_argument("--method", choices=list(METHODS), default="fifo")
    parser.add_argument("--per-account", action="store_true", help="each account sells its own lots")
    options = parser.parse_args(argv)
    with localcontext() as context, duckdb.connect(str(options.database), read_only=True) as connection:
        context.prec = 60
        outcome = gains_of(read_movements(connection), options.method, options.per_account)
    sums: dict[tuple[int, str], list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING, NOTHING])
    for gain in outcome.gains:
        of_year = sums[gain.movement.happened_at.year, gain.movement.currency]
        of_year[0] += gain.movement.value or 0
        of_year[1] += gain.gain or 0
        of_year[2] += gain.movement.quantity - gain.quantity_with_cost
    print(f"{'year':<6}{'currency':<12}{'proceeds':>20}{'gain':>20}{'quantity without cost':>32}")
    for (year, currency), (proceeds, gain_of_year, without) in sorted(sums.items()):
        print(f"{year:<6}{currency:<12}{proceeds:>20,.2f}{gain_of_year:>20,.2f}{without.normalize():>32f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
