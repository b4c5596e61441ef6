"""A machine whose clock is wrong, or is set while a sync runs: nothing is lost, and only what has been is claimed."""

from collections.abc import Iterator

import pytest
from airbyte_cdk.models import FailureType

from integration_tests.account_world import CURSORS, HISTORY, METHODS, World, new_world, rows_by_key, united
from integration_tests.connector import Output, State, config_for, sync
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NOON_NS, SECOND_NS, SharedClock, moment
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


@pytest.mark.parametrize("off_ns", [0, -5 * HOUR_NS, 5 * HOUR_NS])
def test_the_exchanges_clock_says_whether_a_date_lies_in_the_future(world: World, off_ns: int) -> None:
    def tried(start_ns: int) -> Output:
        config = config_for(world.exchange, start_date=moment(start_ns), market_start_date=moment(start_ns))
        return sync(config, ["funding_rate"], expecting_failure=start_ns > NOON_NS)

    world.sets_the_connectors_clock(off_ns)
    assert not tried(NOON_NS - HOUR_NS).errors()
    ((kind, sentence), *_) = tried(NOON_NS + HOUR_NS).errors()
    assert kind is FailureType.config_error
    for field in ("start_date", "market_start_date"):
        assert f"{field}: {moment(NOON_NS + HOUR_NS)} lies in the future." in sentence


@pytest.mark.parametrize("date_header", ["server_clock", "left_out"])
def test_a_date_of_today_is_read_from_by_a_machine_whose_clock_is_behind(world: World, date_header: str) -> None:
    world.exchange.behave(date_header=date_header)
    world.clock.ns += HOUR_NS
    start_date = moment(NOON_NS - HOUR_NS)
    world.exchange.on_request("private/get-accounts", 1, lambda: world.sets_the_connectors_clock(0))
    world.sets_the_connectors_clock(-3 * HOUR_NS)
    output = world.sync(start_date=start_date)
    for table in HISTORY:
        assert rows_by_key(table, output.records[table]) == world.truth(table)


def test_a_first_sync_begins_sixty_days_ago_by_the_exchanges_clock(world: World) -> None:
    """By a clock of the year after, it would have begun after the end, and claimed what it never read."""
    world.exchange.on_request("private/get-accounts", 1, lambda: world.sets_the_connectors_clock(0))
    world.sets_the_connectors_clock(365 * DAY_NS)
    output = world.sync(start_date="")
    for table in HISTORY:
        assert rows_by_key(table, output.records[table]) == world.truth(table)


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


def test_without_the_exchanges_time_recent_orders_cast_no_doubt_on_the_state(world: World) -> None:
    """The state claims an hour less than this machine's clock, and holds the times of orders from within that hour."""
    world.exchange.behave(date_header="left_out")
    world.account.place_order(NOON_NS - 5 * MINUTE_NS)
    world.finished_order(NOON_NS - 2 * HOUR_NS, NOON_NS - 4 * MINUTE_NS)
    first = world.sync()
    world.clock.ns += 5 * MINUTE_NS
    second = world.sync(state=first.state)
    assert not [line for line in second.log("WARN") if "the saved state is not used" in line]
    for table in HISTORY:
        emitted = [*first.records.get(table, []), *second.records.get(table, [])]
        assert rows_by_key(table, emitted) == world.truth(table)
