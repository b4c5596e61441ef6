"""A machine whose clock is wrong, or is set while a sync runs: nothing is lost, and only what has been is claimed."""

from collections.abc import Iterator

import pytest

from integration_tests.account_world import CURSORS, HISTORY, METHODS, World, new_world, rows_by_key, united
from integration_tests.connector import Output, State, config_for, sync
from integration_tests.shared_clock import HOUR_NS, MINUTE_NS, NOON_NS, SECOND_NS, SharedClock, moment
from simulated_exchange.expected_market import expected_trades
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange

OFFS = [50 * SECOND_NS, 170 * SECOND_NS, 600 * SECOND_NS, 2 * HOUR_NS, -2 * HOUR_NS]
TRADED = "SOLUSD-PERP"
PUBLIC = ("trade", "candlestick", "ticker", "book")


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as world:
        world.one_of_each(NOON_NS - HOUR_NS)
        yield world


def told_of_clocks(output: Output) -> list[str]:
    return [line for line in output.log("WARN") if "This machine's clock is" in line]


@pytest.mark.parametrize("off_ns", OFFS)
def test_no_trade_is_lost_when_the_clock_was_wrong_in_one_sync(off_ns: int) -> None:
    clock = SharedClock()
    market = Market.from_capture(instruments=12, now_ns=clock)
    with running_exchange(market=market, now_ns=clock) as exchange, clock.patch_connector():
        exchange.behave(enforce_limits=False)
        state: State | None = None
        trades: list[str] = []
        for off in (0, off_ns, 0):
            clock.connector_off_ns = off
            output = sync(
                config_for(exchange, with_key=False, instruments=[TRADED], candlestick_timeframes=["1m"]),
                PUBLIC,
                "incremental",
                state,
            )
            trades += [record["trade_id"] for record in output.records["trade"]]
            state = output.state
            for table in ("ticker", "book", "candlestick"):
                assert output.state_of(table)["synced_at"] == moment(clock.ns)
            assert len(told_of_clocks(output)) == (abs(off) > MINUTE_NS)
            clock.ns += 20 * MINUTE_NS
        truth = expected_trades(market, TRADED, NOON_NS, clock.ns - 20 * MINUTE_NS)
        assert {str(record["trade_id"]) for record in truth} <= set(trades)
        assert len(set(trades)) == len(trades)


@pytest.mark.parametrize("off_ns", [2 * HOUR_NS, 600 * SECOND_NS, -2 * HOUR_NS])
def test_history_claims_no_future_hour_if_the_clock_is_corrected_during_a_wait(world: World, off_ns: int) -> None:
    first = world.sync()
    world.clock.ns += HOUR_NS
    world.one_of_each(world.clock.ns - MINUTE_NS)
    world.sets_the_connectors_clock(off_ns)
    refused = world.exchange.count("private/get-accounts") + 1
    world.exchange.on_request("private/get-accounts", refused + 1, lambda: world.sets_the_connectors_clock(0))
    second = world.sync(state=first.state)
    assert len(told_of_clocks(second)) == 1
    for table in HISTORY:
        assert second.state_of(table)[CURSORS[table]] == moment(world.clock.ns)
    world.one_of_each(world.clock.ns + MINUTE_NS)
    world.clock.ns += 3 * HOUR_NS
    third = world.sync(state=second.state)
    for table in HISTORY:
        assert united(table, first, second, third) == world.truth(table)
        assert len(second.records[table]) == 1, "a clock behind is no reason to begin anew"


@pytest.mark.parametrize("off_ns", [600 * SECOND_NS, -HOUR_NS])
@pytest.mark.parametrize("table", HISTORY)
def test_a_clock_that_jumps_in_the_middle_of_a_sync_moves_no_claim(world: World, table: str, off_ns: int) -> None:
    world.exchange.on_request(METHODS[table], 1, lambda: world.sets_the_connectors_clock(off_ns))
    world.exchange.on_request(METHODS[table], 2, lambda: world.sets_the_connectors_clock(0))
    first = world.sync(table)
    assert world.requests(table) >= 2
    assert first.state_of(table)[CURSORS[table]] == moment(world.clock.ns)
    assert rows_by_key(table, first.records[table]) == world.truth(table)


def test_where_no_answer_tells_the_time_no_row_comes_again(world: World) -> None:
    """A proxy took the header away after the first sync: its states must not look as if they lay in the future."""
    first = world.sync()
    world.exchange.behave(date_header="left_out")
    world.clock.ns += 5 * MINUTE_NS
    second = world.sync(state=first.state)
    assert not [line for line in second.log("WARN") if "the saved state is not used" in line]
    assert not any(second.records.values())
    world.exchange.behave(date_header="server_clock")
    world.one_of_each(world.clock.ns)
    world.clock.ns += 2 * HOUR_NS
    assert all(second.state and world.sync(state=second.state).records[table] for table in HISTORY)
