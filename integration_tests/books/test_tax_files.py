"""The rules of the tax files, on the story and on single events."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from books.tax.event import TaxEvent, read_tax_events
from books.tax_files import FORMATS, tax_rows, write_tax_file
from integration_tests.books.books import Books

BUY = TaxEvent(
    datetime(2026, 3, 2, 10, 0, 10),  # noqa: DTZ001  UTC
    "trade",
    None,
    Decimal("39003.125"),
    "USD",
    Decimal("12.50000000"),
    "ETH",
    Decimal("0.0125"),
    "ETH",
    None,
    "order 1, fill 2",
)
Rows = list[dict[str, str]]


def named(format_name: str, *events: TaxEvent) -> Rows:
    columns = FORMATS[format_name].columns
    return [dict(zip(columns, row, strict=True)) for row in tax_rows(format_name, events)]


@pytest.fixture(scope="module")
def events(closed: Books) -> list[TaxEvent]:
    return read_tax_events(closed.database)


@pytest.fixture(params=sorted(FORMATS))
def rows(request: pytest.FixtureRequest, closed: Books, tmp_path: Path) -> Iterator[Rows]:
    """The whole file of the story in each format, read back."""
    target = tmp_path / "tax.csv"
    write_tax_file(request.param, closed.database, target)
    with target.open(encoding="utf-8", newline="") as file:
        yield list(csv.DictReader(file))


def test_a_transfer_comes_once(events: list[TaxEvent]) -> None:
    """The ledger has the same three, and a transfer to a sub-account that nothing else tells."""
    moved = [
        (event.sent_amount or event.received_amount, event.tx_hash) for event in events if event.kind == "transfer"
    ]
    assert Counter(moved) == Counter(
        [(Decimal(60000), None), (Decimal("12.5"), "3f9d/1"), (Decimal("1.5"), "9e8d"), (Decimal(100), None)]
    )


def test_a_transfer_that_failed_does_not_come(events: list[TaxEvent]) -> None:
    assert "deposit 102" not in {event.description for event in events}


def test_what_is_staked_is_no_event_of_a_tax_file(closed: Books, events: list[TaxEvent]) -> None:
    [staked] = closed.rows("SELECT * FROM books.tax_event WHERE kind = 'staking'")
    assert staked["sent_amount"] == Decimal("0.5")
    assert not [event for event in events if event.kind == "staking"]


def test_a_network_fee_stands_apart_from_the_amount(events: list[TaxEvent]) -> None:
    [sent] = [event for event in events if event.description == "withdrawal 301"]
    assert (sent.sent_amount, sent.fee_amount, sent.fee_currency) == (Decimal("1.5"), Decimal("0.002"), "ETH")


def test_a_fee_comes_once(events: list[TaxEvent]) -> None:
    fees: dict[str | None, Decimal] = defaultdict(Decimal)
    for event in events:
        if event.kind == "trade":
            fees[event.fee_currency] += event.fee_amount or 0
        elif event.kind == "derivative fee":
            fees[event.sent_currency] += event.sent_amount or 0
    assert fees == {
        "CRO": Decimal("0.1"),
        "ETH": Decimal("0.0125"),
        "USD": Decimal("6.6") + Decimal("1.95") + Decimal("0.4"),
    }


def test_of_derivatives_only_the_outcome_comes(events: list[TaxEvent]) -> None:
    outcomes = {
        (event.kind, event.received_amount, event.sent_amount)
        for event in events
        if event.kind in ("derivative profit", "funding")
    }
    assert outcomes == {
        ("derivative profit", Decimal("7.125"), None),
        ("derivative profit", Decimal("10.5"), None),
        ("funding", Decimal("0.12"), None),
        ("funding", None, Decimal("0.05")),
    }
    assert not [event for event in events if "PERP" in f"{event.sent_currency}{event.received_currency}"]


def test_rewards_have_their_label(rows: Rows) -> None:
    rewarded = [row for row in rows if "reward" in row.get("Label", "") or row.get("Type") == "Staking"]
    amounts = {row.get("Received Amount") or row.get("Buy Amount") or row["Buy Quantity"] for row in rewarded}
    assert amounts == {"0.01342288", "1.5", "2.000000000000000001"}
    assert len(rewarded) == 3, "a reward in a plain coin is in the ledger, too"


def test_an_otc_deal_is_a_trade(events: list[TaxEvent]) -> None:
    [deal] = [event for event in events if event.kind == "otc trade"]
    assert (deal.sent_amount, deal.received_amount) == (Decimal("8718.601"), Decimal("0.1"))


def test_no_number_is_below_zero_or_has_an_exponent(rows: Rows) -> None:
    numbers = [
        value for row in rows for name, value in row.items() if value and name.endswith(("Amount", "Quantity", "Fee"))
    ]
    assert numbers
    assert not [number for number in numbers if number.startswith("-") or "e" in number.lower()]


def test_times_are_utc(rows: Rows) -> None:
    times = [row.get("Date") or row["Timestamp"] for row in rows]
    assert times[0].removesuffix(" UTC") == "2026-03-01 08:40:00"
    assert times == sorted(times)


def test_a_row_says_which_rows_it_came_from_and_its_hash(rows: Rows) -> None:
    texts = [row.get("Description") or row.get("Comment") or row["Note"] for row in rows]
    assert all(texts)
    [deposit] = [row for row in rows if "deposit 101" in row.values()]
    # The exchange adds the number of the output, which is no part of a hash.
    assert [*deposit.values()][-1] == "3f9d"


def test_koinly_gets_the_fee_beside_the_whole_amount() -> None:
    [row] = named("koinly", BUY)
    assert (row["Received Amount"], row["Fee Amount"]) == ("12.5", "0.0125")
    assert row["Date"] == "2026-03-02 10:00:10 UTC"


def test_koinly_gets_the_fee_of_a_deposit_as_a_cost() -> None:
    deposit = replace(BUY, kind="transfer", sent_amount=None, sent_currency=None)
    received, cost = named("koinly", deposit)
    assert (received["Received Amount"], received["Fee Amount"]) == ("12.5", "")
    assert (cost["Sent Amount"], cost["Sent Currency"], cost["Label"]) == ("0.0125", "ETH", "cost")


def test_cointracking_gets_amounts_with_the_fee_in_them() -> None:
    [bought] = named("cointracking", BUY)
    assert (bought["Type"], bought["Buy Amount"], bought["Fee"]) == ("Trade", "12.4875", "0.0125")
    [paid] = named("cointracking", replace(BUY, fee_amount=Decimal(5), fee_currency="USD"))
    assert (paid["Buy Amount"], paid["Sell Amount"]) == ("12.5", "39008.125")


def test_cointracking_gets_a_fee_in_a_third_currency_as_an_entry_of_its_own() -> None:
    trade, fee = named("cointracking", replace(BUY, fee_currency="CRO"))
    assert (trade["Buy Amount"], trade["Fee"]) == ("12.5", "")
    assert (fee["Type"], fee["Sell Amount"], fee["Sell Currency"]) == ("Other Fee", "0.0125", "CRO")


def test_what_moved_between_two_accounts_in_the_books_is_in_no_file(stories: Books) -> None:
    """Booked in both ledgers: one transfer, and nothing that left or came."""
    [moved] = stories.rows("SELECT * FROM books.transfer WHERE direction = 'between accounts' AND network = 'receiver'")
    assert (moved["network"], moved["amount"]) == ("receiver", Decimal(100))
    sent = [event for event in read_tax_events(stories.database) if event.sent_amount == 100]
    senders = {event.source_account for event in sent}
    assert "refund_of_before" in senders
    assert not {"account_not_listed", "receiver"} & senders
