"""Deals off the order book: open ones and those that have ended, each change once."""

from collections.abc import Iterator

import pytest

from integration_tests.account_world import World, new_world, rows_by_key, united
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NOON_NS
from simulated_exchange.behaviour import Behaviour, RowTimeFilter
from simulated_exchange.expected_account import key_of, without_nulls
from simulated_exchange.resources.otc_deal import deal, finish

TABLE = "otc_deal"
HISTORY, OPEN = "private/otc/get-deal-history", "private/otc/get-open-deals"
SMALL_ANSWERS = 20


@pytest.fixture(params=["create", "update"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """An answer holds twenty deals, as it does by default where the exchange's documentation says so."""
    row_time_filter: RowTimeFilter = request.param
    behaviour = Behaviour(enforce_limits=False, row_time_filter=row_time_filter, deals_per_answer=SMALL_ANSWERS)
    with new_world(behaviour) as running:
        yield running


def test_a_deal_comes_when_it_is_open_and_again_when_it_settles_weeks_later(world: World) -> None:
    waiting = deal(world.account, NOON_NS - 3 * HOUR_NS)
    finish(world.account, deal(world.account, NOON_NS - 2 * DAY_NS), NOON_NS - 2 * DAY_NS + MINUTE_NS)
    first = world.sync(TABLE)
    assert rows_by_key(TABLE, first.records[TABLE]) == world.truth(TABLE)
    world.clock.ns += 30 * DAY_NS
    idle = world.sync(TABLE, state=first.state)
    assert TABLE not in idle.records
    world.clock.ns += HOUR_NS
    finish(world.account, waiting, world.clock.ns - MINUTE_NS)
    last = world.sync(TABLE, state=idle.state)
    assert [row["deal_status"] for row in last.records[TABLE]] == ["SETTLED"]
    assert united(TABLE, first, last) == world.truth(TABLE)


def test_more_deals_than_an_answer_holds_come_all(world: World) -> None:
    for number in range(3 * SMALL_ANSWERS):
        placed = deal(world.account, NOON_NS - DAY_NS + number * MINUTE_NS)
        if number % 2:
            finish(world.account, placed, placed.create_time_ns + MINUTE_NS // 2)
    for number in range(SMALL_ANSWERS + 1):
        deal(world.account, NOON_NS - 40 * DAY_NS + number)
    output = world.sync(TABLE)
    assert rows_by_key(TABLE, output.records[TABLE]) == world.truth(TABLE)


def test_a_deal_that_changes_during_a_sync_comes_then_or_with_the_next(world: World) -> None:
    waiting = deal(world.account, NOON_NS - HOUR_NS)
    world.exchange.on_request(HISTORY, 3, lambda: finish(world.account, waiting, NOON_NS))
    world.exchange.on_request(HISTORY, 4, lambda: deal(world.account, NOON_NS))
    first = world.sync(TABLE)
    world.clock.ns += MINUTE_NS
    second = world.sync(TABLE, state=first.state)
    latest = {key_of(TABLE, row): row for output in (first, second) for row in output.records[TABLE]}
    assert latest == world.truth(TABLE)
    assert [row for row in second.records[TABLE] if row in first.records[TABLE]] == []


def test_a_full_refresh_brings_every_deal_again(world: World) -> None:
    for days in range(1, 9):
        finish(world.account, deal(world.account, NOON_NS - days * DAY_NS), NOON_NS - days * DAY_NS + HOUR_NS)
    first = world.sync(TABLE)
    again = world.sync(TABLE, mode="full_refresh")
    assert rows_by_key(TABLE, again.records[TABLE]) == rows_by_key(TABLE, first.records[TABLE]) == world.truth(TABLE)


def test_no_window_of_an_open_listing_is_longer_than_a_week(world: World) -> None:
    """Longer ones got an empty list from other methods of the exchange."""
    world.sync(TABLE)
    asked = [request.params for request in world.exchange.requests[OPEN]]
    assert max(int(params["end_time"]) - int(params["start_time"]) for params in asked) <= 7 * DAY_NS
    assert min(int(params["start_time"]) for params in asked) == NOON_NS - 180 * DAY_NS


def test_a_deal_keeps_its_legs_digit_for_digit(world: World) -> None:
    placed = deal(world.account, NOON_NS - HOUR_NS, quantity="0.123456789012345678")
    (row,) = world.sync(TABLE).records[TABLE]
    assert row["leg_list"] == placed.leg_list
    assert without_nulls(row) == without_nulls(next(iter(world.truth(TABLE).values())))
