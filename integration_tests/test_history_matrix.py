"""Account history is complete, and each row emitted once, under every combination of what the exchange leaves open."""

from collections.abc import Iterator
from typing import get_args

import pytest

from integration_tests.account_world import HISTORY, METHODS, World, ids, new_world, rows_by_key, united
from integration_tests.connector import Output
from integration_tests.history_matrix import Chain, Combination, one_cap_each
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NOON_NS, NS_PER_MS, SECOND_NS, moment
from simulated_exchange.behaviour import OrderTimeFilter, PageOrder

FILTERS = get_args(OrderTimeFilter)


@pytest.fixture(scope="module")
def matrix_world() -> Iterator[World]:
    with new_world() as world:
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as world:
        yield world


@pytest.mark.parametrize("combination", one_cap_each(), ids=str)
def test_every_row_is_emitted_once_under(combination: Combination, matrix_world: World) -> None:
    chain = Chain(matrix_world, combination)
    assert chain.run() == []
    assert all(min(collected.emitted) > 0 for collected in chain.collected.values())


@pytest.mark.parametrize("page_order", get_args(PageOrder))
@pytest.mark.parametrize("end_inclusive", [False, True])
@pytest.mark.parametrize("precision_and_limit", [("ms", "clamped"), ("ms", "refused"), ("ns", "clamped")], ids="-".join)
def test_a_crowd_that_cannot_be_told_apart_is_a_sentence_and_not_a_loss(
    precision_and_limit: tuple[str, str], end_inclusive: bool, page_order: str, world: World
) -> None:
    time_precision, large_limit = precision_and_limit
    world.exchange.behave(
        window_cap="empty_week",
        time_precision=time_precision,
        large_limit=large_limit,
        end_inclusive=end_inclusive,
        page_order=page_order,
    )
    crowded_ns = NOON_NS - 4 * DAY_NS
    world.account.burst(130, crowded_ns // NS_PER_MS, "fills", same_ns=time_precision == "ns")
    for day in range(9):
        world.one_of_each(NOON_NS - day * DAY_NS - HOUR_NS)

    failed = world.sync(mode="full_refresh", expecting_failure=True)
    ((_, sentence),) = failed.errors("user_trade")
    assert sentence.startswith("user_trade: The window ")
    assert moment(crowded_ns) in sentence
    assert "holds more than 100 rows in one instant" in sentence
    assert failed.state_of("user_trade")["create_time"] <= moment(crowded_ns)
    for table in ("order_history", "transaction"):
        assert rows_by_key(table, failed.records[table]) == world.truth(table)

    world.exchange.behave(large_limit="served")
    resumed = world.sync(mode="full_refresh", state=failed.state)
    assert united("user_trade", failed, resumed) == world.truth("user_trade")


def test_a_crowd_larger_than_any_page_is_a_sentence_that_names_the_window(world: World) -> None:
    world.exchange.behave(large_limit="served", time_precision="ms")
    world.account.burst(1_001, (NOON_NS - DAY_NS) // NS_PER_MS, "ledger")
    failed = world.sync("transaction", expecting_failure=True)
    ((_, sentence),) = failed.errors("transaction")
    assert sentence.startswith(f"transaction: The window {moment(NOON_NS - DAY_NS)}")


@pytest.mark.parametrize("time_filter", FILTERS)
def test_an_order_open_since_before_start_date_is_emitted_when_it_fills(time_filter: str, world: World) -> None:
    world.exchange.behave(order_time_filter=time_filter)
    order_id = world.account.place_order(NOON_NS - 100 * DAY_NS).order_id
    first = world.sync("order_history")
    assert ids(first) == []

    world.clock.ns += 20 * DAY_NS
    world.account.close_order(order_id, world.clock.ns - 9 * DAY_NS)
    second = world.sync("order_history", state=first.state)
    assert second.records["order_history"] == list(world.truth("order_history").values())

    world.clock.ns += DAY_NS
    assert ids(world.sync("order_history", state=second.state)) == []


@pytest.mark.parametrize("time_filter", FILTERS)
def test_an_order_between_the_open_list_and_the_history_is_emitted_later(time_filter: str, world: World) -> None:
    world.exchange.behave(order_time_filter=time_filter)
    order = world.account.place_order(NOON_NS - 3 * DAY_NS)
    first = world.sync("order_history")

    world.clock.ns += DAY_NS
    in_between = world.account.open_orders.pop(order.order_id)
    second = world.sync("order_history", state=first.state)
    assert ids(second) == []
    assert any(order.order_id in line for line in second.log("WARN"))

    world.account.open_orders[order.order_id] = in_between
    world.account.close_order(order.order_id, world.clock.ns - SECOND_NS)
    world.clock.ns += DAY_NS
    third = world.sync("order_history", state=second.state)
    assert ids(third) == [order.order_id]
    assert third.log("WARN") == []
    assert "open_orders" not in third.state_of("order_history")


@pytest.mark.parametrize("time_filter", FILTERS)
def test_an_order_that_closes_between_the_open_list_and_its_window_is_emitted(time_filter: str, world: World) -> None:
    world.exchange.behave(order_time_filter=time_filter)
    order_id = world.account.place_order(NOON_NS - HOUR_NS).order_id
    closed_ns = NOON_NS + 2 * SECOND_NS
    world.exchange.on_request(METHODS["order_history"], 3, lambda: world.account.close_order(order_id, closed_ns))
    first = world.sync("order_history")
    world.clock.ns += DAY_NS
    second = world.sync("order_history", state=first.state)
    assert ids(second) in ([], [order_id]), "emitted by the first, or found now"
    assert united("order_history", first, second) == world.truth("order_history")


@pytest.mark.parametrize("time_filter", FILTERS)
@pytest.mark.parametrize("lag_seconds", [2, 110])
def test_a_history_that_lags_behind_loses_nothing(lag_seconds: float, time_filter: str, world: World) -> None:
    world.exchange.behave(order_time_filter=time_filter, history_lag_seconds=lag_seconds)
    outputs: list[Output] = []
    for _ in range(4):
        # Placed since the sync before, and ended the very second before the next one: never seen open, not yet history.
        unseen = world.account.place_order(world.clock.ns + HOUR_NS).order_id
        world.clock.ns += DAY_NS
        world.account.close_order(unseen, world.clock.ns - SECOND_NS)
        world.one_of_each(world.clock.ns - SECOND_NS)
        outputs.append(world.sync(state=outputs[-1].state if outputs else None))
        assert unseen not in ids(outputs[-1])
    world.clock.ns += DAY_NS
    outputs.append(world.sync(state=outputs[-1].state))
    for table in HISTORY:
        assert united(table, *outputs) == world.truth(table)
    emitted = [order_id for output in outputs for order_id in ids(output)]
    assert len(emitted) == len(set(emitted)), "each of them once"


@pytest.mark.parametrize("time_filter", FILTERS)
@pytest.mark.parametrize("skew_seconds", [-59.0, 59.0])
def test_a_clock_that_is_59_seconds_off_loses_nothing(skew_seconds: float, time_filter: str, world: World) -> None:
    world.exchange.behave(order_time_filter=time_filter, clock_skew_seconds=skew_seconds)
    waiting: list[str] = []
    outputs: list[Output] = []
    for _ in range(6):
        # The first rows come well within a minute after a sync, the next sync more than the margin later.
        for seconds in (7, 20, 30, 60, 90, 5):
            world.clock.ns += seconds * SECOND_NS
            world.one_of_each(world.exchange.now_ns())
            waiting.append(world.account.place_order(world.exchange.now_ns()).order_id)
            if len(waiting) > 9:
                world.account.close_order(waiting.pop(0), world.exchange.now_ns())
        outputs.append(world.sync(state=outputs[-1].state if outputs else None))
    world.clock.ns += 10 * MINUTE_NS
    outputs.append(world.sync(state=outputs[-1].state))
    for table in HISTORY:
        assert united(table, *outputs) == world.truth(table)


def test_nothing_is_emitted_again(world: World) -> None:
    early, late = (NOON_NS - seconds * SECOND_NS for seconds in (181, 179))
    world.one_of_each(early)
    world.one_of_each(late)
    first = world.sync()
    world.clock.ns += HOUR_NS
    second = world.sync(state=first.state)
    for table in HISTORY:
        assert len(first.records[table]) == 2
        assert second.records.get(table, []) == []


def test_an_order_that_changes_after_it_has_ended_is_emitted_again(world: World) -> None:
    world.exchange.behave(order_time_filter="update")
    order_id = world.finished_order(NOON_NS - 2 * DAY_NS)
    first = world.sync("order_history")
    world.clock.ns += DAY_NS
    world.account.change_finished_order(order_id, world.clock.ns - HOUR_NS, cumulative_fee="0.000000000000000001")
    second = world.sync("order_history", state=first.state)
    assert second.records["order_history"] == list(world.truth("order_history").values())


def test_an_order_that_the_exchange_has_forgotten_is_not_looked_for_any_longer(world: World) -> None:
    order = world.account.place_order(NOON_NS - 179 * DAY_NS)
    first = world.sync("order_history")
    del world.account.open_orders[order.order_id]
    world.clock.ns += 2 * DAY_NS
    second = world.sync("order_history", state=first.state)
    assert any(order.order_id in line for line in second.log("WARN"))
    world.clock.ns += DAY_NS
    third = world.sync("order_history", state=second.state)
    assert any(order.order_id in line for line in third.log("WARN"))
    assert "open_orders" not in third.state_of("order_history")
