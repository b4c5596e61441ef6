"""An order that a fill names and no window brings is asked for by its id, and comes once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration_tests.account_world import World, ids, new_world
from integration_tests.shared_clock import DAY_NS, HOUR_NS
from simulated_exchange.behaviour import Behaviour

ORDER_DETAIL = "private/get-order-detail"
UNKNOWN = "6142909920077300000"


@pytest.fixture
def world() -> Iterator[World]:
    with new_world(Behaviour(enforce_limits=False, order_time_filter="create")) as made:
        yield made


def order_of_before(world: World, filled_ns: int) -> str:
    """Placed before the first day that is read, so that no window holds it, and filled in these days."""
    order_id = world.account.place_order(world.start_ns - 2 * DAY_NS).order_id
    world.fill(filled_ns, order_id)
    return world.account.close_order(order_id, filled_ns).order_id


def test_an_order_that_only_a_fill_names_comes_once(world: World) -> None:
    lost = order_of_before(world, world.start_ns + DAY_NS)
    first = world.sync("order_history", "user_trade")
    world.clock.ns += HOUR_NS
    second = world.sync("order_history", "user_trade", state=first.state)
    assert ids(first) == [lost]
    assert ids(second) == []
    assert world.exchange.count(ORDER_DETAIL) == 1


def test_an_order_that_a_window_brought_or_that_is_open_is_not_asked_for(world: World) -> None:
    placed_ns = world.start_ns + DAY_NS
    waiting = world.account.place_order(placed_ns).order_id
    done = world.finished_order(placed_ns)
    for order_id in (waiting, done):
        world.fill(placed_ns + HOUR_NS, order_id)
    assert ids(world.sync("order_history", "user_trade")) == [done]
    assert world.exchange.count(ORDER_DETAIL) == 0


def test_an_order_that_the_exchange_does_not_give_costs_one_request(world: World) -> None:
    world.fill(world.start_ns + DAY_NS, UNKNOWN)
    output = world.sync("order_history", "user_trade")
    assert (len(output.records["user_trade"]), ids(output)) == (1, [])
    assert world.exchange.count(ORDER_DETAIL) == 1


def test_an_order_that_ends_during_the_sync_comes_with_the_next(world: World) -> None:
    order_id = world.account.place_order(world.start_ns - 2 * DAY_NS).order_id
    world.fill(world.start_ns + DAY_NS, order_id)
    # After the open orders were listed it is neither among them nor in a window.
    world.exchange.on_request(
        "private/get-open-orders", 1, lambda: world.account.close_order(order_id, world.clock.ns + 1)
    )
    first = world.sync("order_history", "user_trade")
    world.clock.ns += HOUR_NS
    second = world.sync("order_history", "user_trade", state=first.state)
    assert ids(first) + ids(second) == [order_id]


@pytest.mark.parametrize("table", ["order_history", "user_trade"])
def test_either_table_is_read_alone_as_before(world: World, table: str) -> None:
    order_of_before(world, world.start_ns + DAY_NS)
    assert world.sync(table).entrypoint.errors == []
    assert world.exchange.count(ORDER_DETAIL) == 0
