"""What moved between accounts of the books is paired by amount, currency and nearest time, never within an account."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integration_tests.books.account_story import FIRST_SYNC, SECOND_SYNC, Story, at
from integration_tests.books.books import Books, books_of

pytestmark = pytest.mark.timeout(400)

LATER = timedelta(seconds=30)
MOVED: dict[str, list[tuple[datetime, str, str]]] = {
    "desk": [
        # From outside and passed on within the minute.
        (at(2), "USD", "100"),
        (at(2) + LATER, "USD", "-100"),
        # Sent a week before one of the same amount comes to another.
        (at(2), "EUR", "-7"),
        # Three times the same within seconds, one of them to an account that is not in the books.
        *[(at(3, second=second), "BTC", "-1") for second in range(3)],
        # There and back.
        (at(4), "SOL", "-5"),
        (at(4) + 2 * LATER, "SOL", "5"),
    ],
    "bot": [
        (at(2) + LATER, "USD", "100"),
        (at(9), "EUR", "7"),
        *[(at(3, second=second), "BTC", "1") for second in (3, 4)],
        (at(4) + LATER / 3, "SOL", "5"),
        (at(4) + 2 * LATER, "SOL", "-5"),
    ],
}
DIRECTIONS = {
    "USD": [("desk", "in", None), ("desk", "between accounts", "bot")],
    "EUR": [("desk", "out", None), ("bot", "in", None)],
    "BTC": [("desk", "out", None), ("desk", "between accounts", "bot"), ("desk", "between accounts", "bot")],
    "SOL": [("desk", "between accounts", "bot"), ("bot", "between accounts", "desk")],
}


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Books:
    stories = {}
    for number, (name, entries) in enumerate(MOVED.items()):
        story = stories[name] = Story(last_id=number * 10**18)
        for moment, currency, quantity in entries:
            story.book("SUBACCOUNT_TX", moment, currency, quantity)
        for moment in (FIRST_SYNC, SECOND_SYNC):
            story.observe(moment)
    return books_of(tmp_path_factory.mktemp("moved"), stories)


@pytest.mark.parametrize("currency", DIRECTIONS)
def test_a_transfer_is_paired_with_the_nearest_of_another_account(moved: Books, currency: str) -> None:
    rows = moved.rows("SELECT * FROM books.transfer ORDER BY happened_at, direction")
    found = [(row["source_account"], row["direction"], row["network"]) for row in rows if row["currency"] == currency]
    assert found == DIRECTIONS[currency]


def test_no_transfer_between_accounts_is_a_discrepancy(moved: Books) -> None:
    assert moved.rows("SELECT * FROM books.discrepancy") == []
