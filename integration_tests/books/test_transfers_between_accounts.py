"""What moved between accounts of the books is paired by amount, currency and nearest time, never within an account."""

from __future__ import annotations

import pytest

from integration_tests.books.books import Books

DIRECTIONS = {
    "USD": [("desk", "in", None), ("desk", "between accounts", "bot")],
    "EUR": [("desk", "out", None), ("bot", "in", None)],
    "BTC": [("desk", "out", None), ("desk", "between accounts", "bot"), ("desk", "between accounts", "bot")],
    "SOL": [("desk", "between accounts", "bot"), ("bot", "between accounts", "desk")],
}


@pytest.mark.parametrize("currency", DIRECTIONS)
def test_a_transfer_is_paired_with_the_nearest_of_another_account(stories: Books, currency: str) -> None:
    rows = stories.rows(
        "SELECT * FROM books.transfer WHERE source_account IN ('desk', 'bot') ORDER BY happened_at, direction"
    )
    found = [(row["source_account"], row["direction"], row["network"]) for row in rows if row["currency"] == currency]
    assert found == DIRECTIONS[currency]


def test_no_transfer_between_accounts_is_a_discrepancy(stories: Books) -> None:
    assert stories.rows("SELECT * FROM books.discrepancy WHERE source_account IN ('desk', 'bot')") == []
