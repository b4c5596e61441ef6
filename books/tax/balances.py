"""What the account had before the first event, and whether a file leads from there to the wallet.

The opening balance of a currency is what the wallet holds less what the ledger booked: coins whose cost no table
knows. A file leads to the wallet where opening balance and events add up to what the wallet holds. Ledger and events
are told by different methods of the exchange, so a difference is a fact about the rows, and it is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import duckdb

from books.tax.event import EXACT, Period, TaxEvent
from books.tax.tax_format import number

Balances = dict[tuple[str, str], Decimal]
"""By account and currency."""

_MOVED = """
WITH moved AS (
    SELECT source_account, kind, received_place AS place, received_currency AS currency, received_amount AS amount
    FROM books.tax_event
    UNION ALL
    SELECT source_account, kind, sent_place, sent_currency, -sent_amount FROM books.tax_event
)
"""
"""What each event did to a currency, in the wallet or staked."""
_HELD = """
SELECT source_account, currency, sum(quantity)
FROM books.holding WHERE place IN ('wallet', 'staked') GROUP BY ALL
UNION ALL
-- What was staked, and is in no table of what is held: the table of what is staked was not read.
SELECT source_account, currency, sum(CASE kind WHEN 'staking' THEN -amount ELSE amount END)
FROM moved
WHERE amount IS NOT NULL AND (kind = 'staking' AND place = 'wallet' OR kind <> 'staking' AND place = 'staked')
    AND NOT EXISTS (
        FROM books.holding AS held
        WHERE held.source_account = moved.source_account
            AND (held.place = 'staked' AND held.currency = moved.currency
                OR held.currency = moved.currency || '.staked'))
GROUP BY ALL
"""
_BOOKED = """
SELECT source_account, currency, sum(amount) FROM books.ledger_entry GROUP BY ALL
UNION ALL
-- What is staked is the account's as before, and rewards that are staked at once need not be in the ledger.
SELECT source_account, currency, sum(CASE WHEN kind IN ('staking', 'internal') THEN -amount ELSE amount END)
FROM moved
WHERE amount IS NOT NULL AND (kind IN ('staking', 'internal') OR place = 'staked' AND NOT EXISTS (
    FROM books.ledger_entry AS entry
    WHERE entry.source_account = moved.source_account AND entry.wallet_name = moved.currency || '.staked'))
GROUP BY ALL
"""


@dataclass(frozen=True)
class Difference:
    """A currency in which a file does not lead to the wallet."""

    currency: str
    in_file: Decimal
    in_wallet: Decimal

    def __str__(self) -> str:
        return f"{self.currency}: the file ends with {number(self.in_file)}, the wallet has {number(self.in_wallet)}"


@dataclass(frozen=True)
class Ends:
    """What the account had where a period begins, and what it had where the period ends."""

    opening: Balances
    closing: Balances

    def differences(self, flows: Iterable[tuple[str, Decimal]], names: Mapping[str, str]) -> list[Difference]:
        """`flows`: of all that was written; `names`: the file's own name of a currency, where it has one."""
        in_file: dict[str, Decimal] = defaultdict(Decimal)
        in_wallet: dict[str, Decimal] = defaultdict(Decimal)
        for currency, amount in flows:
            in_file[currency] = EXACT.add(in_file[currency], amount)
        for (_, currency), amount in self.closing.items():
            name = names.get(currency, currency)
            in_wallet[name] = EXACT.add(in_wallet[name], amount)
        return [
            Difference(currency, in_file[currency], in_wallet[currency])
            for currency in sorted({*in_file, *in_wallet})
            if in_file[currency] != in_wallet[currency]
        ]


def ends_of(database: Path, events: Iterable[TaxEvent], period: Period, account: str | None) -> Ends:
    """`events`: all of them, also those outside of the period."""
    with duckdb.connect(str(database), read_only=True) as connection:
        held = _balances(connection.execute(_MOVED + _HELD).fetchall())
        booked = _balances(connection.execute(_MOVED + _BOOKED).fetchall())
    opening: Balances = defaultdict(Decimal)
    for key in {*held, *booked}:
        opening[key] = EXACT.subtract(held.get(key, Decimal()), booked.get(key, Decimal()))
    closing: Balances = defaultdict(Decimal, held)
    for event in events:
        for currency, amount in event.flows:
            key = (event.source_account, currency)
            if period.is_after(event.happened_at):
                opening[key] = EXACT.add(opening[key], amount)
            elif period.is_before(event.happened_at):
                closing[key] = EXACT.subtract(closing[key], amount)
    of_account = [key for key in {*opening, *closing} if account is None or key[0] == account]
    return Ends({key: opening[key] for key in of_account}, {key: closing[key] for key in of_account})


def opening_events(ends: Ends, period: Period, events: Iterable[TaxEvent]) -> list[TaxEvent]:
    """A row for each currency that the account had. A balance below zero is none: it is a difference, and is said."""
    first = min((event.happened_at for event in events), default=datetime.now(timezone.utc))
    begins = period.begins or first - timedelta(seconds=1)
    return [
        TaxEvent(
            begins,
            "opening balance",
            None,
            None,
            None,
            amount,
            currency,
            None,
            None,
            None,
            f"opening balance of {currency}: its cost is not known",
            f"opening balance {account} {currency}",
            account,
        )
        for (account, currency), amount in sorted(ends.opening.items())
        if amount > 0
    ]


def _balances(rows: Iterable[tuple[str, str, Decimal]]) -> Balances:
    found: Balances = defaultdict(Decimal)
    for account, currency, amount in rows:
        found[account, currency] = EXACT.add(found[account, currency], amount)
    return found
