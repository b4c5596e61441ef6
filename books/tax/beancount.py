"""The events as a Beancount journal, with an assertion of each balance at its end."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from books.tax.event import EXACT, TaxEvent
from books.tax.tax_format import number

ASSETS = "Assets:Exchange"
COUNTERPARTS = {
    "reward": "Income:Rewards",
    "profit": "Income:Derivatives",
    "rebate": "Income:Rebates",
    "interest": "Expenses:Interest",
    "interest received": "Income:Interest",
    "fee": "Expenses:Fees",
}
TRANSFERS = "Equity:Transfers"
OPENING = "Equity:Opening-Balances"
_POSTING = re.compile(rf"^  {ASSETS}:\S+\s+(-?[\d.]+) (\S+)")


def commodity(currency: str) -> str:
    """As Beancount wants it: upper case, a letter first, two characters at least."""
    name = re.sub(r"[^A-Z0-9'._-]", "-", currency.upper())
    return name if re.match(r"[A-Z].*[A-Z0-9]$", name) else f"C-{name}"


def lines(events: Iterable[TaxEvent], balances: Mapping[tuple[str, str], Decimal]) -> Iterator[str]:
    """`balances`: by account and currency, as they are after the last event."""
    events = list(events)
    if not events:
        return
    first, last = events[0].happened_at.date(), events[-1].happened_at.date()
    accounts = {_account(event.source_account) for event in events} | {_account(account) for account, _ in balances}
    yield 'option "title" "Crypto.com Exchange"'
    # It makes a price of one coin from the price of all, with 28 digits.
    yield 'option "inferred_tolerance_default" "*:0.000000000000001"'
    # No date of a posting may lie before its account is opened.
    for account in sorted(accounts | {*COUNTERPARTS.values(), TRANSFERS, OPENING}):
        yield f"{first} open {account}"
    for event in events:
        yield ""
        yield from _transaction(event)
    yield ""
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (account, currency), amount in balances.items():
        name = _account(account), commodity(currency)
        held[name] = EXACT.add(held[name], amount)
    for (account, currency), amount in sorted(held.items()):
        yield f"{last + timedelta(days=1)} balance {account}  {number(amount)} ~ 0 {currency}"


def flows(text: str) -> Iterator[tuple[str, Decimal]]:
    """What the postings of a written journal do to the account's balances."""
    for line in text.splitlines():
        if found := _POSTING.match(line):
            yield found[2], Decimal(found[1])


def _transaction(event: TaxEvent) -> Iterator[str]:
    account = _account(event.source_account)
    other = OPENING if event.kind == "opening balance" else COUNTERPARTS.get(event.label or "", TRANSFERS)
    yield f'{event.happened_at.date()} * "{event.kind}" {_quoted(event.description)}'
    yield f"  id: {_quoted(event.own_id)}"
    yield f'  time: "{event.happened_at:%H:%M:%S}"'
    received, sent = event.received_amount, event.sent_amount
    if received is not None and sent is not None:
        price = f"{number(sent)} {commodity(event.sent_currency or '')}"
        yield f"  {account}  {number(received)} {commodity(event.received_currency or '')} @@ {price}"
        yield f"  {account}  -{price}"
    elif received is not None:
        yield from _pair(account, other, received, event.received_currency)
    elif sent is not None:
        yield from _pair(account, other, -sent, event.sent_currency)
    if event.fee_amount is not None:
        yield from _pair(account, COUNTERPARTS["fee"], -event.fee_amount, event.fee_currency)


def _pair(account: str, other: str, amount: Decimal, currency: str | None) -> Iterator[str]:
    name = commodity(currency or "")
    yield f"  {account}  {number(amount)} {name}"
    yield f"  {other}  {number(-amount)} {name}"


def _quoted(text: str) -> str:
    """As a string of Beancount, which knows the escapes of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _account(source_account: str) -> str:
    name = re.sub(r"[^A-Za-z0-9-]", "-", source_account) or "Main"
    return f"{ASSETS}:{name[:1].upper() if name[:1].isalpha() else 'A' + name[:1]}{name[1:]}"
