"""Prints which damages to an account the books notice: python -m integration_tests.books.damages (make damages)"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from integration_tests.books.damages.account_tables import END, Read, account_read, from_the_middle, until
from integration_tests.books.damages.compiled_books import CompiledBooks, Model, compiled_models
from integration_tests.books.damages.damage import Damager
from integration_tests.books.damages.matrix import Outcome, outcomes, summary, table
from integration_tests.books.damages.several_tables import of_several_tables

CANDLES_OF_A_SIMULATION = {"cryptocom_checks_left_out": ["candles_agree_with_trades"]}
FIRST_SYNC = END - timedelta(days=20)
MIDDLE = END - timedelta(days=15)


def main() -> int:
    parser = argparse.ArgumentParser("make damages", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the simulated account")
    parser.add_argument("--samples", type=int, default=6, help="damages of a kind and a table")
    parser.add_argument("--syncs", type=int, choices=(1, 2), nargs="*", default=(1, 2))
    parser.add_argument("--only", nargs="*", help="tables")
    parser.add_argument("--missed", action="store_true", help="also name what was not noticed")
    parser.add_argument("--false-alarms", type=int, default=10, help="so many undamaged accounts of other seeds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        read = account_read(options.seed)
        models = compiled_models(folder, read.tables, CANDLES_OF_A_SIMULATION)
        for syncs in options.syncs:
            books = books_of(models, folder, read, syncs)
            damager = Damager(books.connection, options.samples)
            damages = [*damager.of_each_table(), *of_several_tables(damager)]
            if options.only:
                damages = [damage for damage in damages if damage.table in options.only]
            began = time.monotonic()
            found = list(outcomes(books, damages))
            _print_matrix(found, syncs, options.missed)
            print(f"({len(found)} damages in {time.monotonic() - began:.0f} s)", flush=True)
        return _print_false_alarms(models, folder, options.false_alarms)


def books_of(models: list[Model], folder: Path, read: Read, syncs: int) -> CompiledBooks:
    """The books of an account after one sync, or after two."""
    books = CompiledBooks(models)
    if syncs > 1:
        books.sync(folder, {"": until(read, FIRST_SYNC).tables})
    books.sync(folder, {"": read.tables})
    return books


def _print_matrix(found: list[Outcome], syncs: int, missed: bool) -> None:
    print(f"\n## {syncs} sync{'s' if syncs > 1 else ''}: noticed\n")
    print(table(found, lambda one: one.is_noticed))
    print("\nNoticed, and named:\n")
    print(table(found, lambda one: one.is_noticed and one.is_named))
    print()
    print("\n".join(summary(found)))
    for one in found if missed else []:
        if not one.is_noticed:
            print(f"missed: {one.damage.table}, {one.damage.kind} {one.damage.column}: {_shown(one)}")
        elif not one.is_named and one.damage.kind == "a row lost":
            print(f"not named: {one.damage.table}: {one.sentences[:2]} {one.error}")


def _shown(one: Outcome) -> str:
    row = one.damage.rows[0] if one.damage.rows else {}
    return ", ".join(f"{name}={value}" for name, value in list(row.items())[:12] if value is not None)[:300]


def _print_false_alarms(models: list[Model], folder: Path, seeds: int) -> int:
    """The number of discrepancies in undamaged accounts."""
    alarms = 0
    print("\n## Undamaged accounts\n")
    for seed in range(11, 11 + seeds):
        read = account_read(seed)
        kinds = {
            "one sync": books_of(models, folder, read, 1),
            "two syncs": books_of(models, folder, read, 2),
            "from the middle": books_of(models, folder, from_the_middle(read, MIDDLE), 1),
        }
        for kind, books in kinds.items():
            found = books.rows("SELECT check_name, subject, what, detail FROM books.discrepancy")
            alarms += len(found)
            print(f"seed {seed}, {kind}: {len(found)} false alarms {found[:3] if found else ''}", flush=True)
    return min(alarms, 1)


if __name__ == "__main__":
    sys.exit(main())
