"""Prints which damages to an account the books notice: python -m integration_tests.books.damages (make damages)"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from integration_tests.books.damages.account_tables import account_read
from integration_tests.books.damages.compiled_books import Model, compiled_models
from integration_tests.books.damages.in_processes import Account, alarms_by_seed, outcomes_by_table
from integration_tests.books.damages.matrix import Outcome, heading, line, summary
from integration_tests.books.damages.several_accounts import ACCOUNTS

CANDLES_OF_A_SIMULATION = {"cryptocom_checks_left_out": ["candles_agree_with_trades"]}
FIRST_SEED_UNDAMAGED = 11


def main() -> int:
    parser = argparse.ArgumentParser("make damages", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the simulated account")
    parser.add_argument("--samples", type=int, default=6, help="damages of a kind and a table")
    parser.add_argument("--syncs", type=int, choices=(1, 2), nargs="*", default=(1, 2))
    parser.add_argument("--only", nargs="*", help="tables")
    parser.add_argument("--missed", action="store_true", help="also name what was not noticed, or no row of it")
    parser.add_argument("--false-alarms", type=int, default=10, help="so many undamaged accounts of other seeds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        models = compiled_models(Path(name), account_read(options.seed).tables, CANDLES_OF_A_SIMULATION)
    for syncs in options.syncs:
        _print_matrix(models, Account(options.seed, syncs, options.samples), options.only or (), options.missed)
    return _print_false_alarms(models, options.false_alarms) if options.false_alarms else 0


def _print_matrix(models: Sequence[Model], account: Account, only: Collection[str], missed: bool) -> None:
    began = time.monotonic()
    print(f"\n## {account.syncs} sync{'s' if account.syncs > 1 else ''}: noticed/made\n\n{heading()}", flush=True)
    found: list[Outcome] = []
    for table, of_table in outcomes_by_table(models, account, only):
        print(line(table, of_table), flush=True)
        found += of_table
    print(line("all", found))
    print("\n" + "\n".join(summary(found)))
    print(f"({len(found)} damages in {time.monotonic() - began:.0f} s)", flush=True)
    for one in found if missed else []:
        if not one.is_noticed:
            print(f"missed: {one.damage.table}, {one.damage.kind} {one.damage.column}: {_shown(one)}")
        elif not one.is_named and one.damage.kind == "a row lost":
            print(f"not named: {one.damage.table}: {one.sentences[:2]} {one.error}")


def _shown(one: Outcome) -> str:
    row = one.damage.rows[0] if one.damage.rows else {}
    return ", ".join(f"{name}={value}" for name, value in list(row.items())[:12] if value is not None)[:300]


def _print_false_alarms(models: Sequence[Model], seeds: int) -> int:
    """1 where the books say anything of an undamaged account."""
    with tempfile.TemporaryDirectory() as name:
        variables = {**CANDLES_OF_A_SIMULATION, "cryptocom_accounts": ACCOUNTS}
        models_of_two = compiled_models(Path(name), account_read(FIRST_SEED_UNDAMAGED).tables, variables)
    print("\n## Undamaged accounts: false alarms\n", flush=True)
    alarms = 0
    for seed, by_way in alarms_by_seed(
        models, models_of_two, range(FIRST_SEED_UNDAMAGED, FIRST_SEED_UNDAMAGED + seeds)
    ):
        print(f"seed {seed}: " + "; ".join(f"{way} {len(found)}" for way, found in by_way.items()), flush=True)
        for way, sentences in by_way.items():
            alarms += len(sentences)
            for sentence in sentences[:3]:
                print(f"  {way}: {sentence}", flush=True)
    return min(alarms, 1)


if __name__ == "__main__":
    sys.exit(main())
