"""A tax file leads from the opening balances to the wallet, or says in which currency it does not."""

from __future__ import annotations

import csv
import importlib
from collections import Counter
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from books.tax.beancount import commodity, lines
from books.tax.event import Period, TaxEvent, read_tax_events
from books.tax_files import BEANCOUNT, FORMATS, NAMES, TaxFile, period_of, tax_file
from integration_tests.books.account_story import Story, closed_books
from integration_tests.books.books import Books, books_of


def read_from_the_middle() -> Story:
    """The ledger begins after the account had money, and the wallet has had some dust for ever."""
    story = closed_books()
    for row in story.tables["user_balance"]:
        if row["instrument_name"] == "USD":
            row["quantity"] = format(Decimal(row["quantity"]) + 750, "f")
    return story


def with_a_lost_deposit() -> Story:
    story = closed_books()
    story.tables["deposit"] = [row for row in story.tables["deposit"] if row["id"] != "101"]
    return story


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Three accounts: one has what the first has and 750 US dollars from before, another lost a deposit's own row."""
    stories = {"main": closed_books(), "middle": read_from_the_middle(), "lost": with_a_lost_deposit()}
    return books_of(tmp_path_factory.mktemp("accounts"), stories)


def written(books: Books, folder: Path, form: str = "koinly", period: Period | None = None, **options: str) -> TaxFile:
    return tax_file(form, books.database, folder / form, period, **options)


@pytest.mark.parametrize("form", NAMES)
def test_a_file_leads_to_the_wallet_in_every_currency(accounts: Books, tmp_path: Path, form: str) -> None:
    file = written(accounts, tmp_path, form)
    assert not file.differences
    assert f"lead to the wallet in each of {file.currencies} currencies" in str(file)


@pytest.mark.parametrize("form", NAMES)
def test_each_part_of_the_time_leads_to_the_wallet(accounts: Books, tmp_path: Path, form: str) -> None:
    """Opening balances of a period are those at its first moment."""
    for period in (Period(last=date(2026, 3, 4)), Period(date(2026, 3, 5)), Period(date(2026, 3, 3), date(2026, 3, 7))):
        assert not written(accounts, tmp_path, form, period).differences


def test_what_the_account_had_before_is_a_row_of_its_own(accounts: Books, tmp_path: Path) -> None:
    file = written(accounts, tmp_path, account="middle")
    with file.path.open(encoding="utf-8", newline="") as text:
        opening = [row for row in csv.DictReader(text) if row["Description"].startswith("opening balance")]
    assert [(row["Received Amount"], row["Received Currency"], row["Label"]) for row in opening] == [("750", "USD", "")]
    assert not file.differences


@pytest.mark.parametrize("form", NAMES)
def test_a_deposit_that_only_the_ledger_has_is_in_the_file(accounts: Books, tmp_path: Path, form: str) -> None:
    file = written(accounts, tmp_path, form, account="lost")
    assert not file.differences, "the ledger tells of the deposit where its own table does not"


def test_a_difference_names_what_file_and_wallet_have(accounts: Books, tmp_path: Path) -> None:
    """A wallet that was changed after the books were built, as if an event were missing."""
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(accounts.database.read_bytes())
    with importlib.import_module("duckdb").connect(str(copy)) as database:
        database.execute("CREATE TABLE kept AS FROM books.tax_event WHERE description <> 'deposit 101'")
        database.execute("DROP TABLE books.tax_event")
        database.execute("CREATE TABLE books.tax_event AS FROM kept")
    file = tax_file("koinly", copy, tmp_path / "file", account="main")
    assert [str(difference) for difference in file.differences] == ["LTC: the file ends with 0, the wallet has 12.5"]
    assert "do not lead to the wallet in 1 of" in str(file)


@pytest.mark.parametrize("form", FORMATS)
def test_every_row_has_an_id_of_its_own(accounts: Books, tmp_path: Path, form: str) -> None:
    """Two fills of one size, price and second are two trades; both accounts have rows of the same keys."""
    file = written(accounts, tmp_path, form)
    with file.path.open(encoding="utf-8", newline="") as text:
        ids = Counter([*row.values()][-1] for row in csv.DictReader(text))
    ids["3f9d"] -= 1
    ids["9e8d"] -= 1
    assert ids.most_common(1)[0][1] == 1, ids.most_common(3)


