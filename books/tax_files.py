"""Tax events as files that tax programs import, and any mart as CSV.

python -m books.tax_files --format koinly DATABASE FILE
python -m books.tax_files --mart gain DATABASE FILE
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from books.tax import beancount
from books.tax.balances import Difference, ends_of, opening_events
from books.tax.bittytax import BITTYTAX
from books.tax.cointracking import COINTRACKING
from books.tax.event import Period, TaxEvent, read_tax_events
from books.tax.koinly import KOINLY
from books.tax.mart_file import NoSuchRows, accounts_of, check_account, mart_file
from books.tax.tax_format import Row, TaxFormat
from books.time_zones import zone_called
from source_cryptocom.file_modes import make_private

FORMATS: dict[str, TaxFormat] = {"bittytax": BITTYTAX, "cointracking": COINTRACKING, "koinly": KOINLY}
BEANCOUNT = "beancount"
CSV = "csv"
NAMES = (*sorted(FORMATS), BEANCOUNT)


@dataclass(frozen=True)
class TaxFile:
    """A file that was written and read back. `currencies`: how many the file or the wallet has."""

    path: Path
    rows: int
    period: Period
    first: date | None
    last: date | None
    currencies: int
    differences: Sequence[Difference]

    def __str__(self) -> str:
        span = f" from {self.first} to {self.last}" if self.first else ""
        written = f"{self.rows} rows{span} (UTC) in {self.path}."
        if not self.differences:
            return f"{written} They lead to the wallet in each of {self.currencies} currencies."
        listed = "\n".join(f"  {difference}" for difference in self.differences)
        return f"{written} They do not lead to the wallet in {len(self.differences)} of {self.currencies}:\n{listed}"


def tax_rows(format_name: str, events: Iterable[TaxEvent]) -> list[Row]:
    """The rows of a CSV file, without its header."""
    return [row for event in events for row in FORMATS[format_name].rows(event)]


def tax_file(
    format_name: str, database: Path, target: Path, period: Period | None = None, account: str | None = None
) -> TaxFile:
    """Writes the file, its opening balances first, and reads it back."""
    period = period or Period()
    if account is not None:
        check_account(account, accounts_of(database))
    # Only a journal of accounts wants both sides of what moved between two of them.
    everything = read_tax_events(database, account, between_accounts=format_name == BEANCOUNT)
    ends = ends_of(database, everything, period, account)
    within = [event for event in everything if event.happened_at in period]
    events = [*opening_events(ends, period, within), *within]
    target.touch(mode=0o600)
    make_private(target)
    if format_name == BEANCOUNT:
        text = "\n".join(beancount.lines(events, ends.closing)) + "\n"
        target.write_text(text, encoding="utf-8")
        rows, flows = len(events), list(beancount.flows(text))
        names = {currency: beancount.commodity(currency) for _, currency in ends.closing}
    else:
        rows, names = _write_csv(format_name, events, target), {}
        flows = list(_read_back(format_name, target))
    currencies = {currency for currency, _ in flows} | {names.get(name, name) for _, name in ends.closing}
    days = [event.happened_at.date() for event in within]
    return TaxFile(
        target,
        rows,
        period,
        min(days, default=None),
        max(days, default=None),
        len(currencies),
        ends.differences(flows, names),
    )


def write_tax_file(
    format_name: str, database: Path, target: Path, period: Period | None = None, account: str | None = None
) -> int:
    """The number of rows that were written."""
    return tax_file(format_name, database, target, period, account).rows


def _write_csv(format_name: str, events: Iterable[TaxEvent], target: Path) -> int:
    rows = tax_rows(format_name, events)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FORMATS[format_name].columns)
        writer.writerows(rows)
    return len(rows)


def _read_back(format_name: str, path: Path) -> Iterator[tuple[str, Decimal]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield from FORMATS[format_name].flows(row)


def add_options(parser: argparse.ArgumentParser) -> None:
    """What a file is about: its period, its account, and of a plain CSV its mart."""
    parser.add_argument("--year", type=int, help="one calendar year")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day: 2026-01-01")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day: 2026-06-30")
    parser.add_argument("--zone", help="where these days begin and end: Europe/Berlin; UTC by default")
    parser.add_argument("--account", help="one account of the books; all of them by default")
    parser.add_argument("--mart", help="of a plain CSV: gain, lot_use, reward, or another table of the books")


def period_of(options: argparse.Namespace) -> Period:
    """Raises SystemExit where the options contradict each other."""
    if options.year and (options.first or options.last):
        raise SystemExit("Give --year, or --from and --to, but not both.")
    if options.first and options.last and options.first > options.last:
        raise SystemExit(f"--from {options.first} is later than --to {options.last}: swap them.")
    zone = zone_called(options.zone)
    return Period.of_year(options.year, zone) if options.year else Period(options.first, options.last, zone)


def write_file(format_name: str, database: Path, target: Path, options: argparse.Namespace) -> str:
    """A sentence on what was written; `options` has period, account and mart. Raises SystemExit where there is none."""
    if (format_name == CSV) != bool(options.mart):
        raise SystemExit("A plain CSV needs --mart, for example --mart gain; no other format takes one.")
    try:
        if options.mart:
            return str(mart_file(options.mart, database, target, options.period, options.account))
        return str(tax_file(format_name, database, target, options.period, options.account))
    except NoSuchRows as error:
        raise SystemExit(str(error)) from None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m books.tax_files", description="Write a tax program's file, or a mart.")
    parser.add_argument("--format", choices=(*NAMES, CSV), help="koinly by default")
    add_options(parser)
    parser.add_argument("database", type=Path, help="a DuckDB file in which the books were built")
    parser.add_argument("target", type=Path, help="the file to write")
    options = parser.parse_args(argv)
    options.period = period_of(options)
    format_name = options.format or (CSV if options.mart else "koinly")
    print(write_file(format_name, options.database, options.target, options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
