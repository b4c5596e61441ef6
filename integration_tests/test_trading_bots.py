"""Trading bots and what they did: what changed since the last sync, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from integration_tests.account_world import World, new_world, rows_by_key, united
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NOON_NS, NS_PER_MS, SECOND_NS
from simulated_exchange.resources.trading_bot import Bot, bot
from simulated_exchange.resources.trading_bot_execution import Execution, execute

BOTS, EXECUTIONS = "trading_bot", "trading_bot_execution"
METHODS = {BOTS: "private/bot/get-trading-bots", EXECUTIONS: "private/bot/get-trading-bot-executions"}
PAGE = 500


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as running:
        yield running


def buys(world: World, buyer: Bot, at_ns: int) -> None:
    current = next(row for row in world.account.all(Bot) if row.bot_id == buyer.bot_id)
    execute(world.account, current, at_ns, "CRO_USD", "BUY", "500")


def stop(world: World, running: Bot, at_ns: int) -> None:
    at_ms = at_ns // NS_PER_MS
    ended = replace(running, state="TERMINATED", reason="USER_TERMINATED", update_time=at_ms, end_time=at_ms)
    world.account.put(ended)


def test_the_next_sync_brings_the_bots_that_changed_and_what_they_did(world: World) -> None:
    busy, idle = (bot(world.account, NOON_NS - days * DAY_NS) for days in (3, 2))
    for trader in (busy, idle):
        buys(world, trader, NOON_NS - DAY_NS)
    first = world.sync(BOTS, EXECUTIONS)
    for table in (BOTS, EXECUTIONS):
        assert rows_by_key(table, first.records[table]) == world.truth(table)
    world.clock.ns += HOUR_NS
    buys(world, busy, world.clock.ns - MINUTE_NS)
    second = world.sync(BOTS, EXECUTIONS, state=first.state)
    assert [row["bot_id"] for row in second.records[BOTS]] == [busy.bot_id]
    assert len(second.records[EXECUTIONS]) == 1
    for table in (BOTS, EXECUTIONS):
        assert united(table, first, second) == world.truth(table)


def test_a_planned_order_comes_once_it_is_placed(world: World) -> None:
    planner = bot(world.account, NOON_NS - DAY_NS)
    plan = Execution(planner.bot_id, "BTC_USDT", "BUY", "0.001", (NOON_NS + HOUR_NS) // NS_PER_MS)
    world.account.put(plan)
    first = world.sync(EXECUTIONS)
    assert EXECUTIONS not in first.records
    world.clock.ns += 2 * HOUR_NS
    at_ms = plan.schedule_time
    world.account.put(replace(plan, order_id="6530219581100021100", order_status="FILLED", update_time=at_ms))
    second = world.sync(EXECUTIONS, state=first.state)
    assert rows_by_key(EXECUTIONS, second.records[EXECUTIONS]) == world.truth(EXECUTIONS)


def test_an_execution_that_leaves_its_bot_as_it_was_is_not_missed(world: World) -> None:
    """Whether an execution changes its bot's update_time is not documented."""
    trader = bot(world.account, NOON_NS - 5 * DAY_NS)
    first = world.sync(EXECUTIONS)
    world.clock.ns += DAY_NS
    buys(world, trader, world.clock.ns - HOUR_NS)
    world.account.put(trader)
    second = world.sync(EXECUTIONS, state=first.state)
    assert rows_by_key(EXECUTIONS, second.records[EXECUTIONS]) == world.truth(EXECUTIONS)


def test_a_bot_that_was_stopped_comes_with_its_last_orders_and_is_left_alone_then(world: World) -> None:
    trader = bot(world.account, NOON_NS - 5 * DAY_NS)
    first = world.sync(BOTS, EXECUTIONS)
    world.clock.ns += DAY_NS
    buys(world, trader, world.clock.ns - 2 * HOUR_NS)
    stop(world, trader, world.clock.ns - HOUR_NS)
    second = world.sync(BOTS, EXECUTIONS, state=first.state)
    assert [row["state"] for row in second.records[BOTS]] == ["TERMINATED"]
    assert united(EXECUTIONS, first, second) == world.truth(EXECUTIONS)
    world.clock.ns += DAY_NS
    before = world.exchange.count(METHODS[EXECUTIONS])
    third = world.sync(BOTS, EXECUTIONS, state=second.state)
    assert third.records == {}
    assert world.exchange.count(METHODS[EXECUTIONS]) == before


def test_a_bot_that_moves_to_the_first_page_while_pages_are_turned_is_not_missed(world: World) -> None:
    made = [bot(world.account, NOON_NS - DAY_NS + number * SECOND_NS) for number in range(PAGE + 20)]

    def oldest_trades() -> None:
        world.account.put(replace(made[0], update_time=NOON_NS // NS_PER_MS))

    world.exchange.on_request(METHODS[BOTS], 2, oldest_trades)
    first = world.sync(BOTS)
    assert rows_by_key(BOTS, first.records[BOTS]) == world.truth(BOTS)


def test_more_executions_than_a_page_come_all_and_once(world: World) -> None:
    trader = bot(world.account, NOON_NS - DAY_NS)
    for number in range(PAGE + 30):
        at_ms = NOON_NS // NS_PER_MS - 1_000 * (number + 1)
        world.account.put(
            Execution(trader.bot_id, "BTC_USD", "BUY", "0.001", at_ms, order_id=str(number + 1), update_time=at_ms)
        )
    output = world.sync(EXECUTIONS)
    assert rows_by_key(EXECUTIONS, output.records[EXECUTIONS]) == world.truth(EXECUTIONS)


def test_all_types_and_states_are_asked_for_in_one_request(world: World) -> None:
    world.sync(BOTS)
    (request,) = world.exchange.requests[METHODS[BOTS]][:1]
    assert request.params["bot_types"] == ["DCA", "TWAP", "GRID", "FUNDING_ARBITRAGE"]
    assert request.params["state"] == ["RUNNING", "PAUSED", "TERMINATED"]
