"""An order that ends while the sync looks up its neighbours is emitted, not just seen and forgotten."""

from integration_tests.account_world import HISTORY, ids, new_world
from integration_tests.shared_clock import HOUR_NS, SECOND_NS
from simulated_exchange.behaviour import Behaviour

ORDER_HISTORY = "private/get-order-history"


def test_an_order_that_ends_while_those_around_it_are_looked_up_is_emitted_once() -> None:
    with new_world(Behaviour(enforce_limits=False, order_time_filter="create")) as world:
        started_ns = world.clock.ns
        first, between, last = (world.account.place_order(started_ns - hours * HOUR_NS).order_id for hours in (6, 5, 4))
        before = world.sync(*HISTORY)
        world.clock.ns += HOUR_NS
        for order_id in (first, last):
            world.account.close_order(order_id, world.clock.ns - SECOND_NS)
        # After the open orders were read, before the two that have ended are looked up.
        world.exchange.on_request(
            ORDER_HISTORY,
            world.exchange.count(ORDER_HISTORY) + 1,
            lambda: world.account.close_order(between, world.clock.ns - 1),
        )
        during = world.sync(*HISTORY, state=before.state)
        world.clock.ns += HOUR_NS
        after = world.sync(*HISTORY, state=during.state)
    assert ids(before) == []
    assert sorted(ids(during) + ids(after)) == [first, between, last]
