"""What the three tables of account history claim to have read, when they claim it, and how they go on from it."""

from collections.abc import Iterator

import pytest
from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStreamStatus,
    Type,
)

from integration_tests.account_world import (
    CURSORS,
    HISTORY,
    METHODS,
    Rows,
    World,
    ids,
    new_world,
    rows_by_key,
    united,
)
from integration_tests.connector import Output, State, config_for, sync
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NOON_NS, SECOND_NS, moment
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.expected_account import key_of
from simulated_exchange.faults import Fault
from simulated_exchange.running import running_exchange

READ_AGAIN = {"order_history": 2, "user_trade": 0, "transaction": 0}
"""Requests for the two days before the interruption: an order that had just ended may have been in neither list."""


@pytest.fixture
def world() -> Iterator[World]:
    """Four days of history, a few rows in each."""
    with new_world() as world:
        world.start_ns = NOON_NS - 4 * DAY_NS
        for hours in range(0, 96, 7):
            world.one_of_each(NOON_NS - hours * HOUR_NS - SECOND_NS)
        yield world


def dying_at_each_state(output: Output) -> Iterator[tuple[dict[str, Rows], State]]:
    """(rows by table, states) as they had reached stdout when each STATE had just been printed."""
    rows: dict[str, Rows] = {table: {} for table in HISTORY}
    states: dict[str, AirbyteStateMessage] = {}
    for message in output.entrypoint.records_and_state_messages:
        if message.type is Type.RECORD and message.record:
            rows[message.record.stream][key_of(message.record.stream, message.record.data)] = dict(message.record.data)
        elif message.state and message.state.stream:
            states[message.state.stream.stream_descriptor.name] = message.state
            yield {table: dict(found) for table, found in rows.items()}, list(states.values())


def cursors(output: Output, table: str) -> list[str]:
    """The cursors of a table's states, in the order of printing."""
    return [
        str(getattr(message.state.stream.stream_state, CURSORS[table]))
        for message in output.entrypoint.state_messages
        if message.state and message.state.stream and message.state.stream.stream_descriptor.name == table
    ]


@pytest.mark.parametrize(("mode", "time_filter"), [("incremental", "create"), ("full_refresh", "update")])
def test_who_dies_after_any_state_and_goes_on_from_it_has_everything(mode: str, time_filter: str, world: World) -> None:
    world.exchange.behave(order_time_filter=time_filter, window_cap="refuse")
    open_orders = [world.account.place_order(NOON_NS - hours * HOUR_NS).order_id for hours in range(90, 0, -3)]
    interrupted = world.sync(mode=mode)
    moments = list(dying_at_each_state(interrupted))
    assert len(moments) >= 3 * 5
    for rows, states in moments:
        world.clock.ns += HOUR_NS
        world.account.close_order(open_orders.pop(), world.clock.ns - 30 * MINUTE_NS)
        resumed = world.sync(mode=mode, state=states)
        for table in HISTORY:
            assert rows[table] | united(table, resumed) == world.truth(table)


def test_each_state_counts_the_records_since_the_one_before(world: World) -> None:
    since: dict[str, int] = dict.fromkeys(HISTORY, 0)
    counts = []
    for message in world.sync().entrypoint.records_and_state_messages:
        if message.record:
            since[message.record.stream] += 1
        elif message.state and message.state.stream and message.state.sourceStats:
            table = message.state.stream.stream_descriptor.name
            assert message.state.sourceStats.recordCount == since[table]
            counts.append(since[table])
            since[table] = 0
    assert sum(counts) == 3 * 14
    assert set(since.values()) == {0}, "no record comes after the last state of its table"


@pytest.mark.parametrize("table", HISTORY)
def test_a_table_that_fails_keeps_the_state_of_its_last_finished_window(table: str, world: World) -> None:
    world.exchange.behave(window_cap="refuse")
    world.exchange.faults.arm(Fault("status", METHODS[table], first=5, count=None, status=400, code=40003))
    failed = world.sync(expecting_failure=True)
    assert failed.status(table) is AirbyteStreamStatus.INCOMPLETE
    assert failed.state_of(table)[CURSORS[table]] == moment(NOON_NS - 3 * DAY_NS)
    assert cursors(failed, table) == sorted(cursors(failed, table))
    for other in set(HISTORY) - {table}:
        assert failed.status(other) is AirbyteStreamStatus.COMPLETE
        assert united(other, failed) == world.truth(other)

    world.exchange.faults.clear()
    world.exchange.log.clear()
    resumed = world.sync(state=failed.state)
    assert united(table, failed, resumed) == world.truth(table)
    assert world.requests(table) <= 9 + READ_AGAIN[table], (
        "three days and the one before, three wider windows that are refused, two proofs, and unseen orders"
    )


