"""Damages to the rows of a table, as statements of SQL: what is lost, comes twice, or says something else."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb

from integration_tests.books.damages.declarations import TABLES, Columns

DAY_NS = 86_400_000_000_000
DAYS_BACKWARDS = (1, 3, 10)
TURNED = {"BUY": "SELL", "SELL": "BUY", "STAKE": "UNSTAKE", "UNSTAKE": "STAKE"}
ANOTHER_NAME = {"user_position": "SOLUSD-PERP", "instrument_fee_rate": "ADA_USD"}
"""Where no other row has a name to take."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Damage:
    """`rows`: those that it hits, as they were."""

    table: str
    kind: str
    statements: tuple[str, ...]
    rows: tuple[Row, ...]
    column: str = ""
    tables: tuple[str, ...] = ()

    @property
    def touched(self) -> tuple[str, ...]:
        return self.tables or (self.table,)


def literal(value: object) -> str:
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


def with_another_last_digit(text: str) -> str:
    """One more or less in the last place."""
    at = max(index for index, character in enumerate(text) if character.isdigit())
    digit = int(text[at])
    return text[:at] + str(digit - 1 if digit == 9 else digit + 1) + text[at + 1 :]


def is_amount(value: object) -> bool:
    return isinstance(value, str) and any(digit in value for digit in "123456789")


@dataclass
class Damager:
    """Makes at most `samples` damages of each kind to each table of a database."""

    connection: duckdb.DuckDBPyConnection
    samples: int = 6
    seed: int = 1
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def of_each_table(self) -> list[Damage]:
        return [damage for table in TABLES for kind in KINDS for damage in self.of(table, kind)]

    def of(self, table: str, kind: str) -> list[Damage]:
        rows = self.rows(table)
        return list(KINDS[kind](self, table, TABLES[table], rows)) if rows else []

    def rows(self, table: str) -> list[Row]:
        found = self.connection.execute(f'SELECT rowid, * FROM main."{table}" ORDER BY rowid')  # noqa: S608
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def some(self, rows: Sequence[Any]) -> list[Any]:
        return self.dice.sample(list(rows), min(self.samples, len(rows)))

    def lost(self, table: str, kind: str, rows: Sequence[Row], what: str = "") -> Damage:
        numbers = ", ".join(str(row["rowid"]) for row in rows)
        return Damage(table, kind, (f'DELETE FROM main."{table}" WHERE rowid IN ({numbers})',), tuple(rows), what)  # noqa: S608

    def changed(self, table: str, kind: str, row: Row, values: dict[str, str], what: str) -> Damage:
        sets = ", ".join(f'"{name}" = {value}' for name, value in values.items())
        statement = f'UPDATE main."{table}" SET {sets} WHERE rowid = {row["rowid"]}'  # noqa: S608
        return Damage(table, kind, (statement,), (row,), what)

    def by_turns(
        self, table: str, kind: str, rows: list[Row], columns: str, made: Callable[[Row, str], dict[str, str] | None]
    ) -> Iterator[Damage]:
        """The columns by turns, each at least once."""
        pools: dict[str, list[tuple[Row, dict[str, str]]]] = {}
        for column in columns.split():
            found = [(row, values) for row in rows if row.get(column) is not None and (values := made(row, column))]
            if found:
                pools[column] = self.some(found)
        left = max(self.samples, len(pools))
        while left and any(pools.values()):
            for column, pool in pools.items():
                if pool and left:
                    row, values = pool.pop()
                    left -= 1
                    yield self.changed(table, kind, row, values, column)


