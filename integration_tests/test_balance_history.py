"""The account's cash balance by the day and by the hour: complete, however far back, and no more than that."""

from collections import Counter
from collections.abc import Iterator

import pytest

from integration_tests.account_world import World, new_world, rows_by_key, united
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NOON_NS, NS_PER_MS
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.resources.balance_history import STEPS_NS, BalancePoint

TABLE, METHOD = "balance_history", "private/user-balance-history"


@pytest.fixture(params=["newest_first", "oldest_first"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with new_world(Behaviour(enforce_limits=False, page_order=request.param)) as running:
        running.start_ns = NOON_NS - 100 * DAY_NS
        yield running


def add_points(world: World, start_ns: int, end_ns: int, balance: str = "3650.004127") -> None:
    """Every hour and every midnight of [start, end)."""
    for timeframe, step_ns in STEPS_NS.items():
        for at_ns in range(-(-start_ns // step_ns) * step_ns, end_ns, step_ns):
            world.account.put(BalancePoint(timeframe, at_ns // NS_PER_MS, balance, "25.5" if at_ns % 7 else None))


def test_months_of_points_come_though_a_request_reaches_back_thirty_or_five_days(world: World) -> None:
    add_points(world, world.start_ns, NOON_NS)
    output = world.sync(TABLE)
    assert rows_by_key(TABLE, output.records[TABLE]) == world.truth(TABLE)
    assert Counter(row["timeframe"] for row in output.records[TABLE]) == {"D1": 100, "H1": 2400}


def test_points_before_a_gap_that_no_request_spans_are_not_missed(world: World) -> None:
    add_points(world, world.start_ns, NOON_NS - 80 * DAY_NS)
    add_points(world, NOON_NS - 2 * DAY_NS, NOON_NS)
    output = world.sync(TABLE)
    assert rows_by_key(TABLE, output.records[TABLE]) == world.truth(TABLE)


def test_points_before_the_start_date_are_left_out(world: World) -> None:
    add_points(world, world.start_ns - 10 * DAY_NS, NOON_NS)
    output = world.sync(TABLE)
    since = {key: row for key, row in world.truth(TABLE).items() if str(row["timestamp"]) >= "2026-05-09T12:00:00"}
    assert rows_by_key(TABLE, output.records[TABLE]) == since


def test_the_next_sync_brings_new_points_and_the_last_two_again(world: World) -> None:
    add_points(world, NOON_NS - 9 * DAY_NS, NOON_NS)
    first = world.sync(TABLE)
    world.clock.ns += DAY_NS + MINUTE_NS
    add_points(world, NOON_NS - HOUR_NS, world.clock.ns, balance="3700.1")
    second = world.sync(TABLE, state=first.state)
    assert united(TABLE, first, second) == world.truth(TABLE)
    repeated = {(row["timeframe"], row["timestamp"]) for row in second.records[TABLE]} & {
        (row["timeframe"], row["timestamp"]) for row in first.records[TABLE]
    }
    assert Counter(timeframe for timeframe, _ in repeated) == {"D1": 2, "H1": 2}


def test_an_account_without_points_costs_few_requests_and_claims_nothing(world: World) -> None:
    output = world.sync(TABLE)
    assert TABLE not in output.records
    # A hundred days and a millisecond: four reaches of thirty days, twenty-one of five.
    assert world.exchange.count(METHOD) == 25
    add_points(world, NOON_NS - 9 * DAY_NS, NOON_NS)
    late = world.sync(TABLE, state=output.state)
    assert rows_by_key(TABLE, late.records[TABLE]) == world.truth(TABLE)


def test_the_end_and_the_number_of_points_are_sent_as_numbers(world: World) -> None:
    world.sync(TABLE)
    bodies = [request.body or "" for request in world.exchange.requests[METHOD]]
    assert all(f'"end_time": {NOON_NS // NS_PER_MS + 1}' in body for body in bodies[:1])
    assert all('"limit": 30' in body or '"limit": 120' in body for body in bodies)
