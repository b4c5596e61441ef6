"""Rows with an amount that is no number, without a time or a price: named, and left out of no sum in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from books.reconciliation import read_reconciliation, verdict
from books.tax_files import tax_file
from integration_tests.books.account_story import Story, at, closed_books
from integration_tests.books.books import Books, books_of

pytestmark = pytest.mark.timeout(400)


def said(table: str, **columns: Any) -> Story:
    """The story whose first row of a table says something else."""
    story = closed_books()
    story.tables[table][0].update(columns)
    return story


def unpriced() -> Story:
    story = Story()
    story.order(at(3), [("2", "0.5", "0")], side="BUY", instrument_name="AAA_BBB", fee_instrument_name="BBB")
    return story


def rewarded(amount: str) -> Story:
    """The story with one more reward, whose amount is this text."""
    story = closed_books()
    story.book("SOFT_STAKE_REWARD", at(5), "SHIB", "1")["transaction_qty"] = amount
    return story


STORIES: dict[str, tuple[Callable[[], Story], str]] = {
    "letters": (lambda: said("user_trade", traded_price="abc"), 'its traded_price of "abc" is no number'),
    "nothing": (lambda: said("user_trade", traded_quantity=""), 'its traded_quantity of "" is no number'),
    "nan": (lambda: said("transaction", transaction_qty="NaN"), 'its transaction_qty of "NaN" is no number'),
    "deposit": (lambda: said("deposit", amount="12,5"), 'its amount of "12,5" is no number'),
    "nanoseconds": (lambda: said("user_trade", create_time_ns="soon"), 'its create_time_ns of "soon" is no number'),
    "fill_without_a_time": (lambda: said("user_trade", create_time=None), "it has no create_time"),
    "entry_without_a_time": (lambda: said("transaction", event_time=None), "it has no event_time"),
}
AMOUNTS = {"o'brien": "not a number", "too_long": "123456789012345678901234567890.5"}
"""The amount of a reward, by the name of the account."""
READABLE: dict[str, Callable[[], Story]] = {
    "spaces": lambda: said("user_trade", traded_price=" 0.10234 "),
    "exponent": lambda: said("user_trade", traded_price="1.0234e-1"),
}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    told = {name: story() for name, (story, _) in STORIES.items()}
    told |= {name: story() for name, story in READABLE.items()}
    told |= {name: rewarded(amount) for name, amount in AMOUNTS.items()}
    return books_of(tmp_path_factory.mktemp("unusable"), told | {"unpriced": unpriced()})


@pytest.mark.parametrize("name", STORIES)
def test_a_row_that_cannot_be_used_is_named(books: Books, name: str) -> None:
    found = books.rows(
        "SELECT detail, status, row_key FROM books.discrepancy "  # noqa: S608
        f"WHERE source_account = '{name}' AND check_name = 'columns_are_filled'"
    )
    assert [(row["detail"], row["status"]) for row in found] == [(STORIES[name][1], "different")]
    assert found[0]["row_key"]


@pytest.mark.parametrize("account", AMOUNTS)
def test_an_amount_that_is_none_is_named_and_the_rest_adds_up(books: Books, account: str, tmp_path: Path) -> None:
    found = books.rows(
        "SELECT source_account, detail FROM books.discrepancy "
        "WHERE check_name = 'columns_are_filled' AND detail LIKE 'its transaction_qty%'"
    )
    said = f'its transaction_qty of "{AMOUNTS[account]}" is no number'
    assert [row["detail"] for row in found if row["source_account"] == account] == [said]
    assert not tax_file("koinly", books.database, tmp_path / "file", account=account).differences


@pytest.mark.parametrize("name", READABLE)
def test_another_way_to_write_a_number_is_read(books: Books, name: str) -> None:
    assert books.rows(f"SELECT * FROM books.discrepancy WHERE source_account = '{name}'") == []  # noqa: S608


def test_what_cannot_be_used_is_no_event(books: Books) -> None:
    assert books.rows("SELECT * FROM books.tax_event WHERE happened_at IS NULL") == []
    bought = books.rows(
        "SELECT source_account FROM books.coin_movement WHERE currency = 'CRO' AND kind = 'trade' "
        "AND source_account IN ('letters', 'nothing', 'fill_without_a_time', 'spaces')"
    )
    assert [row["source_account"] for row in bought] == ["spaces"]


def test_the_verdict_names_what_has_no_price(books: Books) -> None:
    said = verdict(read_reconciliation(books.database))
    assert "no price of that day was read (select day candles): " in said
    assert "1 of AAA (the first on 2026-03-03)" in said
    assert "1 of BBB (the first on 2026-03-03)" in said
