"""Any mart as CSV: digits, period, time zone and account."""

from __future__ import annotations

import csv
import subprocess
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from books.tax_files import main
from integration_tests.books.books import Books


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "mart.csv"


def written(books: Books, target: Path, *options: str) -> list[dict[str, str]]:
    assert main([*options, str(books.database), str(target)]) == 0
    with target.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_mart_has_every_column_and_digit(closed: Books, target: Path) -> None:
    found = written(closed, target, "--mart", "reward")
    told = closed.rows("SELECT * FROM books.reward")
    assert {*found[0]} == {*told[0]}
    amounts = {row["amount"] for row in found}
    assert "2.000000000000000001" in amounts
    assert {Decimal(amount) for amount in amounts} == {row["amount"] for row in told}


def test_only_its_owner_reads_a_file_of_the_books(closed: Books, target: Path) -> None:
    target.touch(mode=0o644)
    for options in (["--mart", "gain"], ["--format", "koinly"], ["--format", "beancount"]):
        target.chmod(0o644)
        written(closed, target, *options)
        assert target.stat().st_mode & 0o777 == 0o600


def test_a_day_has_its_first_moment_and_not_the_next_days(closed: Books, target: Path) -> None:
    """Together the days are everything, whichever time zone they are of."""
    everything = written(closed, target, "--mart", "tax_event")
    for zone in ("UTC", "America/Los_Angeles", "Pacific/Kiritimati"):
        until = written(closed, target, "--mart", "tax_event", "--to", "2026-03-05", "--zone", zone)
        after = written(closed, target, "--mart", "tax_event", "--from", "2026-03-06", "--zone", zone)
        assert until + after == everything
        assert until
        assert after


def test_a_day_of_new_york_ends_five_hours_after_that_of_utc(closed: Books, target: Path) -> None:
    day = ["--mart", "ledger_entry", "--from", "2026-03-04", "--to", "2026-03-04", "--zone", "America/New_York"]
    times = [datetime.fromisoformat(row["event_time"]) for row in written(closed, target, *day)]
    assert times
    assert all(datetime(2026, 3, 4, 5) <= time < datetime(2026, 3, 5, 5) for time in times)  # noqa: DTZ001  UTC


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--mart", "profit"], "no mart 'profit'"),
        (["--mart", "holding", "--year", "2026"], "what is true now"),
        (["--mart", "gain", "--account", "desk"], "no account 'desk'. They have: main."),
        (["--format", "koinly", "--account", "desk"], "no account 'desk'. They have: main."),
        (["--format", "koinly", "--mart", "gain"], "needs --mart"),
        (["--format", "csv"], "needs --mart"),
        (["--zone", "Mars/Olympus"], "no time zone 'Mars/Olympus'"),
    ],
)
def test_what_the_books_do_not_have_is_said(closed: Books, target: Path, options: list[str], sentence: str) -> None:
    with pytest.raises(SystemExit, match=sentence):
        main([*options, str(closed.database), str(target)])
    assert not target.exists()


def test_make_tax_writes_a_mart_too() -> None:
    command = ["make", "--dry-run", "tax", "MART=gain", "YEAR=2026", "ZONE=Europe/Berlin"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "--tax csv --mart gain --year 2026 --zone Europe/Berlin" in printed
