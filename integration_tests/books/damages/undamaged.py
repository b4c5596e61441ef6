"""Undamaged accounts, read in each way that an account can be read: what a check says of one is a false alarm."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from books.losses import Discrepancy, losses_of
from books.reconciliation import DISCREPANCIES
from integration_tests.books.damages.account_tables import END, Read, Tables, account_read, from_the_middle, until
from integration_tests.books.damages.compiled_books import CompiledBooks, Model
from integration_tests.books.damages.several_accounts import ACCOUNTS, sending_each_other

FIRST_SYNC = END - timedelta(days=20)
MIDDLE = END - timedelta(days=15)
ANOTHER_SEED = 500


def books_after(models: Sequence[Model], folder: Path, syncs: Sequence[Mapping[str, Tables]]) -> CompiledBooks:
    """The books after these syncs; each has the raw tables of every account by their prefix."""
    books = CompiledBooks(models)
    for tables in syncs:
        books.sync(folder, tables)
    return books


def syncs_of(read: Read, syncs: int) -> list[Mapping[str, Tables]]:
    """What an account's tables hold after its only sync, or after the first and the second."""
    return [{"": one.tables} for one in ([until(read, FIRST_SYNC), read] if syncs > 1 else [read])]


def appended(read: Read) -> list[Mapping[str, Tables]]:
    """The same of two syncs where the destination keeps every row that ever came."""
    first = until(read, FIRST_SYNC).tables
    return [{"": first}, {"": {table: [*first[table], *rows] for table, rows in read.tables.items()}}]


def of_two_accounts(seed: int, syncs: int) -> list[Mapping[str, Tables]]:
    reads = sending_each_other(account_read(seed), account_read(seed + ANOTHER_SEED))
    earlier = [tuple(until(read, FIRST_SYNC) for read in reads)] if syncs > 1 else []
    return [
        {prefix: read.tables for prefix, read in zip(ACCOUNTS.values(), together, strict=True)}
        for together in [*earlier, reads]
    ]


def false_alarms(models: Sequence[Model], models_of_two: Sequence[Model], seed: int) -> dict[str, list[str]]:
    """By how the account was read: the sentences of its books."""
    read = account_read(seed)
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ways: dict[str, list[Mapping[str, Tables]]] = {
            "one sync": syncs_of(read, 1),
            "two syncs": syncs_of(read, 2),
            "read from the middle": [{"": from_the_middle(read, MIDDLE).tables}],
            "append mode, two syncs": appended(read),
        }
        for way, syncs in ways.items():
            found[way] = _sentences(books_after(models, folder, syncs))
        for number, words in ((1, "one sync"), (2, "two syncs")):
            books = books_after(models_of_two, folder, of_two_accounts(seed, number))
            found[f"two accounts that send each other money, {words}"] = _sentences(books)
    return found


def _sentences(books: CompiledBooks) -> list[str]:
    rows = books.connection.execute(DISCREPANCIES).fetchall()
    return [loss.sentence for loss in losses_of([Discrepancy(*row) for row in rows])]