def test_two_outputs_of_one_transaction_are_told_apart(tmp_path: Path) -> None:
    """Each keeps the hash where a program can tell the rows apart by their amounts."""
    event = (
        "TIMESTAMP '2026-03-01 09:30:00' AS happened_at, 'transfer' AS kind, NULL AS label, NULL AS sent_amount, "
        "NULL AS sent_currency, amount::DECIMAL(38, 18) AS received_amount, 'LTC' AS received_currency, "
        "NULL AS fee_amount, NULL AS fee_currency, '3f9d/' || id AS tx_hash, 'deposit ' || id AS description, "
        "'deposit ' || id AS event_key, 'main' AS source_account, id AS order_key"
    )
    database = tmp_path / "one.duckdb"
    with importlib.import_module("duckdb").connect(str(database)) as connection:
        connection.execute("CREATE SCHEMA books")
        rows = "(VALUES (0, 12.5), (1, 12.5), (2, 7)) AS told(id, amount)"
        connection.execute(f"CREATE TABLE books.tax_event AS SELECT {event} FROM {rows}")  # noqa: S608
    assert [event.own_id for event in read_tax_events(database)] == ["3f9d", "3f9d deposit 1", "3f9d"]


def test_the_name_of_a_file_has_its_period() -> None:
    names = [Period.of_year(2026), Period(date(2026, 1, 1), date(2026, 6, 30)), Period(date(2026, 2, 1)), Period()]
    assert [period.name for period in names] == ["2026", "2026-01-01-to-2026-06-30", "2026-02-01-on", ""]


def test_a_period_that_contradicts_itself_is_refused() -> None:
    options = importlib.import_module("argparse").Namespace(year=2026, first=date(2026, 1, 1), last=None)
    with pytest.raises(SystemExit, match="not both"):
        period_of(options)


def test_beancount_takes_the_journal_and_its_assertions_hold(accounts: Books, tmp_path: Path) -> None:
    file = written(accounts, tmp_path, BEANCOUNT)
    loader = importlib.import_module("beancount.loader")
    entries, errors, _ = loader.load_file(str(file.path))
    assert not errors
    kinds = Counter(type(entry).__name__ for entry in entries)
    assert kinds["Balance"] >= 2 * 5
    assert kinds["Transaction"] == file.rows


def test_beancount_takes_amounts_that_do_not_divide_and_any_name(tmp_path: Path) -> None:
    """It makes a price of one coin from both amounts, with 28 digits; three for one have more."""
    bought = TaxEvent(
        happened_at=datetime(2026, 3, 1, tzinfo=timezone.utc),
        kind="trade",
        label=None,
        sent_amount=Decimal(1),
        sent_currency="ETH",
        received_amount=Decimal(300),
        received_currency="USD",
        fee_amount=None,
        fee_currency=None,
        tx_hash=None,
        description='the "desk", its \\ fill',
        source_account='d"esk',
    )
    held = {('d"esk', "ETH"): Decimal(-1), ('d"esk', "USD"): Decimal(100), ("d'esk", "USD"): Decimal(200)}
    journal = tmp_path / "journal.beancount"
    journal.write_text("\n".join(lines([bought], held)) + "\n", encoding="utf-8")
    assert importlib.import_module("beancount.loader").load_file(str(journal))[1] == []


def test_names_that_beancount_refuses_get_a_letter_before_them() -> None:
    assert [commodity(name) for name in ("ETH", "1INCH", "T", "cro")] == ["ETH", "C-1INCH", "C-T", "CRO"]


def test_bittytax_reads_every_row_of_its_own_format(accounts: Books, tmp_path: Path) -> None:
    records = importlib.import_module("bittytax.import_records").ImportRecords()
    file = written(accounts, tmp_path, "bittytax")
    with file.path.open(encoding="utf-8", newline="") as text:
        records.import_csv(text)
    assert (records.success_cnt, records.failure_cnt) == (file.rows, 0)
