"""Trades and candles: `kill -9` at any moment, then a sync from the last STATE that had reached stdout: no gap."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Type

from integration_tests.connector import Output, State, config_for, sync
from integration_tests.process import read_arguments, sync_until_killed
from integration_tests.shared_clock import MINUTE_NS, NS_PER_MS, SharedClock, ns_of
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_market import expected_candles, expected_trades
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange

DICE = random.Random(20260817)
TABLES = ("trade", "candlestick")
TIMEFRAMES = ("1m", "1h")
LISTED = 60
INSTRUMENTS = (
    *("BTCUSD-PERP", "ETH_USDT", "SOL_USD"),
    *("LTC_USD", "HBAR_USD", "ETH_BTC", "AAVE_USDT", "XLM_USD", "AVAX_USD", "CROUSD-PERP"),
)
"""One that trades three times a second, two that do every other second, and seven that do every quarter of a minute."""
AT_REQUESTS = [
    *(("public/get-trades", number) for number in DICE.sample(range(4, len(INSTRUMENTS)), 3)),
    *(("public/get-candlestick", number) for number in DICE.sample(range(4, len(INSTRUMENTS) * len(TIMEFRAMES)), 3)),
]
AFTER_LINES = DICE.sample(range(20, 1_800), 4)

Key = tuple[str, ...]
Found = dict[str, dict[Key, dict[str, Any]]]


@dataclass
class World:
    """A market, and the first sync of it; seven minutes later the second begins."""

    exchange: Exchange
    market: Market
    clock: SharedClock
    config: dict[str, Any]
    first: Output

    def again(self, *states: State) -> Output:
        """A sync five minutes later; later states replace earlier ones, table by table, as the platform has it."""
        self.clock.ns += 5 * MINUTE_NS
        kept = {
            message.stream.stream_descriptor.name: message for state in states for message in state if message.stream
        }
        return sync(self.config, TABLES, "incremental", list(kept.values()))

    def assert_there_is_no_gap(self, found: Found) -> None:
        for name in INSTRUMENTS:
            mine = [row for row in found["trade"].values() if row["instrument"] == name]
            # A first sync may end between two trades of one nanosecond.
            oldest_ns = min((int(row["timestamp_ns"]) for row in mine), default=self.clock.ns)
            for row in expected_trades(self.market, name, oldest_ns + 1, self.clock.ns):
                assert found["trade"].get(_key("trade", row)) == row
            for timeframe in TIMEFRAMES:
                oldest = min(key[2] for key in found["candlestick"] if key[:2] == (name, timeframe))
                window_ms = ns_of(oldest) // NS_PER_MS, self.clock.ns // NS_PER_MS + 1
                for row in expected_candles(self.market, name, timeframe, *window_ms):
                    assert found["candlestick"].get(_key("candlestick", row)) == row


@pytest.fixture
def world() -> Iterator[World]:
    clock = SharedClock()
    market = Market.from_capture(instruments=LISTED, now_ns=clock)
    behaviour = Behaviour(enforce_limits=False)
    with clock.patch_connector(), running_exchange(behaviour, market=market, now_ns=clock) as exchange:
        # Few workers: each reads several series, so that states are printed while others are under way.
        fields = {"trade_count": 20, "candlestick_count": 20, "num_workers": 6}
        series = {"instruments": list(INSTRUMENTS), "candlestick_timeframes": list(TIMEFRAMES)}
        config = config_for(exchange, False, **series, **fields)
        first = sync(config, TABLES, "incremental")
        clock.ns += 7 * MINUTE_NS
        exchange.log.clear()
        yield World(exchange, market, clock, config, first)


def _key(table: str, row: dict[str, Any]) -> Key:
    if table == "trade":
        return row["instrument"], row["trade_id"]
    return row["instrument"], row["timeframe"], row["timestamp"]


def united(*syncs: dict[str, list[dict[str, Any]]]) -> Found:
    """What a destination that keeps the latest record of each key holds after these syncs, in this order."""
    return {table: {_key(table, row): row for rows in syncs for row in rows.get(table, [])} for table in TABLES}


@pytest.mark.parametrize(("method", "number"), AT_REQUESTS)
def test_there_is_no_gap_after_a_kill_when_so_many_requests_were_made(
    method: str, number: int, world: World, tmp_path: Path
) -> None:
    arguments = read_arguments(tmp_path, world.config, TABLES, "incremental", world.first.state)
    second, killed = sync_until_killed(
        arguments, world.clock, arm=lambda kill: world.exchange.on_request(method, number, kill)
    )
    assert killed
    third = world.again(world.first.state, second.state)
    world.assert_there_is_no_gap(united(world.first.records, second.records, third.records))


@pytest.mark.parametrize("line", AFTER_LINES)
def test_there_is_no_gap_after_a_kill_when_so_many_lines_were_printed(line: int, world: World, tmp_path: Path) -> None:
    arguments = read_arguments(tmp_path, world.config, TABLES, "incremental", world.first.state)
    second, killed = sync_until_killed(arguments, world.clock, after_lines=line)
    assert killed
    third = world.again(world.first.state, second.state)
    world.assert_there_is_no_gap(united(world.first.records, second.records, third.records))


def test_there_is_no_gap_for_who_dies_just_after_a_state(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("source_cryptocom.retrievers.per_instrument.reader.CHECKPOINT_SECONDS", 0.0)
    second = sync(world.config, TABLES, "incremental", world.first.state)
    moments = list(dying_at_each_state(second))
    assert len(moments) > len(INSTRUMENTS) * len(TIMEFRAMES)
    died_ns = world.clock.ns
    for rows, state in DICE.sample(moments, 6):
        world.clock.ns = died_ns
        third = world.again(world.first.state, [state])
        world.assert_there_is_no_gap(united(world.first.records, rows, third.records))


def dying_at_each_state(output: Output) -> Iterator[tuple[dict[str, list[dict[str, Any]]], Any]]:
    """The rows that had reached stdout when a STATE had just been printed, and that state."""
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for message in output.entrypoint.records_and_state_messages:
        if message.type is Type.RECORD and message.record:
            rows[message.record.stream].append(dict(message.record.data))
        else:
            yield {table: list(found) for table, found in rows.items()}, message.state
