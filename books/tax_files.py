"""Tax events as the CSV files that tax programs import: python -m books.tax_files --format koinly DATABASE FILE"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

EXCHANGE = "Crypto.com Exchange"
EVENTS = """
SELECT happened_at, kind, label, sent_amount, sent_currency, received_amount, received_currency, fee_amount,
       fee_currency, tx_hash, description
FROM books.tax_event
WHERE kind NOT IN ('between accounts', 'staking', 'internal')
ORDER BY happened_at, order_key, event_key
"""
"""What moved between two accounts of the books, or is staked, is the account's as before."""


@dataclass(frozen=True)
class TaxEvent:
    """One economic event; amounts are above zero, times in UTC."""

    happened_at: datetime
    kind: str
    label: str | None
    sent_amount: Decimal | None
    sent_currency: str | None
    received_amount: Decimal | None
    received_currency: str | None
    fee_amount: Decimal | None
    fee_currency: str | None
    tx_hash: str | None
    description: str

    @property
    def is_trade(self) -> bool:
        return self.sent_amount is not None and self.received_amount is not None


@dataclass(frozen=True)
class TaxFormat:
    """A program's columns, and the rows that one event makes in them."""

    columns: tuple[str, ...]
    rows: Callable[[TaxEvent], Iterator[tuple[str, ...]]]


KOINLY_LABELS = {
    "reward": "reward",
    "profit": "realized gain",
    "rebate": "fee refund",
    "interest": "loan fee",
    "fee": "cost",
}
KOINLY_FEE_OF_DERIVATIVES = "margin fee"


def koinly_rows(event: TaxEvent) -> Iterator[tuple[str, ...]]:
    """Koinly takes a fee off itself; a deposit cannot have one there, so it is a cost of its own."""
    label = KOINLY_LABELS.get(event.label or "", "")
    if event.kind == "derivative fee":
        label = KOINLY_FEE_OF_DERIVATIVES
    fee = event.fee_amount, event.fee_currency
    own_cost = event.fee_amount is not None and event.sent_amount is None
    yield (
        _utc(event),
        *_money(event.sent_amount, event.sent_currency),
        *_money(event.received_amount, event.received_currency),
        *(("", "") if own_cost else _money(*fee)),
        "",
        "",
        label,
        event.description,
        event.tx_hash or "",
    )
    if own_cost:
        sent = _money(*fee)
        yield (_utc(event), *sent, "", "", "", "", "", "", "cost", f"fee of {event.description}", event.tx_hash or "")


COINTRACKING_TYPES: dict[tuple[str, bool], str] = {
    # (label, whether something was received): type
    ("reward", True): "Reward / Bonus",
    ("profit", True): "Derivatives / Futures Profit",
    ("profit", False): "Derivatives / Futures Loss",
    ("rebate", True): "Reward / Bonus",
    ("interest", False): "Borrowing Fee",
    ("fee", False): "Other Fee",
    ("", True): "Deposit",
    ("", False): "Withdrawal",
}
COINTRACKING_OTHERS = {True: "Other Income", False: "Other Expense"}


def cointracking_rows(event: TaxEvent) -> Iterator[tuple[str, ...]]:
    """CoinTracking wants amounts with the fee in them; one in a third currency is an entry of its own."""
    bought, sold = event.received_amount, event.sent_amount
    fee = event.fee_amount, event.fee_currency
    third = event.fee_amount is not None
    if event.fee_amount is not None and bought is not None and event.fee_currency == event.received_currency:
        bought, third = bought - event.fee_amount, False
    elif event.fee_amount is not None and sold is not None and event.fee_currency == event.sent_currency:
        sold, third = sold + event.fee_amount, False
    kept_fee = ("", "") if third else _money(*fee)
    ending = (EXCHANGE, "", event.description, _time(event), event.tx_hash or "")
    yield (
        _cointracking_type(event),
        *_money(bought, event.received_currency),
        *_money(sold, event.sent_currency),
        *kept_fee,
        *ending,
    )
    if third:
        yield ("Other Fee", "", "", *_money(*fee), "", "", *ending)


def _cointracking_type(event: TaxEvent) -> str:
    if event.is_trade:
        return "Trade"
    received = event.received_amount is not None
    return COINTRACKING_TYPES.get((event.label or "", received), COINTRACKING_OTHERS[received])


FORMATS = {
    "koinly": TaxFormat(
        (
            "Date",
            "Sent Amount",
            "Sent Currency",
            "Received Amount",
            "Received Currency",
            "Fee Amount",
            "Fee Currency",
            "Net Worth Amount",
            "Net Worth Currency",
            "Label",
            "Description",
            "TxHash",
        ),
        koinly_rows,
    ),
    "cointracking": TaxFormat(
        (
            "Type",
            "Buy Amount",
            "Buy Currency",
            "Sell Amount",
            "Sell Currency",
            "Fee",
            "Fee Currency",
            "Exchange",
            "Trade-Group",
            "Comment",
            "Date",
            "Tx-ID",
        ),
        cointracking_rows,
    ),
}


def _time(event: TaxEvent) -> str:
    return event.happened_at.strftime("%Y-%m-%d %H:%M:%S")


def _utc(event: TaxEvent) -> str:
    return f"{_time(event)} UTC"


def _money(amount: Decimal | None, currency: str | None) -> tuple[str, str]:
    """Without an exponent and without the zeros that a fixed scale adds."""
    if amount is None:
        return "", ""
    text = format(amount, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text), currency or ""


def tax_rows(format_name: str, events: Iterable[TaxEvent]) -> list[tuple[str, ...]]:
    """The rows of a file, without its header."""
    return [row for event in events for row in FORMATS[format_name].rows(event)]


def read_tax_events(database: Path) -> list[TaxEvent]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return [TaxEvent(*row) for row in connection.execute(EVENTS).fetchall()]


def write_tax_file(format_name: str, database: Path, target: Path) -> int:
    """The number of rows that were written."""
    rows = tax_rows(format_name, read_tax_events(database))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FORMATS[format_name].columns)
        writer.writerows(rows)
    return len(rows)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m books.tax_files", description="Write a tax program's CSV file.")
    parser.add_argument("--format", choices=sorted(FORMATS), default="koinly")
    parser.add_argument("database", type=Path, help="a DuckDB file in which the books were built")
    parser.add_argument("target", type=Path, help="the CSV file to write")
    options = parser.parse_args(argv)
    written = write_tax_file(options.format, options.database, options.target)
    print(f"{written} rows in {options.target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
