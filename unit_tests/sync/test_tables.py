"""Which tables a person means by names and groups."""

from __future__ import annotations

import pytest

from source_cryptocom.streams import STREAMS
from source_cryptocom.streams.market import MILLIONS_OF_ROWS
from source_cryptocom.sync.tables import ACCOUNT, GROUPS, chosen_tables, unknown_names

READABLE = list(STREAMS)


def test_every_table_is_in_one_group() -> None:
    grouped = [table for tables in GROUPS.values() for table in tables]
    assert sorted(grouped) == sorted(STREAMS)


def test_the_market_is_what_needs_no_key_and_the_account_is_the_rest() -> None:
    assert set(GROUPS["market"]) == {name for name, stream in STREAMS.items() if not stream.is_private()}
    assert set(chosen_tables([ACCOUNT], READABLE, ())) == set(STREAMS) - set(GROUPS["market"])


def test_without_a_name_come_all_but_the_prices_of_every_minute() -> None:
    assert set(STREAMS) - set(chosen_tables([], READABLE, ())) == set(MILLIONS_OF_ROWS)


@pytest.mark.parametrize("asked", [[], ["market"], ["all"]])
def test_the_prices_come_where_instruments_are_named(asked: list[str]) -> None:
    assert set(MILLIONS_OF_ROWS) <= set(chosen_tables(asked, READABLE, ["BTC_USD"]))


def test_a_table_that_is_named_comes_whatever_its_size() -> None:
    assert chosen_tables(["mark_price", "fees"], READABLE, ()) == ["mark_price", *GROUPS["fees"]]


@pytest.mark.parametrize(
    ("name", "meant"), [("usertrade", "user_trade"), ("stakin", "staking"), ("Market", "market"), ("zzz", "")]
)
def test_a_name_that_is_none_is_told_with_the_one_that_is_like_it(name: str, meant: str) -> None:
    [sentence] = unknown_names(["trade", "all", name], READABLE)
    assert sentence == f"there is no table {name}" + (f" (did you mean {meant}?)" if meant else "")
