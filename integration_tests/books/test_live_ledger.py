"""Each event of a live ledger is what it is, once, and altogether they are the wallet."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration_tests.books.books import Books, books_of
from integration_tests.books.event_table import PAGE, in_page
from integration_tests.books.live_ledger import EVENTS, Amount, TaxEventRow, live_ledger, moment_of, wallet


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return books_of(tmp_path_factory.mktemp("live"), {"main": live_ledger()})


def amount(quantity: Decimal | None, currency: str | None) -> Amount | None:
    return None if quantity is None else (format(quantity.normalize(), "f"), str(currency))


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_of_the_ledger_is_what_it_is_and_comes_once(live: Books, name: str) -> None:
    first = moment_of(name) - timedelta(minutes=5)
    found = [
        TaxEventRow(
            row["kind"],
            row["label"],
            amount(row["sent_amount"], row["sent_currency"]),
            amount(row["received_amount"], row["received_currency"]),
            amount(row["fee_amount"], row["fee_currency"]),
        )
        for row in live.rows("SELECT * FROM books.tax_event")
        if first <= row["happened_at"] < first + timedelta(minutes=30)
    ]
    assert sorted(map(str, found)) == sorted(map(str, EVENTS[name].tax_events))


def test_every_event_has_a_key_of_its_own(live: Books) -> None:
    assert live.rows("SELECT event_key FROM books.tax_event GROUP BY ALL HAVING count(*) > 1") == []


def test_what_is_held_is_what_the_events_say(live: Books) -> None:
    held = live.rows("SELECT currency, sum(quantity) AS quantity FROM books.holding GROUP BY currency")
    assert {row["currency"]: row["quantity"] for row in held if row["quantity"]} == {
        currency: quantity for currency, quantity in wallet().items() if quantity
    }


def test_a_reward_that_was_taken_back_takes_back_income_and_is_no_sale(live: Books) -> None:
    [earned] = live.rows("SELECT sum(amount) AS amount FROM books.reward")
    assert earned == {"amount": Decimal("1.43649888")}, "0.98649888 + 0.5 + 0.25 - 0.1 - 0.2"
    moved = live.rows(
        "SELECT effect, quantity, value FROM books.coin_movement WHERE kind = 'reward' AND leg_number = 1"
    )
    assert sorted(tuple(row.values()) for row in moved) == [
        ("left", Decimal("0.1"), None),
        ("left", Decimal("0.2"), None),
    ]


def test_what_is_staked_is_held_as_the_coin_and_has_its_place(live: Books) -> None:
    [staked] = live.rows("SELECT currency, quantity FROM books.holding WHERE place = 'staked'")
    assert staked == {"currency": "CRO", "quantity": Decimal("910.78649888")}


def test_the_last_day_has_the_total_of_what_is_held(live: Books) -> None:
    [days] = live.rows("SELECT count(DISTINCT day) AS days, max(day) - min(day) + 1 AS span FROM books.balance_by_day")
    assert days["days"] == days["span"]
    last = live.rows(
        "SELECT currency, balance FROM books.balance_by_day WHERE balance <> 0 "
        "AND day = (SELECT max(day) FROM books.balance_by_day)"
    )
    assert {row["currency"]: row["balance"] for row in last} == {name: held for name, held in wallet().items() if held}


def test_the_books_of_a_live_ledger_close_but_for_a_withdrawal_that_no_table_has(live: Books) -> None:
    found = live.rows("SELECT check_name, expected, found FROM books.discrepancy WHERE status = 'different'")
    assert [tuple(row.values()) for row in found] == [("transfers_are_in_the_ledger", Decimal("-0.201"), Decimal(0))]


def test_the_table_in_the_docs_is_what_the_files_say_of_these_events(live: Books) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == in_page(page, live.database), "python -m integration_tests.books.event_table"
