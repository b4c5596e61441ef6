"""Damages to a simulated account's tables: which of them the books notice, and whether they name the row."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from books.losses import Discrepancy, losses_of
from books.reconciliation import DISCREPANCIES
from integration_tests.books.damages.compiled_books import CompiledBooks
from integration_tests.books.damages.damage import KINDS, LOSSES, Damage
from integration_tests.books.damages.declarations import TABLES

IDS = re.compile(r"(_id|^id|_oid)$")
NAMES = re.compile(r"(instrument_name|_inst_name|currency|symbol)$")
AMOUNT = re.compile(r"-?\d{1,12}(\.\d+)?")
MOST_ROWS = 60


@dataclass(frozen=True)
class Outcome:
    """What the books say of a damage: sentences that were not there before it. `failed`: a difference is among them."""

    damage: Damage
    sentences: tuple[str, ...]
    checks: frozenset[str]
    failed: bool
    is_named: bool
    error: str = ""

    @property
    def is_noticed(self) -> bool:
        return bool(self.sentences or self.error)


def outcomes(books: CompiledBooks, damages: Iterable[Damage]) -> Iterator[Outcome]:
    """Damages that are made one by one, and taken back."""
    before = {_identity(one) for one in _discrepancies(books.connection)}
    for damage in damages:
        found = books.damaged(damage.statements, damage.touched, _discrepancies)
        if isinstance(found, str):
            yield Outcome(damage, (), frozenset(), True, False, found)
            continue
        new = [one for one in found if _identity(one) not in before]
        losses = losses_of(new)
        said = [loss.sentence for loss in losses]
        yield Outcome(
            damage,
            tuple(said),
            frozenset(one.check for one in new),
            any(one.status == "different" for one in new),
            any(_names(row, damage, said, new) for row in damage.rows[:MOST_ROWS]),
        )


def _discrepancies(connection: duckdb.DuckDBPyConnection) -> list[Discrepancy]:
    return [Discrepancy(*row) for row in connection.execute(DISCREPANCIES).fetchall()]


def _identity(one: Discrepancy) -> tuple[object, ...]:
    return one.check, one.subject, one.what, one.status, one.expected, one.found, one.detail, one.happened_at


def _names(row: dict[str, Any], damage: Damage, sentences: Sequence[str], new: Sequence[Discrepancy]) -> bool:
    """Whether a sentence has the row's key, or its currency with its time or an amount of it."""
    if not row:
        return False
    key = TABLES[damage.table].key if damage.table in TABLES else "trade_id"
    # What an OTC deal moved stands in its legs.
    row |= {name: value for leg in json.loads(row.get("leg_list") or "[]") for name, value in leg.items()}
    text = " ".join(sentences)
    if (own := str(row.get(key) or "")) and len(own) > 5 and own in text:
        return True
    names = {str(value) for name, value in row.items() if NAMES.search(name) and value}
    parts = names | {part for name in names for part in name.split("_")}
    amounts = {
        abs(Decimal(value)).normalize()
        for name, value in row.items()
        if isinstance(value, str) and not IDS.search(name) and AMOUNT.fullmatch(value) and Decimal(value)
    }
    times = {str(value)[:16] for value in row.values() if hasattr(value, "hour")}
    days = {str(value)[:10] for value in row.values() if hasattr(value, "hour")}
    for one in new:
        if not one.names & parts:
            continue
        expected, told_found = one.expected or Decimal(0), one.found or Decimal(0)
        told = {abs(amount).normalize() for amount in (expected, told_found, told_found - expected) if amount}
        if told & amounts or (one.happened_at and str(one.happened_at)[:16] in times):
            return True
        if one.is_missing and one.happened_at and str(one.happened_at)[:10] in days:
            return True
    # A sentence may count the rows of a day or of an instrument.
    return any(day in sentence and " are missing" in sentence for day in days for sentence in sentences)


def heading() -> str:
    """Of the table in Markdown: table x damage."""
    return "| table | " + " | ".join(KINDS) + " | all |\n" + "|---" * (len(KINDS) + 2) + "|"


def line(name: str, found: Sequence[Outcome]) -> str:
    """`noticed/made` of each kind of damage, and how many of them a sentence names where it does not name all."""
    of_kinds = [[one for one in found if one.damage.kind == kind] for kind in KINDS]
    return f"| {name} | " + " | ".join(map(_cell, [*of_kinds, found])) + " |"


def _cell(found: Sequence[Outcome]) -> str:
    noticed = [one for one in found if one.is_noticed]
    named = sum(one.is_named for one in noticed)
    unnamed = f", {named} named" if named < len(noticed) else ""
    return f"{len(noticed)}/{len(found)}{unnamed}" if found else "-"


def _share(found: Sequence[Outcome], counts: Callable[[Outcome], bool]) -> str:
    return f"{sum(map(counts, found))}/{len(found)}" if found else "-"


def percent(found: Sequence[Outcome], counts: Callable[[Outcome], bool]) -> str:
    return f"{_share(found, counts)} = {100 * sum(map(counts, found)) / max(len(found), 1):.0f} %"


def summary(found: Sequence[Outcome]) -> list[str]:
    """The figures that matter, a line each."""
    noticed = [one for one in found if one.is_noticed]
    rows = [one for one in noticed if one.damage.kind == "a row lost"]
    lost = [one for one in found if one.damage.kind in LOSSES]
    return [
        f"noticed: {percent(found, lambda one: one.is_noticed)}",
        f"noticed as a difference, not only as open: {percent(found, lambda one: one.failed)}",
        f"losses noticed: {percent(lost, lambda one: one.is_noticed)}",
        f"a row lost, noticed, and named: {percent(rows, lambda one: one.is_named)}",
        f"noticed, and named: {percent(noticed, lambda one: one.is_named)}",
        f"sentences of a row lost: {max((len(one.sentences) for one in rows), default=0)} at most",
    ]
