"""Gains of every method from the mart coin_movement: python -m books.gains DATABASE [--method hifo]

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
from datetime import datetime, timezone, tzinfo
from decimal import Decimal, localcontext
from pathlib import Path

import duckdb

from books.lots import METHODS, NOTHING, Lot, Lots, split, sum_of
from books.time_zones import zone_called

MOVEMENTS = """
SELECT source_account, event_key, happened_at, kind, effect, currency, movement.quantity, value, link,
       coalesce(borrowed.quantity, 0)
FROM books.coin_movement AS movement
LEFT JOIN books_staging.int_cryptocom__borrowed_movement AS borrowed USING (source_account, movement_key)
ORDER BY happened_at, order_key, leg_number, movement_key
"""
TABLE = "gain_of_method"
COLUMNS = {
    "method": "VARCHAR",
    "lots_of": "VARCHAR",
    "source_account": "VARCHAR",
    "event_key": "VARCHAR",
    "kind": "VARCHAR",
    "effect": "VARCHAR",
    "disposed_at": "TIMESTAMP",
    "currency": "VARCHAR",
    "quantity": "DECIMAL(38, 18)",
    "proceeds": "DECIMAL(38, 18)",
    "quantity_with_cost": "DECIMAL(38, 18)",
    "quantity_without_cost": "DECIMAL(38, 18)",
    "quantity_sold_short": "DECIMAL(38, 18)",
    "cost": "DECIMAL(38, 18)",
    "gain": "DECIMAL(38, 18)",
    "first_acquired_at": "TIMESTAMP",
    "last_acquired_at": "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of coin_movement.

    `borrowed`: of what went out, the part that the account owed from then on; of what came in, what paid that back.
    """

    account: str
    event_key: str
    happened_at: datetime
    kind: str
    effect: str
    currency: str
    quantity: Decimal
    value: Decimal | None
    link: str | None
    borrowed: Decimal = NOTHING

    def part(self, quantity: Decimal) -> Decimal | None:
        """The value of a part of it."""
        return None if self.value is None else self.value * quantity / self.quantity


@dataclass(frozen=True, slots=True)
class Gain:
    """What a disposal gained, or the purchase that covered what had been sold short: of what has a known cost.

    `proceeds`: of a disposal those of the whole quantity, of a cover those of `quantity_with_cost`.
    """

    movement: Movement
    effect: str
    quantity: Decimal
    quantity_with_cost: Decimal
    quantity_sold_short: Decimal
    proceeds: Decimal | None
    cost: Decimal
    gain: Decimal | None
    acquired_at: tuple[datetime, ...]

    @property
    def quantity_without_cost(self) -> Decimal:
        return self.quantity - self.quantity_with_cost - self.quantity_sold_short


@dataclass(frozen=True)
class Outcome:
    """The gains in order of time, and what is left, by (pool, currency).

    `sold_short`: what was sold and is owed, each lot with its proceeds as a cost below zero.
    """

    gains: list[Gain]
    left: dict[tuple[str, str], list[Lot]]
    sold_short: dict[tuple[str, str], list[Lot]]


class _Books:
    """The lots of one method while the movements pass by."""

    def __init__(self, method: str, per_account: bool) -> None:
        self._per_account = per_account
        self._lots: dict[tuple[str, str], Lots] = defaultdict(METHODS[method])
        self._sold_short: dict[tuple[str, str], Lots] = defaultdict(METHODS[method])
        self._on_the_way: dict[str, tuple[list[Lot], Decimal]] = {}
        self._gains: list[Gain] = []

    def outcome(self) -> Outcome:
        return Outcome(self._gains, _left(self._lots), _left(self._sold_short))

    def take(self, movement: Movement) -> None:
        pool = "all accounts" if not self._per_account else movement.account, movement.currency
        lots, sold_short = self._lots[pool], self._sold_short[pool]
        own = movement.quantity - movement.borrowed
        if movement.effect == "disposed":
            self._gains.append(_disposal(movement, lots.take(own)))
            if movement.borrowed and (proceeds := movement.part(movement.borrowed)) is not None:
                sold_short.put(Lot(movement.happened_at, movement.borrowed, -proceeds))
        elif movement.effect == "left":
            lots.take(own)
        elif movement.effect == "renamed from" or (movement.effect == "moved out" and self._per_account):
            self._on_the_way[str(movement.link)] = lots.take(own), movement.quantity
        elif movement.effect != "moved out":
            paid_back, kept = split(self._came(movement, lots), movement.borrowed)
            if movement.borrowed:
                self._gains.append(_cover(movement, sold_short.take(movement.borrowed), paid_back))
            for lot in kept:
                lots.put(lot)

    def _came(self, movement: Movement, lots: Lots) -> list[Lot]:
        """What has a known cost of what came in."""
        if movement.effect == "acquired" and movement.value is not None:
            return [Lot(movement.happened_at, movement.quantity, movement.value)]
        if movement.effect == "renamed to" or (movement.effect == "moved in" and self._per_account):
            sent, quantity = self._on_the_way.pop(str(movement.link), ([], movement.quantity))
            return [replace(lot, quantity=lot.quantity * movement.quantity / quantity) for lot in sent]
        # What another account sent stays where it is, but for what pays a debt back.
        return lots.take(movement.borrowed) if movement.effect == "moved in" else []


