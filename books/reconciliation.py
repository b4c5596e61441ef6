"""Whether the books add up, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from books.losses import CHAINED, Discrepancy, Loss, counted, losses_of, plain

__all__ = ["Check", "Discrepancy", "Reconciliation", "TableReading", "plain", "read_reconciliation", "result_in_words"]

MOST_LINES = 20
"""Of each kind; the table books.discrepancy has all."""

CHECKS = """
SELECT check_name, proves, concerns, compared, different, unsettled, unproved
FROM books.reconciliation ORDER BY check_number
"""
DISCREPANCIES = """
SELECT check_name, status, source_account, subject, instrument_name, happened_at, what, expected, found, row_table,
       row_key, is_missing, order_id, since, detail
FROM books.discrepancy
ORDER BY status, happened_at, check_name, subject, what
"""
TABLES = "SELECT source_account, table_name, is_there, row_count FROM books.table_reading ORDER BY 1, 2"
ORDERS_WITHOUT_A_FILL = """
SELECT count(*) FROM books.account_order
WHERE NOT is_open AND coalesce(cumulative_quantity, 0) = 0 AND advanced_order_id IS NULL
"""
READ_FROM = "SELECT min(ledger_from), min(fills_from), min(orders_from) FROM books_staging.int_cryptocom__reading"

SYNCS = "SELECT count(DISTINCT observed_at) FROM books_staging.balance_snapshot"

UNVALUED = """
SELECT currency, count(*), min(happened_at) FROM books.coin_movement
WHERE value IS NULL AND effect IN ('acquired', 'disposed') GROUP BY currency ORDER BY 2 DESC, 1
"""

NAMED_BY = {
    "fills_are_in_the_ledger": "fills and their ledger entries",
    "fills_have_an_order": "orders that were filled",
    "transfers_are_in_the_ledger": "deposits and withdrawals that moved money",
    "movements_are_in_the_ledger": "stakes, conversions, OTC deals and rewards in the wallet",
}
"""Rows of which a check proves that none is missing which another row names."""

COMPLETE_BY = {
    "ledger_leads_from_balance_to_balance": "the ledger",
    "fills_lead_to_positions": "fills of derivatives",
}
"""Rows that lead from what one sync saw to what the next saw: none at all is missing between the two."""

UNPROVED = {
    "fills_add_up_to_their_orders": (
        "comparison with the fills of an order that was placed before the first row",
        "comparisons with the fills of orders that were placed before the first row",
    ),
    "ledger_leads_from_balance_to_balance": ("balance", "balances"),
    "fills_lead_to_positions": ("position", "positions"),
    "stakes_lead_to_stakes": ("staked quantity", "staked quantities"),
    "transfers_are_in_the_ledger": (
        "deposit or withdrawal (only the ledger has it)",
        "deposits and withdrawals (only the ledger has them)",
    ),
    "positions_cost_what_was_paid": (
        "comparison of what a position cost (it was open before the first row)",
        "comparisons of what positions cost (they were open before the first row)",
    ),
}
"""What a check could not compare, one of it and more, and why."""

NEEDED = {
    "fills_add_up_to_their_orders": ("order_history", "user_trade"),
    "fills_have_an_order": ("order_history", "user_trade"),
    "fills_fit_their_order": ("order_history", "user_trade"),
    "fills_are_in_the_ledger": ("user_trade", "transaction"),
    "entries_fit_their_fill": ("user_trade", "transaction"),
    "movements_are_in_the_ledger": ("transaction",),
    "transfers_are_in_the_ledger": ("transaction",),
    "ledger_leads_from_balance_to_balance": ("transaction", "user_balance"),
    "fills_lead_to_positions": ("user_trade", "user_position"),
    "tax_events_explain_the_ledger": ("transaction",),
}
"""Tables without which a check proves nothing, even if it finds rows to compare."""


@dataclass(frozen=True)
class Check:
    """What a check proves, and how its comparisons came out. `unproved`: what it could not compare yet."""

    name: str
    proves: str
    concerns: str
    compared: int
    different: int
    unsettled: int
    unproved: int


@dataclass(frozen=True)
class TableReading:
    """Whether a raw table of an account is there, and how many rows it holds."""

    account: str
    table: str
    is_there: bool
    rows: int


@dataclass(frozen=True)
class Unvalued:
    """How many purchases, sales, fees and rewards of a currency have no price of that day, and the first of them."""

    currency: str
    number: int
    first: datetime


@dataclass(frozen=True)
class Reconciliation:
    """Every check, what did not come out even, and what was read.

    `orders_without_a_fill` were placed and ended, and no other row names them. `read_from` is the first row. `syncs`:
    so many saw the wallet.
    """

    checks: tuple[Check, ...]
    discrepancies: tuple[Discrepancy, ...]
    tables: tuple[TableReading, ...] = ()
    orders_without_a_fill: int = 0
    read_from: datetime | None = None
    syncs: int = 2
    unvalued: tuple[Unvalued, ...] = ()

    def of_status(self, status: str) -> list[Discrepancy]:
        return [discrepancy for discrepancy in self.discrepancies if discrepancy.status == status]

    @property
    def of_the_account(self) -> list[Check]:
        """Checks that compared something about the account; candles of the market are none of it."""
        return [check for check in self.checks if check.concerns == "account" and check.compared]

    @property
    def losses(self) -> list[Loss]:
        empty: dict[str, list[str]] = defaultdict(list)
        for table in self.tables:
            if table.is_there and not table.rows:
                empty[table.account].append(table.table)
        return losses_of(self.discrepancies, empty)


def read_reconciliation(database: Path) -> Reconciliation:
    with duckdb.connect(str(database), read_only=True) as connection:
        return reconciliation_of(connection)


def reconciliation_of(connection: duckdb.DuckDBPyConnection) -> Reconciliation:
    """What the schema `books` of a database holds."""
    orders = connection.execute(ORDERS_WITHOUT_A_FILL).fetchone()
    first = connection.execute(READ_FROM).fetchone()
    syncs = connection.execute(SYNCS).fetchone()
    return Reconciliation(
        tuple(
            Check(name, proves, concerns, *map(int, counts))
            for name, proves, concerns, *counts in connection.execute(CHECKS).fetchall()
        ),
        tuple(Discrepancy(*row) for row in connection.execute(DISCREPANCIES).fetchall()),
        tuple(
            TableReading(account, table, bool(is_there), int(rows))
            for account, table, is_there, rows in connection.execute(TABLES).fetchall()
        ),
        int(orders[0]) if orders else 0,
        min((moment for moment in first or () if moment), default=None),
        int(syncs[0]) if syncs else 0,
        tuple(Unvalued(*row) for row in connection.execute(UNVALUED).fetchall()),
    )


def verdict(reconciliation: Reconciliation) -> str:
    """Whether all comparisons came out even, what they prove to be complete, and what nothing has proved."""
    checks = reconciliation.of_the_account
    if not checks:
        return " ".join(["There is nothing to compare: no account was read.", *_not_read(reconciliation)])
    names = {check.name for check in checks}
    different = sum(one.check in names for one in reconciliation.of_status("different"))
    unsettled = sum(one.check in names for one in reconciliation.of_status("unsettled"))
    compared = sum(check.compared for check in checks)
    made = f"{counted(len(checks), 'check')} made {counted(compared, 'comparison')} of your account"
    if different:
        head = f"NOT consistent: {made}, and {different:,} did not come out even."
    elif unsettled:
        head = f"Consistent as far as it is settled: {made}, and {unsettled:,} {_are(unsettled)} open."
    else:
        head = f"Consistent: {made}, and all came out even."
    return " ".join(
        [
            head,
            *_of_the_market(reconciliation, names),
            *_complete(reconciliation),
            *_not_proved(reconciliation),
            *_not_valued(reconciliation),
            *_not_read(reconciliation),
        ]
    )


def _of_the_market(reconciliation: Reconciliation, of_account: Collection[str]) -> list[str]:
    """What is told below, and is none of the account."""
    uneven = sum(one.check not in of_account for one in reconciliation.discrepancies)
    return [f"Of the market, {counted(uneven, 'comparison')} did not come out even."] if uneven else []


def _complete(reconciliation: Reconciliation) -> list[str]:
    """What is there as far as other rows name it, and what is complete."""
    there = {table.table for table in reconciliation.tables if table.is_there and table.rows}
    even = {
        check.name
        for check in reconciliation.of_the_account
        if not check.different and not check.unsettled and there.issuperset(NEEDED.get(check.name, ()))
    }
    named = [what for check, what in NAMED_BY.items() if check in even]
    complete = [what for check, what in COMPLETE_BY.items() if check in even and reconciliation.syncs > 1]
    since = f" since {reconciliation.read_from:%Y-%m-%d}" if reconciliation.read_from else ""
    found = [f"Whatever another row names is there{since}: {_listed(named)}."] if named else []
    return [*found, f"Complete from the first sync to the last: {_listed(complete)}."] if complete else found


def _not_proved(reconciliation: Reconciliation) -> list[str]:
    """What awaits another sync or other rows, and what nothing can prove."""
    waiting = [
        counted(
            check.unproved, *UNPROVED.get(check.name, (f"comparison of {check.name}", f"comparisons of {check.name}"))
        )
        + _why(check, reconciliation)
        for check in reconciliation.checks
        if check.unproved
    ]
    found = [f"Not proved: {_listed(waiting)}."] if waiting else []
    if reconciliation.syncs < 2:
        found.append("Not proved yet: that nothing at all is missing; it needs a second sync.")
    orders = reconciliation.orders_without_a_fill
    if orders:
        without = counted(orders, "order without a fill", "orders without a fill")
        found.append(f"Nothing can prove {without}: no other row names {'it' if orders == 1 else 'them'}.")
    idle = [
        check.name
        for check in reconciliation.checks
        if check.concerns == "account" and not check.compared and not check.unproved
    ]
    if idle:
        found.append(f"Nothing to compare: {_listed(idle)}.")
    return found


def _why(check: Check, reconciliation: Reconciliation) -> str:
    """Of a sum over time: it waits for another sync, or lies before the first."""
    if check.name not in CHAINED:
        return ""
    if reconciliation.syncs < 2:
        return f" ({'it needs' if check.unproved == 1 else 'they need'} a second sync)"
    return " of the first sync (what was there before it is not known)"


def _not_valued(reconciliation: Reconciliation) -> list[str]:
    """What is in no gain, since no candle and no fill tells its price."""
    if not reconciliation.unvalued:
        return []
    told = _listed(
        [f"{one.number:,} of {one.currency} (the first on {one.first:%Y-%m-%d})" for one in reconciliation.unvalued]
    )
    return [f"In no gain, since no price of that day was read (select day candles): {told}."]


def _not_read(reconciliation: Reconciliation) -> list[str]:
    """Tables that are not there, and those that are there and hold nothing."""
    several = len({table.account for table in reconciliation.tables}) > 1

    def named(tables: Iterable[TableReading]) -> list[str]:
        return [f"{table.table} of {table.account}" if several else table.table for table in tables]

    absent = named(table for table in reconciliation.tables if not table.is_there)
    empty = named(table for table in reconciliation.tables if table.is_there and not table.rows)
    found = [f"Not read: {_listed(absent)}."] if absent else []
    return [*found, f"Read, and empty: {_listed(empty)}."] if empty else found


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


def result_in_words(reconciliation: Reconciliation) -> list[str]:
    """The verdict, then one sentence for each row that is missing or does not fit."""
    lines = [verdict(reconciliation)]
    for status, title in (
        ("different", "Missing or wrong:"),
        ("unsettled", "Open, since rows may be on their way, or what the exchange books is not known for sure:"),
    ):
        found = [loss for loss in reconciliation.losses if loss.status == status]
        if found:
            lines += ["", title, *(f"  {loss.sentence}" for loss in found[:MOST_LINES])]
            if len(found) > MOST_LINES:
                lines.append(f"  and {len(found) - MOST_LINES:,} more, in the table books.discrepancy")
    return lines
