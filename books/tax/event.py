"""One tax event, and how events are read from the books: for a period, for one account or for all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Context, Decimal
from pathlib import Path

import duckdb

EXACT = Context(prec=76)
"""Python's own context has 28 digits, and a sum of balances with 18 decimals has more."""
_EVENTS = """
SELECT happened_at, kind, label, sent_amount, sent_currency, received_amount, received_currency, fee_amount,
       fee_currency, tx_hash, description, event_key, source_account
FROM books.tax_event
WHERE kind NOT IN ('staking', 'internal') AND happened_at IS NOT NULL
ORDER BY happened_at, order_key, event_key
"""
"""What is staked is the account's as before. A check names the rows without a time."""
BETWEEN_ACCOUNTS = "between accounts"
_OUTPUT_OF_HASH = re.compile(r"/\d+$")


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
    event_key: str = ""
    source_account: str = ""

    @property
    def is_trade(self) -> bool:
        return self.sent_amount is not None and self.received_amount is not None

    @property
    def own_id(self) -> str:
        """The hash on the chain, without the number of its output that the exchange adds; else the key of the event.

        Programs take rows of one second, currency and amount for duplicates where nothing tells them apart.
        """
        return _OUTPUT_OF_HASH.sub("", self.tx_hash) if self.tx_hash else self.event_key

    @property
    def flows(self) -> Iterator[tuple[str, Decimal]]:
        """What the event does to the balance of each currency."""
        for amount, currency, sign in (
            (self.received_amount, self.received_currency, 1),
            (self.sent_amount, self.sent_currency, -1),
            (self.fee_amount, self.fee_currency, -1),
        ):
            if amount is not None and currency is not None:
                yield currency, sign * amount


@dataclass(frozen=True)
class Period:
    """Days of a time zone, both included; None is open."""

    first: date | None = None
    last: date | None = None
    zone: tzinfo = timezone.utc

    @classmethod
    def of_year(cls, year: int, zone: tzinfo = timezone.utc) -> Period:
        return cls(date(year, 1, 1), date(year, 12, 31), zone)

    @property
    def begins(self) -> datetime | None:
        return datetime.combine(self.first, time(), self.zone) if self.first else None

    @property
    def ends(self) -> datetime | None:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone) if self.last else None

    def is_after(self, moment: datetime) -> bool:
        return self.begins is not None and moment < self.begins

    def is_before(self, moment: datetime) -> bool:
        return self.ends is not None and moment >= self.ends

    def __contains__(self, moment: datetime) -> bool:
        return not self.is_after(moment) and not self.is_before(moment)

    @property
    def name(self) -> str:
        """For the name of a file: 2026, or 2026-01-01-to-2026-06-30; empty where everything is in it."""
        if not self.first and not self.last:
            return ""
        if self.first and self == Period.of_year(self.first.year, self.zone):
            return str(self.first.year)
        return "-".join(filter(None, [str(self.first or ""), f"to-{self.last}" if self.last else "on"]))


def read_tax_events(database: Path, account: str | None = None, between_accounts: bool = False) -> list[TaxEvent]:
    """All events by time.

    What moved between two accounts of the books is an event of one account, but none of all, unless `between_accounts`.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        events = _told_apart([TaxEvent(_utc(row[0]), *row[1:]) for row in connection.execute(_EVENTS).fetchall()])
    if account is None:
        return [event for event in events if between_accounts or event.kind != BETWEEN_ACCOUNTS]
    return [event for event in events if event.source_account == account]


def _told_apart(events: Iterable[TaxEvent]) -> list[TaxEvent]:
    """The events, each with an id of its own.

    Two accounts may have rows of one key, and two outputs of one transaction on the chain have one hash: a second row
    of the same second and amounts has its key behind the hash.
    """
    events = list(events)
    accounts = defaultdict(set)
    for event in events:
        accounts[event.event_key].add(event.source_account)
    told: list[TaxEvent] = []
    seen = set()
    for event in events:
        if len(accounts[event.event_key]) > 1:
            event = replace(event, event_key=f"{event.event_key} of {event.source_account}")  # noqa: PLW2901
        looks_like = event.own_id, event.happened_at.replace(microsecond=0), tuple(event.flows)
        if event.tx_hash and looks_like in seen:
            event = replace(event, tx_hash=f"{event.own_id} {event.event_key}")  # noqa: PLW2901
        seen.add(looks_like)
        told.append(event)
    return told


def _utc(moment: datetime) -> datetime:
    """The books keep UTC, with a time zone or without one."""
    return moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