def _left(pools: dict[tuple[str, str], Lots]) -> dict[tuple[str, str], list[Lot]]:
    return {pool: lots.all() for pool, lots in pools.items() if lots.all()}


def _disposal(movement: Movement, used: list[Lot]) -> Gain:
    quantity, cost = sum_of(used)
    proceeds = movement.part(quantity)
    return Gain(
        movement,
        "disposed",
        movement.quantity,
        quantity,
        movement.borrowed,
        movement.value,
        cost,
        None if proceeds is None or not quantity else proceeds - cost,
        tuple(lot.acquired_at for lot in used),
    )


def _cover(movement: Movement, sales: list[Lot], paid_back: list[Lot]) -> Gain:
    """Proceeds less cost, of as much as has both: a debt may be older than the rows, a deposit has no cost."""
    quantity = min(sum_of(sales)[0], sum_of(paid_back)[0])
    proceeds, cost = -sum_of(split(sales, quantity)[0])[1], sum_of(split(paid_back, quantity)[0])[1]
    return Gain(
        movement,
        "covered",
        movement.borrowed,
        quantity,
        NOTHING,
        proceeds if quantity else None,
        cost,
        proceeds - cost if quantity else None,
        (movement.happened_at,) if quantity else (),
    )


def gains_of(movements: Iterable[Movement], method: str, per_account: bool = False) -> Outcome:
    """One pass over movements in order of time. A disposal uses only what was there before it."""
    books = _Books(method, per_account)
    for movement in movements:
        books.take(movement)
    return books.outcome()


def read_movements(connection: duckdb.DuckDBPyConnection) -> list[Movement]:
    return [Movement(*row) for row in connection.execute(MOVEMENTS).fetchall()]


def rows_of(movements: list[Movement], method: str, per_account: bool) -> Iterator[tuple[object, ...]]:
    """In the columns of the table."""
    for gain in gains_of(movements, method, per_account).gains:
        movement = gain.movement
        yield (
            method,
            "account" if per_account else "all",
            movement.account,
            movement.event_key,
            movement.kind,
            gain.effect,
            movement.happened_at,
            movement.currency,
            gain.quantity,
            gain.proceeds,
            gain.quantity_with_cost,
            gain.quantity_without_cost,
            gain.quantity_sold_short,
            gain.cost if gain.quantity_with_cost else None,
            gain.gain,
            min(gain.acquired_at, default=None),
            max(gain.acquired_at, default=None),
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


@dataclass
class Year:
    """What was sold of one currency in a year, and what that gained."""

    proceeds: Decimal = NOTHING
    gain: Decimal = NOTHING
    without_cost: Decimal = NOTHING


def by_year(gains: Iterable[Gain], zone: tzinfo = timezone.utc) -> dict[tuple[int, str], Year]:
    """By the year in `zone`, and currency."""
    years: dict[tuple[int, str], Year] = defaultdict(Year)
    for gain in gains:
        moment = gain.movement.happened_at.replace(tzinfo=timezone.utc).astimezone(zone)
        year = years[moment.year, gain.movement.currency]
        # What covers a sale has its gain; the proceeds are in the year of the sale.
        year.proceeds += gain.movement.value or NOTHING if gain.effect == "disposed" else NOTHING
        year.gain += gain.gain or NOTHING
        year.without_cost += gain.quantity_without_cost
    return years


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m books.gains", description="Print what was gained per year and coin.")
    parser.add_argument("database", type=Path, help="a DuckDB file in which the books were built")
    parser.add_argument("--method", choices=list(METHODS), default="fifo")
    parser.add_argument("--per-account", action="store_true", help="each account sells its own lots")
    parser.add_argument("--zone", help="where a year begins and ends: Europe/Berlin; UTC by default")
    options = parser.parse_args(argv)
    zone = zone_called(options.zone)
    with localcontext() as context, duckdb.connect(str(options.database), read_only=True) as connection:
        context.prec = 60
        gains = gains_of(read_movements(connection), options.method, options.per_account).gains
        years = by_year(gains, zone)
    print(f"{'year':<6}{'currency':<12}{'proceeds':>20}{'gain':>20}{'quantity without cost':>32}")
    for (number, currency), year in sorted(years.items()):
        without = f"{year.without_cost.normalize():>32f}"
        print(f"{number:<6}{currency:<12}{year.proceeds:>20,.2f}{year.gain:>20,.2f}{without}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
