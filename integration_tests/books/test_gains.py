"""Gains: by hand where a rule is told, by counting one coin at a time on random trades."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from books.gains import Movement, by_year, gains_of, read_movements
from integration_tests.books.account_story import Row, Story, at
from integration_tests.books.books import Books, books_of

Coin = tuple[int, Decimal]
"""The number of its purchase, and its price."""
NEXT: dict[str, Callable[[list[Coin]], Coin]] = {
    "fifo": min,
    "lifo": max,
    "hifo": lambda coins: min(coins, key=lambda coin: (-coin[1], coin[0])),
}


def bought(story: Story, day: int, quantity: str, price: str, fee: str = "0", **more: str) -> Row:
    return story.order(at(day), [(quantity, price, fee)], side="BUY", **_pair(more))


def sold(story: Story, day: int, quantity: str, price: str, fee: str = "0", **more: str) -> Row:
    return story.order(at(day), [(quantity, price, fee)], side="SELL", **_pair(more))


def _pair(more: dict[str, str]) -> dict[str, str]:
    return {"instrument_name": "ETH_USD", "fee_instrument_name": "USD"} | more


def random_trades(seed: int) -> Story:
    """Whole coins of one pair, now and then more of them than there are."""
    chosen, story = random.Random(seed), Story()
    for number in range(60):
        trade = bought if chosen.random() < 0.5 else sold
        row = trade(story, 2, str(chosen.randint(1, 9)), str(chosen.randint(100, 999)))
        moment = at(2) + timedelta(minutes=5 * number)
        fill = story.tables["user_trade"][-1]
        fill.update(create_time=moment, create_time_ns=str(int(fill["create_time_ns"]) + 300 * 10**9 * number))
        row["create_time"] = moment
    return story


STORIES: dict[str, tuple[Callable[[Story], object], list[tuple[Any, Any, Any]]]] = {
    "sold_before_bought": (
        lambda story: (sold(story, 2, "1", "3000"), bought(story, 3, "1", "2000"), sold(story, 4, "1", "2500")),
        [(0, 1, None), (1, 0, 500)],
    ),
    "fees_in_quote": (
        lambda story: (bought(story, 2, "1", "100", "1"), sold(story, 3, "1", "200", "2")),
        [(1, 0, 97)],
    ),
    "fee_in_base": (
        lambda story: (
            bought(story, 2, "1", "100", "0.01", fee_instrument_name="ETH"),
            sold(story, 3, "0.99", "200"),
        ),
        [("0.99", 0, 98)],
    ),
    "another_pair": (
        lambda story: (
            bought(story, 2, "1", "90000", instrument_name="BTC_USD"),
            bought(story, 3, "20", "0.05", instrument_name="ETH_BTC", fee_instrument_name="BTC"),
            sold(story, 3, "20", "5000"),
        ),
        [(1, 0, 0), (20, 0, 10000)],
    ),
    "withdrawn": (
        lambda story: (
            bought(story, 2, "1", "100"),
            story.book("OFFCHAIN_WITHDRAWAL", at(3), "ETH", "-1"),
            bought(story, 4, "1", "300"),
            sold(story, 5, "1", "300"),
        ),
        [(1, 0, 0)],
    ),
    "renamed": (
        lambda story: (
            bought(story, 2, "500", "0.5", instrument_name="MATIC_USD"),
            story.book("ADMIN_ADJUSTMENT", at(3), "MATIC", "-500"),
            story.book("ADMIN_ADJUSTMENT", at(3), "POL", "500"),
            sold(story, 4, "500", "0.6", "0.3", instrument_name="POL_USD"),
        ),
        [(500, 0, "49.7")],
    ),
    "renamed_before_another_coin_got_the_name": (
        lambda story: (
            bought(story, 2, "100", "80", instrument_name="LUNA_USD"),
            story.book("ADMIN_ADJUSTMENT", at(3), "LUNA", "-100"),
            story.book("ADMIN_ADJUSTMENT", at(3), "LUNC", "100"),
            bought(story, 4, "10", "5", instrument_name="LUNA_USD"),
            sold(story, 5, "10", "6", instrument_name="LUNA_USD"),
            sold(story, 6, "100", "0.01", instrument_name="LUNC_USD"),
        ),
        [(10, 0, 10), (100, 0, -7999)],
    ),
    "renamed_in_part": (
        lambda story: (
            bought(story, 2, "10", "10", instrument_name="ONE_USD"),
            story.book("ADMIN_ADJUSTMENT", at(3), "ONE", "-6"),
            story.book("ADMIN_ADJUSTMENT", at(3), "TWO", "6"),
            sold(story, 4, "6", "15", instrument_name="TWO_USD"),
            sold(story, 5, "4", "15", instrument_name="ONE_USD"),
        ),
        [(6, 0, 30), (4, 0, 20)],
    ),
    "renamed_again_and_back": (
        lambda story: (
            bought(story, 2, "1", "50", instrument_name="AAA_USD"),
            *(
                story.book("ADMIN_ADJUSTMENT", at(3 + number), name, quantity)
                for number, names in enumerate(("AAA BBB", "BBB CCC", "CCC DDD", "DDD AAA"))
                for name, quantity in zip(names.split(), ("-1", "1"), strict=True)
            ),
            sold(story, 8, "1", "100", instrument_name="AAA_USD"),
        ),
        [(1, 0, 50)],
    ),
    "delisted": (
        lambda story: (
            bought(story, 2, "100", "2", instrument_name="ABC_USD"),
            story.book("DELIST", at(3), "ABC", "-100"),
            story.book("DELIST", at(3), "USD", "150"),
        ),
        [(100, 0, -50)],
    ),
    "rewarded": (
        lambda story: (
            sold(story, 1, "0.001", "2000", instrument_name="SOL_USD"),
            story.book("STAKING_REWARDS", at(2), "SOL.staked", "1"),
            sold(story, 3, "1", "2500", instrument_name="SOL_USD"),
        ),
        [(0, "0.001", None), (1, 0, 500)],
    ),
}
"""What is done, and for each disposal the quantity with and without cost, and the gain."""


def closed_position() -> Story:
    """Bought and sold again until nothing is left, in a coin that no other account has."""
    story, pair = Story(), {"instrument_name": "APT_USD"}
    bought(story, 2, "3", "100", **pair)
    bought(story, 3, "4", "130", **pair)
    sold(story, 4, "5", "120", **pair)
    bought(story, 5, "1", "90", **pair)
    sold(story, 6, "3", "110", **pair)
    return story


def lot_that_goes_to_another_account() -> dict[str, Story]:
    """One of two coins, which no third account has, is sold by the account that it was sent to."""
    main, desk, pair = Story(), Story(last_id=7 * 10**18), {"instrument_name": "SUI_USD"}
    bought(main, 2, "2", "100", **pair)
    main.book("SUBACCOUNT_TX", at(3), "SUI", "-1")
    desk.book("SUBACCOUNT_TX", at(3), "SUI", "1")
    sold(desk, 4, "1", "150", **pair)
    sold(main, 5, "1", "160", **pair)
    return {"main": main, "desk": desk}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Books:
    stories = {f"random_{seed}": random_trades(seed) for seed in range(3)}
    for name, (happens, _) in STORIES.items():
        happens(stories.setdefault(name, Story()))
    stories |= {"closed": closed_position(), **lot_that_goes_to_another_account()}
    return books_of(tmp_path_factory.mktemp("gains"), stories, cryptocom_lots_of="account")


def gains(books: Books, account: str) -> list[Row]:
    return books.rows(
        f"SELECT * FROM books.gain WHERE source_account = '{account}' ORDER BY disposed_at, movement_key"  # noqa: S608
    )


@pytest.mark.parametrize("name", STORIES)
def test_a_gain_is_what_is_left_of_the_proceeds(built: Books, name: str) -> None:
    found = [(row["quantity_with_cost"], row["quantity_without_cost"], row["gain"]) for row in gains(built, name)]
    assert found == [tuple(None if part is None else Decimal(part) for part in row) for row in STORIES[name][1]]


def by_hand(fills: list[Row], method: str) -> dict[str, tuple[Decimal, Decimal | None]]:
    """Coin by coin: how many of each sale had a cost, and what those gained."""
    coins: list[Coin] = []
    result = {}
    for number, fill in enumerate(fills):
        price = Decimal(fill["traded_price"])
        if fill["side"] == "BUY":
            coins += [(number, price)] * int(fill["traded_quantity"])
            continue
        used: list[Coin] = []
        while coins and len(used) < int(fill["traded_quantity"]):
            used.append(NEXT[method](coins))
            coins.remove(used[-1])
        gain = sum((price - cost for _, cost in used), Decimal(0)) if used else None
        result[str(fill["trade_id"])] = Decimal(len(used)), gain
    return result


@pytest.mark.parametrize("method", NEXT)
@pytest.mark.parametrize("seed", range(3))
def test_each_method_sells_the_coin_that_counting_says(built: Books, method: str, seed: int) -> None:
    account = f"random_{seed}"
    with duckdb.connect(str(built.database), read_only=True) as connection:
        movements = [movement for movement in read_movements(connection) if movement.account == account]
    found = {
        gain.movement.event_key.split()[1]: (gain.quantity_with_cost, gain.gain and round(gain.gain, 9))
        for gain in gains_of(movements, method).gains
    }
    assert found == by_hand(random_trades(seed).tables["user_trade"], method)


@pytest.mark.parametrize("seed", range(3))
def test_the_mart_sells_the_same_coins_first(built: Books, seed: int) -> None:
    found = {
        row["event_key"].split()[1]: (row["quantity_with_cost"], None if row["gain"] is None else round(row["gain"], 9))
        for row in gains(built, f"random_{seed}")
    }
    assert found == by_hand(random_trades(seed).tables["user_trade"], "fifo")


def test_every_method_agrees_on_a_position_that_was_closed(built: Books) -> None:
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in built.rows("SELECT lots_of, method, gain FROM books.gain_of_method WHERE currency = 'APT'"):
        totals[row["lots_of"], row["method"]] += row["gain"]
    methods = ("fifo", "lifo", "hifo", "average")
    assert totals == {(lots_of, method): Decimal(20) for lots_of in ("account", "all") for method in methods}


def test_a_lot_goes_to_another_account_with_its_date_and_its_cost(built: Books) -> None:
    found = built.rows(
        "SELECT lots_of, source_account, gain, first_acquired_at FROM books.gain_of_method "
        "WHERE method = 'fifo' AND currency = 'SUI' ORDER BY lots_of, source_account"
    )
    date = at(2) + timedelta(seconds=10)
    assert [tuple(row.values()) for row in found] == [
        (lots_of, account, Decimal(gain), date)
        for lots_of in ("account", "all")
        for account, gain in (("desk", 50), ("main", 60))
    ]


def test_a_year_begins_and_ends_in_the_zone_that_is_asked_for() -> None:
    """The last minutes of a year in UTC are the first of the next in Berlin."""
    moment = datetime(2026, 12, 31, 23, 30)  # noqa: DTZ001  the books keep UTC without a zone
    sale = Movement("main", "sale", moment, "trade", "disposed", "ETH", Decimal(1), Decimal(9), None)
    gains = gains_of([sale], "fifo").gains
    assert [*by_year(gains)] == [(2026, "ETH")]
    assert [*by_year(gains, ZoneInfo("Europe/Berlin"))] == [(2027, "ETH")]
