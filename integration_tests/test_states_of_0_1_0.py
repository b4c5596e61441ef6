"""A state that version 0.1.0 saved is taken up: what it stands for does not come again, and nothing after it is lost.

Version 0.1.0 itself has written `states_of_0_1_0.json`, as it read the account and the market of `world_at_noon` with
CONFIG: the states of its eleven tables after a first sync, and after a full refresh that was broken off.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessageSerializer, AirbyteStreamStatus

from integration_tests.account_world import CURSORS, HISTORY, Rows, World, rows_by_key
from integration_tests.connector import Output, State
from integration_tests.shared_clock import (
    DAY_NS,
    HOUR_NS,
    MINUTE_NS,
    NOON_NS,
    NS_PER_MS,
    SECOND_NS,
    SharedClock,
    moment,
    ns_of,
)
from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.expected_market import expected_candles, expected_trades
from simulated_exchange.market import Market
from simulated_exchange.market_trades import burst
from simulated_exchange.running import running_exchange

STEADY, RARE, SILENT = "ETHUSD-270326", "SHIB_BTC@OEX_HK", "SQD_USD"
INSTRUMENTS = (STEADY, RARE, SILENT)
TIMEFRAMES = {"1m": MINUTE_NS, "1h": HOUR_NS}
MARKET = ("ticker", "trade", "book", "candlestick")
WHOLE = ("instrument", "user_balance", "user_position", "open_order")
START_NS = NOON_NS - 4 * DAY_NS
CONFIG: dict[str, Any] = {
    "instruments": list(INSTRUMENTS),
    "candlestick_timeframes": list(TIMEFRAMES),
    "candlestick_count": 20,
    "trade_count": 40,
    "start_date": moment(START_NS),
}
SAVED: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("states_of_0_1_0.json").read_text(encoding="utf-8")
)
AFTER_A_SYNC, BROKEN_OFF = SAVED["after a first sync"], SAVED["after a full refresh that was broken off"]
AGAIN_NS = NOON_NS - 3 * MINUTE_NS
"""Account history from here on is read again: rows that became visible late."""


@contextmanager
def world_at_noon() -> Iterator[World]:
    clock = SharedClock()
    market = Market.from_capture(instruments=12, now_ns=clock, history_days=60)
    market.add_trades(SILENT, burst(NOON_NS - SECOND_NS, 3))
    behaviour = Behaviour(enforce_limits=False, text_ids="accepted", text_numbers="accepted", window_cap="refuse")
    with clock.patch_connector(), running_exchange(behaviour, Account(), market, now_ns=clock) as exchange:
        world = World(exchange, clock)
        for hours in range(1, 96, 7):
            world.one_of_each(NOON_NS - hours * HOUR_NS)
        world.one_of_each(NOON_NS - 4 * MINUTE_NS)
        world.one_of_each(NOON_NS - 2 * MINUTE_NS)
        world.account.place_order(NOON_NS - 30 * DAY_NS)
        world.account.place_order(NOON_NS - 30 * HOUR_NS)
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    with world_at_noon() as world:
        yield world


def sync(world: World, saved: dict[str, Any], mode: str = "incremental", **fields: Any) -> Output:
    """The next sync of every table that `saved` has a state of."""
    state: State = [
        AirbyteStateMessageSerializer.load(
            {"type": "STREAM", "stream": {"stream_descriptor": {"name": table}, "stream_state": state}}
        )
        for table, state in saved.items()
    ]
    output = world.sync(*saved, mode=mode, state=state, **{**CONFIG, **fields})
    assert {output.status(table) for table in saved} == {AirbyteStreamStatus.COMPLETE}
    assert [line for line in output.log("WARN") if "the saved" in line or "ignoring" in line] == []
    return output


def trades(world: World) -> dict[str, dict[str, Any]]:
    """Those of the last hour before noon and of all the time since, as far as they have happened by now."""
    market: Any = world.exchange.market
    found = [expected_trades(market, name, NOON_NS - HOUR_NS, world.clock.ns) for name in INSTRUMENTS]
    return {row["trade_id"]: row for rows in found for row in rows}


def in_order(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: json.dumps(record, sort_keys=True))


def rows_from(table: str, rows: Rows, start_ns: int) -> Rows:
    return {key: row for key, row in rows.items() if ns_of(str(row[CURSORS[table]])) >= start_ns}


def three_hours_later(world: World) -> None:
    """One of the open orders has ended, and one that neither list showed at noon; two trades share the last ones' time.

    The exchange finds an order by its creation, so that no later window brings them.
    """
    world.exchange.behave(order_time_filter="create")
    world.clock.ns += 3 * HOUR_NS
    now_ns = world.clock.ns
    oldest = min(world.account.open_orders.values(), key=lambda order: order.create_time_ns)
    world.account.close_order(oldest.order_id, now_ns - 30 * MINUTE_NS)
    world.finished_order(NOON_NS - 30 * MINUTE_NS, NOON_NS - 10 * SECOND_NS)
    world.one_of_each(now_ns - HOUR_NS)
    market: Any = world.exchange.market
    market.add_trades(SILENT, burst(NOON_NS - SECOND_NS, 5)[3:])


def test_the_next_sync_reads_what_came_after_the_state(world: World) -> None:
    before = trades(world)
    three_hours_later(world)
    output = sync(world, AFTER_A_SYNC)
    for table in HISTORY:
        assert rows_by_key(table, output.records[table]) == rows_from(table, world.truth(table), AGAIN_NS)
    new = [row for trade_id, row in trades(world).items() if trade_id not in before]
    assert in_order(output.records["trade"]) == in_order(new)
    assert {row["instrument"] for row in new} == {STEADY, SILENT}
    market: Any = world.exchange.market
    now_ms = world.clock.ns // NS_PER_MS
    candles = [
        row
        for name in INSTRUMENTS
        for timeframe, length_ns in TIMEFRAMES.items()
        # One had opened at noon, so the one before might not have been final.
        for row in expected_candles(market, name, timeframe, (NOON_NS - length_ns) // NS_PER_MS, now_ms + 1)
    ]
    assert in_order(output.records["candlestick"]) == in_order(candles)
    assert {row["instrument"] for row in output.records["book"]} == set(INSTRUMENTS)
    assert len(output.records["ticker"]) == len(output.records["instrument"]) == len(market.names)


def test_a_market_table_is_left_alone_for_as_many_hours_as_the_config_says(world: World) -> None:
    world.clock.ns += 3 * HOUR_NS
    saved = {table: AFTER_A_SYNC[table] for table in MARKET}
    assert sync(world, saved, hours_between_syncs=12).records == {}
    world.clock.ns += 10 * HOUR_NS
    assert set(sync(world, saved, hours_between_syncs=12).records) == set(MARKET)


def test_a_full_refresh_that_was_broken_off_goes_on(world: World) -> None:
    world.clock.ns += HOUR_NS
    output = sync(world, BROKEN_OFF, "full_refresh")
    for table in HISTORY:
        read_to_ns = ns_of(BROKEN_OFF[table][CURSORS[table]])
        assert START_NS < read_to_ns < NOON_NS
        expected = rows_from(table, world.truth(table), read_to_ns - 3 * MINUTE_NS)
        assert rows_by_key(table, output.records[table]) == expected
    for table in ("trade", "book", "candlestick"):
        done = BROKEN_OFF[table]["cursors"]
        read = {f"{row.get('timeframe', '')} {row['instrument']}".strip() for row in output.records[table]}
        assert read == series(table) - finished(table, done)
        assert 0 < len(read) < len(series(table))
    assert not any("full_refresh" in output.state_of(table) for table in BROKEN_OFF)


def series(table: str) -> set[str]:
    if table != "candlestick":
        return set(INSTRUMENTS)
    return {f"{timeframe} {name}" for timeframe in TIMEFRAMES for name in INSTRUMENTS}


def finished(table: str, cursors: dict[str, Any]) -> set[str]:
    if table != "candlestick":
        return set(cursors)
    return {f"{timeframe} {name}" for timeframe, at in cursors.items() for names in at.values() for name in names}
