"""What moved between accounts of the books is paired by amount, currency and nearest time, never within an account."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration_tests.books.account_story import SECOND_SYNC, Story, at
from integration_tests.books.books import Books, books_of
from integration_tests.books.test_gains import bought, sold

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


def transfer(story: Story, table: str, number: str, day: int, amount: str, fee: str, txid: str) -> None:
    """A deposit or a withdrawal of APT over the chain, and its entry."""
    arrives = table == "deposit"
    story.add(
        table,
        at(day),
        id=number,
        currency="APT",
        amount=amount,
        fee=fee,
        status="1" if arrives else "5",
        txid=txid,
        create_time=at(day),
        update_time=at(day),
        address="0xDemo",
    )
    quantity = Decimal(amount) if arrives else -Decimal(amount) - Decimal(fee)
    story.book("ONCHAIN_DEPOSIT" if arrives else "ONCHAIN_WITHDRAWAL", at(day), "APT", str(quantity))


@pytest.fixture(scope="module")
def over_the_chain(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """`treasury` buys four and sends `trader` one by hash aa; the same amount of hash bb goes to a stranger."""
    pair = {"instrument_name": "APT_USD"}
    treasury, trader = Story(), Story(last_id=10**18)
    bought(treasury, 1, "4", "100", **pair)
    transfer(treasury, "withdrawal", "1", 2, "1", "0.5", "aa")
    transfer(treasury, "withdrawal", "2", 3, "1", "0", "bb")
    transfer(trader, "deposit", "3", 2, "1", "0", "aa/1")
    transfer(trader, "deposit", "4", 4, "1", "0", "cc/0")
    sold(trader, 5, "1", "150", **pair)
    for story in (treasury, trader):
        story.observe(SECOND_SYNC)
    return books_of(tmp_path_factory.mktemp("chain"), {"treasury": treasury, "trader": trader})


def test_a_withdrawal_is_the_deposit_of_the_same_hash(over_the_chain: Books) -> None:
    events = over_the_chain.rows(
        "SELECT source_account, kind, coalesce(-sent_amount, received_amount) AS amount FROM books.tax_event "
        "WHERE kind <> 'trade' ORDER BY happened_at, source_account, kind"
    )
    assert [tuple(event.values()) for event in events] == [
        ("trader", "between accounts", Decimal(1)),
        ("treasury", "between accounts", Decimal(-1)),
        ("treasury", "fee", Decimal("-0.5")),
        ("treasury", "transfer", Decimal(-1)),
        ("trader", "transfer", Decimal(1)),
    ]


@pytest.mark.parametrize("lots_of", ["all", "account"])
def test_lots_go_over_the_chain_with_their_cost(over_the_chain: Books, lots_of: str) -> None:
    """The books are of all accounts, so a second account only shows in the gains per account."""
    where = f"method = 'fifo' AND lots_of = '{lots_of}' AND source_account = 'trader'"
    [gain] = over_the_chain.rows(f"SELECT gain, quantity_without_cost FROM books.gain_of_method WHERE {where}")  # noqa: S608
    assert (gain["gain"], gain["quantity_without_cost"]) == (50, 0)
    [of_mart] = over_the_chain.rows("SELECT gain FROM books.gain WHERE source_account = 'trader'")
    assert of_mart["gain"] == 50


def test_what_goes_over_the_chain_is_no_discrepancy(over_the_chain: Books) -> None:
    found = over_the_chain.rows("SELECT * FROM books.discrepancy")
    assert not [row for row in found if row["instrument_name"] == "APT" or row["check_name"].startswith("transfers")]
