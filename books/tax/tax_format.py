"""What a tax program's CSV file is: its columns, the rows of an event, and what a row does to balances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from books.tax.event import TaxEvent

EXCHANGE = "Crypto.com Exchange"
Row = tuple[str, ...]


@dataclass(frozen=True)
class TaxFormat:
    """`flows` reads amounts back from a written row: (currency, what the row adds to it)."""

    columns: Row
    rows: Callable[[TaxEvent], Iterator[Row]]
    flows: Callable[[Mapping[str, str]], Iterator[tuple[str, Decimal]]]


def flows_by_columns(
    amount: str, currency: str, **signs: int
) -> Callable[[Mapping[str, str]], Iterator[tuple[str, Decimal]]]:
    """For rows that name amounts in `X {amount}` and `X {currency}`, for each X with its sign."""

    def flows(row: Mapping[str, str]) -> Iterator[tuple[str, Decimal]]:
        for name, sign in signs.items():
            if text := row[f"{name} {amount}"]:
                yield row[f"{name} {currency}"], sign * Decimal(text)

    return flows


def time_of(event: TaxEvent) -> str:
    return event.happened_at.strftime("%Y-%m-%d %H:%M:%S")


def number(amount: Decimal) -> str:
    """Without an exponent, and without the zeros that a fixed scale adds."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal | None, currency: str | None) -> tuple[str, str]:
    return ("", "") if amount is None else (number(amount), currency or "")


def is_staking_reward(event: TaxEvent) -> bool:
    return event.kind == "reward" and event.received_amount is not None and "stak" in event.event_key.lower()
