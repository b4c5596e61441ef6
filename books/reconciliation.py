"""Whether the books add up, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

MOST_LINES = 20
"""Of each kind; the table books.discrepancy has all."""

CHECKS = "SELECT check_name, proves, compared, different, unsettled FROM books.reconciliation ORDER BY check_number"
DISCREPANCIES = """
SELECT check_name, status, source_account, subject, instrument_name, happened_at, what, expected, found
FROM books.discrepancy
ORDER BY status, happened_at, check_name, subject, what
"""


@dataclass(frozen=True)
class Check:
    """What a check proves, and how its comparisons came out."""

    name: str
    proves: str
    compared: int
    different: int
    unsettled: int


@dataclass(frozen=True)
class Discrepancy:
    """One comparison that did not come out even."""

    check: str
    status: str
    account: str
    subject: str
    instrument_name: str | None
    happened_at: datetime | None
    what: str
    expected: Decimal
    found: Decimal

    @property
    def sentence(self) -> str:
        when = f"{self.happened_at:%Y-%m-%d %H:%M:%S} UTC" if self.happened_at else "at an unknown time"
        expected, found = plain(self.expected), plain(self.found)
        return (
            f"{self.instrument_name or '?'}, {when}, {self.subject}: {self.what} should be {expected} and is {found} "
            f"({self.check})"
        )


@dataclass(frozen=True)
class Reconciliation:
    """Every check, and what did not come out even."""

    checks: tuple[Check, ...]
    discrepancies: tuple[Discrepancy, ...]

    def of_status(self, status: str) -> list[Discrepancy]:
        return [discrepancy for discrepancy in self.discrepancies if discrepancy.status == status]


def plain(number: Decimal) -> str:
    """Without the zeros that a fixed scale adds."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_reconciliation(database: Path) -> Reconciliation:
    with duckdb.connect(str(database), read_only=True) as connection:
        checks = connection.execute(CHECKS).fetchall()
        discrepancies = connection.execute(DISCREPANCIES).fetchall()
    return Reconciliation(
        tuple(
            Check(name, proves, int(compared), int(different), int(unsettled))
            for name, proves, compared, different, unsettled in checks
        ),
        tuple(Discrepancy(*row) for row in discrepancies),
    )


def verdict(reconciliation: Reconciliation) -> str:
    """One sentence: complete and consistent, or not."""
    compared = sum(check.compared for check in reconciliation.checks)
    different, unsettled = reconciliation.of_status("different"), reconciliation.of_status("unsettled")
    made = f"{len(reconciliation.checks)} checks made {compared:,} comparisons"
    if not compared:
        return "There is nothing to compare: no account was read."
    if different:
        return f"NOT complete and consistent: {made}, and {len(different):,} did not come out even."
    if unsettled:
        return f"Consistent as far as it is settled: {made}; {len(unsettled):,} are open."
    return f"Complete and consistent: {made}, and all came out even."


def result_in_words(reconciliation: Reconciliation) -> list[str]:
    """The verdict, then the rows that are missing or do not fit, with instrument, time and amount."""
    lines = [verdict(reconciliation)]
    for status, title in (
        ("different", "Missing or wrong:"),
        ("unsettled", "Open, since rows may be on their way, or lie before the first day that was read:"),
    ):
        found = reconciliation.of_status(status)
        if found:
            lines += ["", title, *(f"  {discrepancy.sentence}" for discrepancy in found[:MOST_LINES])]
            if len(found) > MOST_LINES:
                lines.append(f"  and {len(found) - MOST_LINES:,} more, in the table books.discrepancy")
    return lines
