"""Coins that were borrowed and sold: where the rows prove the debt, the gain comes with what covers it."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration_tests.books.account_story import SECOND_SYNC, Story, at
from integration_tests.books.books import Books, books_of
from integration_tests.books.test_gains import bought, sold

METHODS = ("fifo", "lifo", "hifo", "average")
Gains = list[tuple[str, str, str, str, str | None]]
"""Effect, quantity with cost, without it, sold short, and gain."""


def sold_and_bought_back(story: Story) -> None:
    sold(story, 2, "1", "60000", "30")
    bought(story, 3, "1", "50000", "20")


def beyond_what_was_there(story: Story) -> None:
    """One of three that are sold is there; of two that are bought later one covers the last of them."""
    bought(story, 2, "1", "100")
    sold(story, 3, "3", "120")
    bought(story, 4, "1", "110")
    bought(story, 5, "2", "90")
    sold(story, 6, "1", "95")


def two_sales(story: Story) -> None:
    sold(story, 2, "1", "100")
    sold(story, 3, "1", "130")
    bought(story, 4, "1", "90")
    bought(story, 5, "1", "80")


def interest_and_deposit(story: Story) -> None:
    """Interest is paid in the coin, whose price is 100 that day; half of the debt is paid back by a deposit."""
    sold(story, 2, "1", "100", instrument_name="SOL_USD")
    story.book("MARGIN_TRADE_INTEREST", at(3), "SOL", "-0.01")
    story.book("OFFCHAIN_DEPOSIT", at(4), "SOL", "0.51")
    bought(story, 5, "0.5", "80", instrument_name="SOL_USD")


def owed_from_the_start(story: Story) -> None:
    """What covers a debt of before the first row has no known gain; what is bought beyond it is a lot."""
    bought(story, 2, "3", "100")
    sold(story, 3, "1", "130")


PROVED: dict[str, tuple[Callable[[Story], None], str, Gains]] = {
    "sold_and_bought_back": (
        sold_and_bought_back,
        "0",
        [("disposed", "0", "0", "1", None), ("covered", "1", "0", "0", "9950")],
    ),
    "beyond_what_was_there": (
        beyond_what_was_there,
        "0",
        [
            ("disposed", "1", "0", "2", "20"),
            ("covered", "1", "0", "0", "10"),
            ("covered", "1", "0", "0", "30"),
            ("disposed", "1", "0", "0", "5"),
        ],
    ),
    "two_sales": (
        two_sales,
        "0",
        [
            ("disposed", "0", "0", "1", None),
            ("disposed", "0", "0", "1", None),
            ("covered", "1", "0", "0", "10"),
            ("covered", "1", "0", "0", "50"),
        ],
    ),
    "interest_and_deposit": (
        interest_and_deposit,
        "0",
        [
            ("disposed", "0", "0", "1", None),
            ("disposed", "0", "0", "0.01", None),
            ("covered", "0", "0.51", "0", None),
            ("covered", "0.5", "0", "0", "10"),
        ],
    ),
    "owed_from_the_start": (
        owed_from_the_start,
        "-2",
        [("covered", "0", "2", "0", None), ("disposed", "1", "0", "0", "30")],
    ),
}
"""What is done, what the wallet held before it, and by hand what is gained."""
NOT_PROVED: dict[str, tuple[Callable[[Story], None], str | None, Gains]] = {
    "was_there_before": (sold_and_bought_back, "1", [("disposed", "0", "1", "0", None)]),
    "wallet_not_looked_at": (sold_and_bought_back, None, [("disposed", "0", "1", "0", None)]),
    "some_was_there_before": (
        beyond_what_was_there,
        "2",
        [("disposed", "1", "2", "0", "20"), ("disposed", "1", "0", "0", "-15")],
    ),
}
"""Their twins: what the same rows gain where the wallet does not tell of a debt."""


def observed(happens: Callable[[Story], None], before: str | None) -> Story:
    story = Story()
    happens(story)
    if before is not None:
        story.observe(SECOND_SYNC)
        for row in story.tables["user_balance"]:
            if row["instrument_name"] == "ETH":
                row["quantity"] = str(Decimal(row["quantity"]) + Decimal(before))
    return story


def random_trades(seed: int) -> Story:
    """Whole coins of one pair, that are there or not; at the end nothing is left and nothing owed."""
    chosen, story, held = random.Random(seed), Story(), 0
    for number in range(61):
        quantity = chosen.choice([-1, 1]) * chosen.randint(1, 9) if number < 60 else -held
        if not quantity:
            continue
        trade = bought if quantity > 0 else sold
        row = trade(story, 2, str(abs(quantity)), str(chosen.randint(100, 999)))
        moment, held = at(2) + timedelta(minutes=5 * number), held + quantity
        fill = story.tables["user_trade"][-1]
        nanoseconds = str(int(fill["create_time_ns"]) + 300 * 10**9 * number)
        fill.update(create_time=moment, create_time_ns=nanoseconds)
        row["create_time"] = moment
        for entry in story.tables["transaction"]:
            if entry["trade_id"] == fill["trade_id"]:
                entry.update(event_time=moment, event_timestamp_ns=nanoseconds)
    story.observe(SECOND_SYNC)
    return story


SEEDS = range(4)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Books:
    stories = {name: observed(happens, before) for name, (happens, before, _) in {**PROVED, **NOT_PROVED}.items()}
    stories |= {f"random_{seed}": random_trades(seed) for seed in SEEDS}
    return books_of(tmp_path_factory.mktemp("short"), stories, cryptocom_lots_of="account")


def gains(books: Books, account: str, table: str = "gain", method: str | None = None) -> list[dict[str, Any]]:
    of_method = f"AND method = '{method}' AND lots_of = 'account'" if method else ""
    return books.rows(
        f"SELECT * FROM books.{table} WHERE source_account = '{account}' {of_method} "  # noqa: S608
        "ORDER BY disposed_at, event_key, effect DESC"
    )


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    quantities = ("quantity_with_cost", "quantity_without_cost", "quantity_sold_short")
    return [(row["effect"], *(row[name] for name in quantities), row["gain"]) for row in rows]


def expected(gains: Gains) -> list[tuple[Any, ...]]:
    return [(effect, *(None if part is None else Decimal(part) for part in parts)) for effect, *parts in gains]


@pytest.mark.parametrize("name", PROVED)
def test_what_was_borrowed_and_sold_gains_when_it_is_covered(built: Books, name: str) -> None:
    assert told(gains(built, name)) == expected(PROVED[name][2])
    assert told(gains(built, name, "gain_of_method", "fifo")) == expected(PROVED[name][2])


@pytest.mark.parametrize("name", NOT_PROVED)
def test_a_sale_of_what_may_have_been_there_has_no_known_cost(built: Books, name: str) -> None:
    assert told(gains(built, name)) == expected(NOT_PROVED[name][2])
    assert told(gains(built, name, "gain_of_method", "fifo")) == expected(NOT_PROVED[name][2])


def test_each_method_covers_the_sale_that_it_would_sell_the_lot_of(built: Books) -> None:
    found = {
        method: [row["gain"] for row in gains(built, "two_sales", "gain_of_method", method) if row["gain"] is not None]
        for method in METHODS
    }
    assert found == {"fifo": [10, 50], "lifo": [40, 20], "hifo": [10, 50], "average": [25, 35]}


def test_a_cover_names_the_sale_and_when_it_was(built: Books) -> None:
    rows = built.rows("SELECT * FROM books.lot_use WHERE source_account = 'sold_and_bought_back'")
    [cover] = [row for row in rows if row["effect"] == "covered"]
    times = tuple(cover[name] - timedelta(seconds=10) for name in ("sold_short_at", "acquired_at", "disposed_at"))
    assert times == (at(2), at(3), at(3))
    assert (cover["proceeds"], cover["cost"]) == (59970, 50020)


def by_hand(story: Story) -> list[Decimal]:
    """The gain of each coin, first in and first out, whichever of its two trades came first."""
    held: deque[tuple[bool, Decimal]] = deque()
    found = []
    for fill in story.tables["user_trade"]:
        is_bought, price = fill["side"] == "BUY", Decimal(fill["traded_price"])
        for _ in range(int(fill["traded_quantity"])):
            if held and held[0][0] != is_bought:
                first = held.popleft()[1]
                found.append(first - price if is_bought else price - first)
            else:
                held.append((is_bought, price))
    assert not held
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_random_trades_gain_what_counting_coins_says(built: Books, seed: int) -> None:
    total = sum(by_hand(random_trades(seed)))
    for rows in (gains(built, f"random_{seed}"), gains(built, f"random_{seed}", "gain_of_method", "fifo")):
        assert round(sum(row["gain"] for row in rows if row["gain"] is not None), 8) == total


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_closed_position_gains_the_cash_that_it_left(built: Books, seed: int, method: str) -> None:
    cash = sum(
        (1 if fill["side"] == "SELL" else -1) * Decimal(fill["traded_quantity"]) * Decimal(fill["traded_price"])
        for fill in random_trades(seed).tables["user_trade"]
    )
    rows = gains(built, f"random_{seed}", "gain_of_method", method)
    assert round(sum(row["gain"] for row in rows if row["gain"] is not None), 8) == cash
    assert not any(row["quantity_without_cost"] for row in rows)
