"""A row that the books cannot use is named, and the rest of the account is told as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from books.tax_files import tax_file
from integration_tests.books.account_story import at, closed_books
from integration_tests.books.books import books_of

pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("amount", ["not a number", "123456789012345678901234567890.5"])
def test_an_amount_that_is_none_is_named_whatever_the_account_is_called(tmp_path: Path, amount: str) -> None:
    story = closed_books()
    row = story.book("SOFT_STAKE_REWARD", at(5), "SHIB", "1")
    row["transaction_qty"] = amount
    books = books_of(tmp_path, {"o'brien": story})
    told = "SELECT source_account, subject FROM books.discrepancy WHERE check_name = 'columns_are_filled'"
    assert books.rows(told) == [{"source_account": "o'brien", "subject": f"transaction {row['journal_id']}"}]
    assert not tax_file("koinly", books.database, tmp_path / "file", account="o'brien").differences
