"""How many requests account history costs, counted at the exchange."""

from collections.abc import Iterator
from typing import get_args

import pytest

from integration_tests.account_world import HISTORY, World, new_world, rows_by_key
from integration_tests.shared_clock import DAY_NS, HOUR_NS, NOON_NS
from simulated_exchange.behaviour import Behaviour, OrderTimeFilter
from simulated_exchange.seeding import seeded_account

DAYS = 60
FILTERS = get_args(OrderTimeFilter)
BUSY = 7_000
"""So many orders that each day has more than a page of them."""
ACCOUNTS = [
    # What the filter changes, the smaller accounts show.
    pytest.param(orders, time_filter, marks=pytest.mark.thorough if (orders, time_filter) == (BUSY, "create") else ())
    for orders in (50, 1_000, BUSY)
    for time_filter in FILTERS
]


def most_requests(rows: int, days: int) -> float:
    """The connector's promise, whatever the exchange serves."""
    return 1.1 * (rows / 100 + days) + 5


def most_requests_in_weeks(rows: int, days: int) -> float:
    """The promise where the exchange's answers prove that it serves a week."""
    return 1.1 * (rows / 100 + days / 7) + 10


@pytest.fixture(scope="module", params=[50, 1_000, BUSY], ids="{}_orders".format)
def seeded(request: pytest.FixtureRequest) -> Iterator[World]:
    with new_world() as world:
        world.start_ns = NOON_NS - DAYS * DAY_NS
        world.exchange.account = seeded_account(NOON_NS, request.param, DAYS, with_fills=request.param <= 1_000)
        yield world


@pytest.mark.parametrize(("seeded", "time_filter"), ACCOUNTS, indirect=["seeded"])
@pytest.mark.parametrize("window_cap", ["none", "day", "week", "refuse", "empty_day", "empty_week"])
def test_sixty_days_of_orders_cost_a_tenth_more_than_the_least_possible(
    window_cap: str, time_filter: str, seeded: World
) -> None:
    seeded.exchange.log.clear()
    seeded.exchange.behave(order_time_filter=time_filter, window_cap=window_cap)
    orders = rows_by_key("order_history", seeded.sync("order_history", mode="full_refresh").records["order_history"])
    assert orders == seeded.truth("order_history")
    most = most_requests_in_weeks if window_cap in ("none", "week", "empty_week") else most_requests
    assert seeded.requests("order_history") <= most(len(orders), DAYS)
    assert seeded.exchange.count("private/get-open-orders") == 1


def test_sixty_days_of_fills_and_ledger_cost_a_tenth_over_the_minimum(seeded: World) -> None:
    seeded.exchange.log.clear()
    seeded.exchange.behave(window_cap="empty_week")
    output = seeded.sync("user_trade", "transaction", mode="full_refresh")
    for table in ("user_trade", "transaction"):
        rows = rows_by_key(table, output.records.get(table, []))
        assert rows == seeded.truth(table)
        # No row, no proof.
        assert seeded.requests(table) <= (most_requests_in_weeks if rows else most_requests)(len(rows), DAYS)


@pytest.mark.parametrize("time_filter", FILTERS)
def test_an_hourly_sync_costs_one_request_a_table_and_repeats_no_row(time_filter: str) -> None:
    with new_world(Behaviour(enforce_limits=False, order_time_filter=time_filter)) as world:  # type: ignore[arg-type]
        state = world.sync().state
        for _ in range(3):
            world.exchange.log.clear()
            for minutes in range(0, 60, 3):
                world.one_of_each(world.clock.ns + minutes * HOUR_NS // 60)
            world.clock.ns += HOUR_NS
            output = world.sync(state=state)
            state = output.state
            for table in HISTORY:
                assert len(output.records[table]) == 20
        assert [world.requests(table) for table in HISTORY] == [1, 1, 1]
        assert world.exchange.count() == 5, "and one for the open orders, one for whose account it is"


@pytest.mark.parametrize("time_filter", FILTERS)
def test_orders_that_stay_open_cost_nothing_until_they_close(time_filter: str) -> None:
    with new_world(Behaviour(enforce_limits=False, order_time_filter=time_filter)) as world:  # type: ignore[arg-type]
        for day in range(1, 101):
            world.account.place_order(NOON_NS - day * DAY_NS)
        state = world.sync("order_history").state
        for _ in range(2):
            world.exchange.log.clear()
            world.clock.ns += HOUR_NS
            state = world.sync("order_history", state=state).state
        assert world.requests("order_history") == 1


@pytest.mark.parametrize("days", [1, 3, 7, 30])
def test_a_sync_after_a_pause_costs_a_tenth_more_than_the_least_possible(days: int) -> None:
    with new_world() as world:
        state = world.sync("order_history").state
        for _ in range(2):
            world.clock.ns += days * DAY_NS
            world.exchange.log.clear()
            state = world.sync("order_history", state=state).state
            assert world.requests("order_history") <= most_requests(0, days)
