"""Two simulated accounts that send each other money: what their tables hold then."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from integration_tests.books.damages.account_tables import Read, Row, Tables, nanoseconds, text_of

ACCOUNTS = {"desk": "", "bot": "bot_"}
"""Each account's prefix of its raw tables."""
SENT = (
    (timedelta(days=19), "3100"),
    (timedelta(days=12), "250"),
    (timedelta(days=12) - timedelta(seconds=2), "250"),
    (timedelta(days=12) - timedelta(seconds=4), "-250"),
    (timedelta(days=6), "-1270.5"),
    (timedelta(hours=9), "80.25"),
)
"""How long before the sync, and what of USD the first account sent to the second; below zero: the other way round."""


def sending_each_other(first: Read, second: Read) -> tuple[Read, Read]:
    """Both as they were read, with what moved between them in ledger, wallet and balance history."""
    return _with_booked(first, -1), _with_booked(second, 1)


def _with_booked(read: Read, sign: int) -> Read:
    tables: Tables = {table: [dict(row) for row in rows] for table, rows in read.tables.items()}
    template = next(row for row in tables["transaction"] if row["instrument_name"] == "USD")
    for number, (before, amount) in enumerate(SENT):
        moment, moved = read.moment - before, sign * Decimal(amount)
        entry: Row = dict.fromkeys(template)
        entry |= {
            name: template[name] for name in ("account_id", "instrument_name", "isolation_id") if name in template
        }
        entry |= {
            "journal_id": str(5_755_600_460_000_000_000 + number),
            "journal_type": "SUBACCOUNT_TX",
            "event_timestamp_ns": str(nanoseconds(moment)),
            "event_time": text_of(moment),
            "event_date": f"{moment:%Y-%m-%d}",
            "transaction_qty": str(moved),
            "transaction_cost": "0",
            "realized_pnl": "0",
            "_airbyte_extracted_at": template["_airbyte_extracted_at"],
        }
        tables["transaction"].append(entry)
        for point in tables["balance_history"]:
            if str(point["timestamp"]) > text_of(moment):
                point["total_cash_balance"] = str(Decimal(str(point["total_cash_balance"])) + moved)
    received = sum((sign * Decimal(amount) for _, amount in SENT), Decimal(0))
    for balance in tables["user_balance"]:
        balance["total_cash_balance"] = str(Decimal(str(balance["total_cash_balance"])) + received)
        if balance["instrument_name"] == "USD":
            for name in ("quantity", "market_value"):
                balance[name] = str(Decimal(str(balance[name])) + received)
    return Read(tables, read.moment)
