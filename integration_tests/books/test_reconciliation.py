"""Every check passes on books that close, and has twins: stories with one row lost or altered, which it finds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration_tests.books.books import Books
from integration_tests.books.twins import TWINS
from tools.generate.check_tests import NEVER_CERTAIN


def test_books_that_close_pass_every_test(closed: Books) -> None:
    assert len(closed.tests) >= 20
    assert set(closed.tests.values()) == {"pass"}


def test_every_check_compares_something_and_says_what_it_proves(stories: Books) -> None:
    checks = stories.rows("SELECT * FROM books.reconciliation")
    assert not [row["check_name"] for row in checks if not row["compared"] or not row["proves"]]
    assert {twin.check for twin in TWINS.values()} == {row["check_name"] for row in checks}


def test_a_story_with_rows_of_every_kind_has_no_discrepancy(stories: Books) -> None:
    assert stories.rows("SELECT * FROM books.discrepancy WHERE source_account = 'proved'") == []


def test_what_only_warns_has_no_test_of_differences() -> None:
    never_certain = {twin.check for twin in TWINS.values()} - {
        twin.check for twin in TWINS.values() if twin.status == "different"
    }
    assert never_certain - NEVER_CERTAIN == {"nothing_open_vanishes", "no_row_comes_twice"}
    assert not NEVER_CERTAIN - never_certain


@pytest.mark.parametrize("name", TWINS)
def test_a_check_names_the_row_that_is_missing(stories: Books, name: str) -> None:
    twin = TWINS[name]
    found = stories.rows(
        f"SELECT what, expected, found, status FROM books.discrepancy WHERE source_account = '{name}' "  # noqa: S608
        f"AND check_name = '{twin.check}'"
    )
    wanted = {
        "what": twin.what,
        "expected": Decimal(twin.expected),
        "found": Decimal(twin.found),
        "status": twin.status,
    }
    assert wanted in found


def test_every_dbt_test_of_a_difference_fails_and_every_one_of_what_is_open_warns(stories: Books) -> None:
    for twin in TWINS.values():
        name, status = (twin.check, "fail") if twin.status == "different" else (f"{twin.check}_so_far", "warn")
        assert stories.tests[name] == status, name


TRANSFERS = "SELECT what, found, status FROM books.discrepancy WHERE check_name = 'transfers_are_in_the_ledger'"


def test_a_deposit_that_was_under_way_on_the_first_day_is_a_warning(stories: Books) -> None:
    found = stories.rows(f"{TRANSFERS} AND source_account = 'bank_deposit_under_way'")
    assert [(row["what"], row["status"]) for row in found] == [("deposit or withdrawal of a ledger entry", "unsettled")]


def test_a_refund_from_before_the_first_day_costs_no_other_withdrawal(stories: Books) -> None:
    assert stories.rows(f"{TRANSFERS} AND source_account = 'refund_of_before'") == []


def test_two_withdrawals_of_one_moment_are_two(stories: Books) -> None:
    assert stories.rows(f"{TRANSFERS} AND source_account = 'two_withdrawals_at_once'") == []


def test_what_was_filled_before_the_first_day_is_not_proved_and_no_warning(stories: Books) -> None:
    assert stories.rows("SELECT what FROM books.discrepancy WHERE source_account = 'open_since_before'") == []
    [row] = stories.rows(
        "SELECT sum(comparisons) AS unproved FROM books.fills_add_up_to_their_orders "
        "WHERE source_account = 'open_since_before' AND status = 'unproved'"
    )
    assert row["unproved"] >= 2


def test_what_a_bot_executed_before_the_first_day_has_no_order(stories: Books) -> None:
    assert stories.rows("SELECT what FROM books.discrepancy WHERE source_account = 'bot_of_before'") == []


def test_comparisons_that_come_out_even_are_counted_and_not_written_one_by_one(closed: Books) -> None:
    [row] = closed.rows("SELECT count(*) AS written, sum(comparisons) AS made FROM books.fills_have_an_order")
    assert (row["written"], row["made"]) == (1, closed.rows("SELECT count(*) AS n FROM books.fill_with_order")[0]["n"])


def test_an_entry_that_may_be_on_its_way_is_a_warning(stories: Books) -> None:
    found = stories.rows("SELECT DISTINCT status FROM books.discrepancy WHERE source_account = 'late'")
    assert [row["status"] for row in found] == ["unsettled"]


MOVEMENTS = "SELECT what, subject FROM books.discrepancy WHERE check_name = 'movements_are_in_the_ledger'"


def test_a_stake_without_effect_and_a_converted_staked_coin_lack_nothing(stories: Books) -> None:
    assert stories.rows(f"{MOVEMENTS} AND source_account = 'converted'") == []


def test_the_conversion_of_a_staked_coin_is_missed_where_its_row_is_lost(stories: Books) -> None:
    found = stories.rows(f"{MOVEMENTS} AND source_account = 'conversion_lost'")
    assert [row["what"] for row in found] == ["stake, conversion or deal of a ledger entry"]
