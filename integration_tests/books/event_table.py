"""The table of events in docs/books.md, from the files themselves: python -m integration_tests.books.event_table"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from datetime import timedelta, timezone
from pathlib import Path

from books.tax.event import TaxEvent, read_tax_events
from books.tax_files import FORMATS, tax_rows
from integration_tests.books.books import books_of
from integration_tests.books.live_ledger import EVENTS, TaxEventRow, live_ledger, moment_of

PAGE = Path(__file__).parents[2] / "docs" / "books.md"
BEGINS, ENDS = "<!-- events: python -m integration_tests.books.event_table -->", "<!-- end of events -->"
COLUMNS = {"koinly": "Label", "cointracking": "Type", "bittytax": "Type"}


def in_page(text: str, database: Path) -> str:
    """The page with the table of the events in `database`, the books of live_ledger()."""
    before, rest = text.split(BEGINS)
    return f"{before}{BEGINS}\n\n{_table(read_tax_events(database))}\n\n{ENDS}{rest.split(ENDS)[1]}"


def _table(events: list[TaxEvent]) -> str:
    lines = ["| event | `tax_event` | Koinly's label | CoinTracking | BittyTax |", "| --- | --- | --- | --- | --- |"]
    for name, event in EVENTS.items():
        first = moment_of(name).replace(tzinfo=timezone.utc) - timedelta(minutes=5)
        found = [one for one in events if first <= one.happened_at < first + timedelta(minutes=30)]
        cells = [_once(_in_file(form, column, found)) for form, column in COLUMNS.items()]
        lines.append(f"| {' | '.join([name.replace('_', ' '), _once(map(_in_words, event.tax_events)), *cells])} |")
    return "\n".join(lines)


def _once(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts)) or "no row"


def _in_words(row: TaxEventRow) -> str:
    amounts = [" ".join(amount) for amount in (row.sent, row.received) if amount]
    way = " to ".join(amounts) if len(amounts) > 1 else f"{'-' if row.sent else '+'}{amounts[0]}"
    return f"{row.kind}: {way}{f', fee {row.fee[0]} {row.fee[1]}' if row.fee else ''}"


def _in_file(form: str, column: str, events: list[TaxEvent]) -> Iterable[str]:
    place = FORMATS[form].columns.index(column)
    return [row[place] or "none" for row in tax_rows(form, events)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        books = books_of(Path(folder), {"main": live_ledger()})
        PAGE.write_text(in_page(PAGE.read_text(encoding="utf-8"), books.database), encoding="utf-8")
    sys.exit(0)
