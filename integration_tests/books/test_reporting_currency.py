"""Gains in euro, of an account that trades in US dollars; the report's totals stay in US dollars."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from books.report_data import read_report_data
from books.tax.mart_file import mart_file
from books.tax_files import tax_file
from integration_tests.books.account_story import SECOND_SYNC, Story, at
from integration_tests.books.books import Books, books_of
from integration_tests.books.test_gains import bought, sold


def traded_in_dollars() -> Story:
    """A euro is 1.25 US dollars, from the fifth day on one, and at last two."""
    story = Story()
    story.book("FIAT_DEPOSIT", at(1), "USD", "2000")
    bought(story, 1, "100", "1.25", instrument_name="EUR_USD")
    bought(story, 2, "1", "1000")
    bought(story, 5, "1", "1", instrument_name="EUR_USD")
    sold(story, 6, "1", "1100")
    bought(story, 7, "0.5", "1000")
    story.observe(SECOND_SYNC)
    for row in story.tables["user_balance"]:
        if row["instrument_name"] == "EUR":
            row["market_value"] = str(2 * Decimal(row["quantity"]))
    return story


@pytest.fixture(scope="module")
def in_euro(tmp_path_factory: pytest.TempPathFactory) -> Books:
    folder = tmp_path_factory.mktemp("euro")
    return books_of(folder, {"main": traded_in_dollars()}, cryptocom_reporting_currency="EUR")


def test_a_gain_has_the_rate_of_each_day(in_euro: Books) -> None:
    """The coin cost 800 euro and brought 1,100; each US dollar cost 0.80, and is worth one euro when it is spent."""
    found = in_euro.rows("SELECT currency, reporting_currency, gain FROM books.gain ORDER BY disposed_at, currency")
    assert [tuple(row.values()) for row in found] == [
        ("USD", "EUR", 0),  # for euro
        ("USD", "EUR", 0),  # for the coin
        ("USD", "EUR", Decimal("0.2")),
        ("ETH", "EUR", 300),
        ("USD", "EUR", 100),
    ]


def test_every_method_is_in_the_same_currency(in_euro: Books) -> None:
    found = in_euro.rows("SELECT DISTINCT gain FROM books.gain_of_method WHERE currency = 'ETH'")
    assert [row["gain"] for row in found] == [300]


def test_a_file_of_gains_names_the_currency(in_euro: Books, tmp_path: Path) -> None:
    mart_file("gain", in_euro.database, tmp_path / "gain.csv")
    with (tmp_path / "gain.csv").open(encoding="utf-8", newline="") as file:
        assert {row["reporting_currency"] for row in csv.DictReader(file)} == {"EUR"}


def test_a_tax_file_has_the_amounts_that_were_moved(in_euro: Books, tmp_path: Path) -> None:
    """Programs value them; so no reporting currency is in it, and it leads to the wallet."""
    assert not tax_file("koinly", in_euro.database, tmp_path / "koinly.csv").differences


def test_the_report_has_gains_in_euro_and_totals_in_dollars(in_euro: Books) -> None:
    """Half a coin that is worth 0.50 US dollars cost 500 euro; of 1,474 dollars 374 cost 0.80 euro, the rest one."""
    report = read_report_data(in_euro.database)
    assert {row["unit"] for row in report.tables["gains"].rows} == {"EUR"}
    [unrealised] = [figure.value for figure in report.figures if figure.name == "unrealised gain"]
    assert unrealised == pytest.approx(0.5 + 1474 - 2 * (500 + 374 * 0.8 + 1100))
