"""The damages of a matrix, made in several processes that each hold the same books."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from integration_tests.books.damages.account_tables import account_read
from integration_tests.books.damages.compiled_books import CompiledBooks, Model
from integration_tests.books.damages.damage import Damage, Damager
from integration_tests.books.damages.matrix import Outcome, outcomes
from integration_tests.books.damages.several_tables import of_several_tables
from integration_tests.books.damages.undamaged import books_after, false_alarms, syncs_of

PROCESSES = 2

Part = tuple[str, str]
"""Table and kind: the damages that a process makes before it asks for more."""


@dataclass(frozen=True)
class Account:
    """A simulated account, how often it was read, and how many damages of a kind are made to a table."""

    seed: int
    syncs: int
    samples: int


@dataclass(frozen=True)
class _Held:
    books: CompiledBooks
    parts: dict[Part, list[Damage]]


_of_this_process: list[_Held] = []


def outcomes_by_table(
    models: Sequence[Model], account: Account, only: Collection[str]
) -> Iterator[tuple[str, list[Outcome]]]:
    """Each table, or several at once, with what became of its damages, as soon as all of them are made."""
    with _processes() as pool:
        parts = [part for part in pool.submit(_hold, models, account).result() if not only or part[0] in only]
        made = pool.map(_made, [models] * len(parts), [account] * len(parts), parts)
        for table, of_table in groupby(zip(parts, made, strict=True), key=lambda one: one[0][0]):
            yield table, [outcome for _, found in of_table for outcome in found]


def alarms_by_seed(
    models: Sequence[Model], models_of_two: Sequence[Model], seeds: Sequence[int]
) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Each seed with what the books say of its undamaged account, by how it was read."""
    with _processes() as pool:
        yield from zip(
            seeds, pool.map(false_alarms, [models] * len(seeds), [models_of_two] * len(seeds), seeds), strict=True
        )


def _processes() -> ProcessPoolExecutor:
    # A fork would share DuckDB's locks.
    return ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn"))


def _hold(models: Sequence[Model], account: Account) -> list[Part]:
    """Builds the books that this process damages, once."""
    if not _of_this_process:
        with tempfile.TemporaryDirectory() as folder:
            books = books_after(models, Path(folder), syncs_of(account_read(account.seed), account.syncs))
        damager = Damager(books.connection, account.samples)
        parts: dict[Part, list[Damage]] = {}
        for damage in [*damager.of_each_table(), *of_several_tables(damager)]:
            parts.setdefault((damage.table, damage.kind), []).append(damage)
        tables = list(dict.fromkeys(table for table, _ in parts))
        ordered = sorted(parts, key=lambda part: tables.index(part[0]))
        _of_this_process.append(_Held(books, {part: parts[part] for part in ordered}))
    return list(_of_this_process[0].parts)


def _made(models: Sequence[Model], account: Account, part: Part) -> list[Outcome]:
    _hold(models, account)
    held = _of_this_process[0]
    return list(outcomes(held.books, held.parts[part]))