def day_of(columns: Columns, row: Row) -> str:
    if columns.time:
        return str(row[columns.time])[:10]
    return str(int(row["update_time_ns"]) // DAY_NS)


def _a_row_lost(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    for row in damager.some(rows):
        yield damager.lost(table, "a row lost", [row])


def _a_day_lost(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    if columns.time or columns.nanoseconds:
        for day in damager.some(sorted({day_of(columns, row) for row in rows})):
            yield damager.lost(table, "a day lost", [row for row in rows if day_of(columns, row) == day], day)


def _the_newest_lost(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    if columns.time or columns.nanoseconds:
        time = columns.time or "update_time_ns"
        ordered = sorted(rows, key=lambda row: str(row[time]))
        for number in DAYS_BACKWARDS:
            if number < len(rows):
                yield damager.lost(table, "the newest lost", ordered[-number:], f"{number} newest")


def _an_instrument_lost(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    if columns.of_instrument:
        name = columns.of_instrument
        for lost in damager.some(sorted({str(row[name]) for row in rows})):
            yield damager.lost(table, "an instrument lost", [row for row in rows if str(row[name]) == lost], lost)


def _all_lost(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    yield damager.lost(table, "all lost", rows)


def _a_row_twice(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    for row in damager.some(rows):
        value = row[columns.key]
        if isinstance(value, datetime):
            key = f"{literal(value)}::TIMESTAMP + INTERVAL 1 MILLISECOND"
        elif columns.key == "instrument_name":
            key = literal("ADA_USD" if table == "instrument_fee_rate" else "ADA")
        else:
            text = str(value)
            key = literal(str(int(text) + 77_000_000) if text.isdigit() else text + "x")
        selected = ", ".join(key if name == columns.key else f'"{name}"' for name in row if name != "rowid")
        statement = f'INSERT INTO main."{table}" SELECT {selected} FROM main."{table}" WHERE rowid = {row["rowid"]}'  # noqa: S608
        yield Damage(table, "a row twice", (statement,), (row,))


def _leg_changed(
    damager: Damager, kind: str, rows: list[Row], change: Callable[[dict[str, Any], int], bool]
) -> Iterator[Damage]:
    made = 0
    for row in damager.some(rows):
        legs = json.loads(row["leg_list"])
        if change(legs[0], made):
            made += 1
            yield damager.changed("otc_deal", kind, row, {"leg_list": literal(json.dumps(legs)) + "::JSON"}, "leg_list")


def _an_amount_changed(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    kind = "last digit"
    if table == "otc_deal":

        def change(leg: dict[str, Any], number: int) -> bool:
            name = ("executed_quantity", "executed_notional", "price")[number % 3]
            if not leg.get(name):
                return False
            leg[name] = with_another_last_digit(str(leg[name]))
            return True

        yield from _leg_changed(damager, kind, rows, change)
        return
    yield from damager.by_turns(
        table,
        kind,
        rows,
        columns.amounts,
        lambda row, name: {name: literal(with_another_last_digit(row[name]))} if is_amount(row[name]) else None,
    )


def _a_fee_changed(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    if not columns.fee:
        return
    charged = [row for row in rows if is_amount(row[columns.fee])]
    if table == "transaction":
        charged = [row for row in charged if row["journal_type"] == "TRADE_FEE"]
    for row in damager.some(charged or rows):
        fee = format(Decimal(row[columns.fee]) * Decimal("1.1"), "f") if charged else "0.5"
        yield damager.changed(table, "fee", row, {columns.fee: literal(fee)}, columns.fee)


def _a_side_swapped(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    if table == "otc_deal":

        def change(leg: dict[str, Any], number: int) -> bool:
            leg["side"] = TURNED[leg["side"]]
            return True

        yield from _leg_changed(damager, "side", rows, change)
        return
    yield from damager.by_turns(table, "side", rows, columns.side, lambda row, name: {name: literal(TURNED[row[name]])})


def _a_name_changed(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    if table == "otc_deal":

        def change(leg: dict[str, Any], number: int) -> bool:
            leg["instrument_name"] = "ETH_USD"
            return True

        yield from _leg_changed(damager, "currency", rows, change)
        return

    def another(row: Row, name: str) -> dict[str, str] | None:
        names = sorted({str(other[name]) for other in rows if other[name] and other[name] != row[name]})
        if columns.key == "instrument_name" and name == "instrument_name":
            names = [ANOTHER_NAME.get(table, "ADA")]
        alike = [one for one in names if ("-" in one, "_" in one) == ("-" in row[name], "_" in row[name])]
        return {name: literal(damager.dice.choice(alike or names))} if names else None

    yield from damager.by_turns(table, "currency", rows, columns.names, another)


def _a_day_later(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    for row in damager.some(rows):
        times = f"{columns.times} {columns.date}".split()
        values = {name: f'"{name}" + INTERVAL 1 DAY' for name in times if row[name] is not None}
        for name in columns.nanoseconds.split():
            if row[name] is not None:
                values[name] = f'CAST(CAST("{name}" AS BIGINT) + {DAY_NS} AS VARCHAR)'
        if values:
            yield damager.changed(table, "a day later", row, values, "")


def _a_value_lost(damager: Damager, table: str, columns: Columns, rows: list[Row]) -> Iterator[Damage]:
    yield from damager.by_turns(table, "emptied", rows, columns.never_empty, lambda row, name: {name: "NULL"})


KINDS: dict[str, Callable[[Damager, str, Columns, list[Row]], Iterator[Damage]]] = {
    "a row lost": _a_row_lost,
    "a day lost": _a_day_lost,
    "the newest lost": _the_newest_lost,
    "an instrument lost": _an_instrument_lost,
    "all lost": _all_lost,
    "a row twice": _a_row_twice,
    "last digit": _an_amount_changed,
    "fee": _a_fee_changed,
    "side": _a_side_swapped,
    "currency": _a_name_changed,
    "a day later": _a_day_later,
    "emptied": _a_value_lost,
}
LOSSES = ("a row lost", "a day lost", "the newest lost", "an instrument lost", "all lost")