def test_a_table_that_fails_before_its_first_window_keeps_the_state_it_was_given(world: World) -> None:
    first = world.sync()
    world.clock.ns += HOUR_NS
    world.exchange.faults.arm(Fault("status", "private/get-open-orders", count=None, status=400, code=40003))
    failed = world.sync(state=first.state, expecting_failure=True)
    assert failed.state_of("order_history") == first.state_of("order_history")


def test_a_lookup_that_fails_keeps_the_order_in_sight(world: World) -> None:
    order_id = world.account.place_order(NOON_NS - 30 * DAY_NS).order_id
    first = world.sync("order_history")
    world.clock.ns += HOUR_NS
    world.account.close_order(order_id, world.clock.ns - MINUTE_NS)
    world.exchange.faults.arm(Fault("status", METHODS["order_history"], first=5, status=400, code=40003))
    failed = world.sync("order_history", state=first.state, expecting_failure=True)
    assert order_id not in ids(failed)
    world.clock.ns += HOUR_NS
    assert ids(world.sync("order_history", state=failed.state)) == [order_id]


@pytest.mark.parametrize("table", HISTORY)
def test_a_clock_that_is_set_back_does_not_take_the_state_with_it(table: str, world: World) -> None:
    first = world.sync()
    world.clock.ns -= 2 * MINUTE_NS
    second = world.sync(state=first.state)
    world.clock.ns += HOUR_NS
    third = world.sync(state=second.state)
    found = [cursor for output in (first, second, third) for cursor in cursors(output, table)]
    assert found == sorted(found)
    assert found[-1] == moment(world.clock.ns)


@pytest.mark.parametrize("mode", ["full_refresh", "incremental"])
def test_a_full_refresh_reads_everything_whatever_a_finished_sync_has_left(mode: str, world: World) -> None:
    finished = world.sync(mode=mode)
    world.clock.ns += HOUR_NS
    again = world.sync(mode="full_refresh", state=finished.state)
    for table in HISTORY:
        assert united(table, again) == world.truth(table)


def test_an_incremental_sync_goes_on_from_a_full_refresh(world: World) -> None:
    refreshed = world.sync(mode="full_refresh")
    world.clock.ns += HOUR_NS
    world.one_of_each(world.clock.ns - MINUTE_NS)
    output = world.sync(state=refreshed.state)
    for table in HISTORY:
        assert united(table, refreshed, output) == world.truth(table)
        assert len(output.records[table]) == 1, "the new row, and none again"


@pytest.mark.parametrize("table", HISTORY)
def test_an_interrupted_full_refresh_goes_on_where_it_was(table: str, world: World) -> None:
    world.exchange.behave(window_cap="refuse")
    world.exchange.faults.arm(Fault("status", METHODS[table], first=5, count=None, status=400, code=40003))
    interrupted = world.sync(table, mode="full_refresh", expecting_failure=True)
    assert interrupted.state_of(table)["full_refresh"] is True

    world.exchange.faults.clear()
    world.exchange.log.clear()
    resumed = world.sync(table, mode="full_refresh", state=interrupted.state)
    assert united(table, interrupted, resumed) == world.truth(table)
    assert rows_by_key(table, resumed.records[table]) != world.truth(table)
    assert world.requests(table) <= 9 + READ_AGAIN[table], (
        "three days and the one before, three wider windows that are refused, two proofs, and unseen orders"
    )
    assert "full_refresh" not in resumed.state_of(table)


def test_the_state_holds_no_orders_but_those_that_are_open(world: World) -> None:
    stays, closes = (world.account.place_order(NOON_NS - days * DAY_NS) for days in (3, 2))
    world.account.close_order(closes.order_id, NOON_NS - HOUR_NS)
    output = world.sync("order_history")
    state = output.state_of("order_history")
    assert len(state.pop("known")) > 0
    assert state == {
        "version": 1,
        "known_from": moment(NOON_NS - DAY_NS),
        "update_time": moment(NOON_NS),
        "open_orders_listed_at": moment(NOON_NS),
        "orders_known_to": moment(NOON_NS - 4 * DAY_NS),
        "open_orders": {stays.order_id: stays.create_time},
        "account": output.state_of("order_history")["account"],
    }


def test_a_first_sync_without_a_start_date_says_which_tables_have_older_history() -> None:
    with running_exchange(Behaviour(enforce_limits=False), market=EmptyMarket()) as exchange:
        output = sync(config_for(exchange), ["user_balance", "deposit", "order_history"], "incremental")
        again = sync(config_for(exchange), ["deposit", "order_history"], "incremental", output.state)
    assert [line.partition(" is not set")[0] for line in output.log("WARN") if "start_date" in line] == [
        "deposit, order_history: start_date"
    ]
    assert not [line for line in again.log("WARN") if "start_date" in line]
