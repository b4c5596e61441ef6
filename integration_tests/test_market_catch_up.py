"""Hours of a busy instrument's trades: read side by side, each once, and none lost by a failure."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.connector import Output, State, config_for, sync
from integration_tests.process import start_read
from integration_tests.shared_clock import HOUR_NS, SharedClock
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_market import expected_trades
from simulated_exchange.faults import Fault
from simulated_exchange.market import Market
from simulated_exchange.request_log import RequestRecord
from simulated_exchange.running import running_exchange

BUSY, OTHER = "SOLUSD-PERP", "ETHUSD-270326"
METHOD = "public/get-trades"
LATENCY_SECONDS = 0.2


@dataclass
class World:
    exchange: Exchange
    market: Market
    clock: SharedClock
    state: State
    known: set[str]

    def sync(self, expecting_failure: bool = False, **fields: Any) -> Output:
        config = config_for(self.exchange, with_key=False, **{"instruments": [BUSY], **fields})
        output = sync(config, ["trade"], "incremental", self.state, expecting_failure)
        self.state = output.state
        return output

    def truth(self, name: str, since_ns: int) -> set[str]:
        return {row["trade_id"] for row in expected_trades(self.market, name, since_ns, self.clock.ns)} - self.known


@pytest.fixture
def world() -> Iterator[World]:
    """A market whose busy instrument was read three hours ago."""
    clock = SharedClock()
    market = Market.from_capture(instruments=12, now_ns=clock)
    with running_exchange(market=market, now_ns=clock) as exchange, clock.patch_connector():
        exchange.behave(enforce_limits=False)
        world = World(exchange, market, clock, [], set())
        first = world.sync(instruments=[BUSY, OTHER])
        world.known = {row["trade_id"] for row in first.records["trade"]}
        clock.ns += 3 * HOUR_NS
        exchange.log.clear()
        exchange.behave(latency_seconds=LATENCY_SECONDS)
        yield world


def in_flight(requests: list[RequestRecord]) -> list[int]:
    """How many requests were waiting for their answer when each one arrived, itself included."""
    arrivals = [request.arrival for request in requests]
    return [sum(at - LATENCY_SECONDS < other <= at for other in arrivals) for at in arrivals]


def ids(output: Output) -> list[str]:
    return [record["trade_id"] for record in output.records.get("trade", [])]


def test_a_busy_instruments_pages_are_read_side_by_side(world: World) -> None:
    began_ns = world.clock.ns - 3 * HOUR_NS
    found = ids(world.sync())
    assert len(found) == len(set(found))
    assert set(found) == world.truth(BUSY, began_ns)
    requests = world.exchange.requests[METHOD]
    pages = -(-len(found) // 150)
    assert pages > 40
    assert len(requests) <= 1.2 * pages
    # Two pages tell how much there is; from then on several lanes are at it.
    assert max(in_flight(requests)) >= 6
    assert sum(count > 2 for count in in_flight(requests)) > len(requests) / 2
    assert ids(world.sync()) == []


def test_it_is_read_beside_the_other_instruments(world: World) -> None:
    began_ns = world.clock.ns - 3 * HOUR_NS
    found = ids(world.sync(instruments=[OTHER, BUSY], num_workers=8))
    assert sorted(found) == sorted(world.truth(BUSY, began_ns) | world.truth(OTHER, began_ns))
    assert max(in_flight(world.exchange.requests[METHOD])) <= 8


@pytest.mark.parametrize("number", [1, 20])
def test_a_part_that_fails_moves_no_cursor_and_the_next_sync_is_complete(world: World, number: int) -> None:
    began_ns = world.clock.ns - 3 * HOUR_NS
    before = _cursors(world.state)
    world.exchange.faults.arm(Fault("code_with_200", METHOD, first=number, code=99999))
    failed = world.sync(expecting_failure=True)
    assert failed.status("trade") is AirbyteStreamStatus.INCOMPLETE
    assert _cursors(world.state) == before
    assert set(ids(failed)) < world.truth(BUSY, began_ns)
    found = ids(world.sync())
    assert len(found) == len(set(found))
    assert set(found) == world.truth(BUSY, began_ns)


def _cursors(state: State) -> Any:
    (table,) = (message.stream for message in state)
    assert table
    assert table.stream_state
    return table.stream_state.__dict__["cursors"]


def test_lanes_that_wait_for_parts_end_with_a_sync_that_is_broken_off(tmp_path: Path) -> None:
    market = Market.from_capture(instruments=12)
    with running_exchange(Behaviour(enforce_limits=False), market=market) as exchange:
        config = config_for(exchange, with_key=False, instruments=[BUSY])
        state = sync(config, ["trade"], "incremental").state
        cursor = _cursors(state)[BUSY]
        cursor[0] = cursor[1] = str(time.time_ns() - 40 * HOUR_NS)
        exchange.behave(latency_seconds=0.5)
        os.mkfifo(tmp_path / "stdout.txt")
        running = start_read(tmp_path, config, ["trade"], "incremental", state)
        pipe = os.open(tmp_path / "stdout.txt", os.O_RDONLY)
        read = b""
        while b'"RECORD"' not in read:
            read += os.read(pipe, 65_536)
        os.close(pipe)
        running.process.join(20)
        ended = running.process.exitcode
        running.kill()
        assert ended == 1
