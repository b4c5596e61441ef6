"""Records what the connector prints of one account and market that never change: every record and STATE, in order.

    python -m integration_tests.recording

writes the recorded runs anew, after a change that is meant to change them. One worker reads one table at a time, the
clock stands still between syncs and the world is made from seeds, so two runs print the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessageSerializer

from integration_tests.connector import Output, State, config_for, sync
from integration_tests.shared_clock import DAY_NS, HOUR_NS, NOON_NS, SharedClock, moment
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account

FOLDER = Path(__file__).parent / "recorded_runs"
TABLES = (
    "instrument",
    "ticker",
    "trade",
    "book",
    "candlestick",
    "user_balance",
    "user_position",
    "open_order",
    "order_history",
    "user_trade",
    "transaction",
)
INSTRUMENTS = ("ETHUSD-261030", "SHIB_BTC@OEX_HK")
"""Quiet ones: a day of their trades is a few pages."""


@dataclass(frozen=True)
class RecordedWorld:
    """An exchange whose clock only a recording turns."""

    exchange: Exchange
    clock: SharedClock
    start_date: str

    def runs(self, table: str) -> Iterator[tuple[str, Output]]:
        """A full refresh, a first incremental sync, one an hour later, one a day after that: each with its title."""
        began_ns = self.clock.ns
        try:
            yield "full refresh", self._sync(table, "full_refresh", None)
            state: State | None = None
            for title, pause_ns in (("first sync", 0), ("an hour later", HOUR_NS), ("a day later", DAY_NS)):
                self.clock.ns += pause_ns
                output = self._sync(table, "incremental", state)
                state = output.state
                yield title, output
        finally:
            self.clock.ns = began_ns

    def _sync(self, table: str, mode: str, state: State | None) -> Output:
        config = config_for(
            self.exchange,
            start_date=self.start_date,
            trade_count=160,
            candlestick_count=40,
            book_depth=5,
            candlestick_timeframes=["1h", "1D"],
            instruments=list(INSTRUMENTS),
        )
        with mock.patch("source_cryptocom.concurrency.workers.MAX_WORKERS", 1):
            return sync(config, [table], mode, state)


@contextmanager
def recorded_world() -> Iterator[RecordedWorld]:
    clock = SharedClock(NOON_NS)
    # The account goes on after the first sync: the later ones have something to read.
    account = seeded_account(clock.ns + 2 * DAY_NS, orders=60, days=6, open_orders=9)
    for order in list(account.open_orders.values()):
        if order.create_time_ns > clock.ns:
            del account.open_orders[order.order_id]
    market = Market.from_capture(instruments=12, now_ns=clock)
    behaviour = Behaviour(enforce_limits=False)
    with clock.patch_connector(), running_exchange(behaviour, account, market, now_ns=clock) as exchange:
        yield RecordedWorld(exchange, clock, moment(clock.ns - 5 * DAY_NS))


def recording(world: RecordedWorld, table: str) -> str:
    """One line a message; titles between the runs. The time of printing is left out."""
    lines: list[str] = []
    for title, output in world.runs(table):
        lines.append(f"# {title}")
        lines += [line for message in output.messages if (line := _line(message))]
    return "\n".join(lines) + "\n"


def _line(message: AirbyteMessage) -> str:
    content: dict[str, Any]
    if message.record:
        content = {"record": message.record.data}
    elif message.state:
        state = AirbyteStateMessageSerializer.dump(message.state)
        content = {"state": state["stream"]["stream_state"], "records": state.get("sourceStats")}
    else:
        return ""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def path_of(table: str) -> Path:
    return FOLDER / f"{table}.jsonl"


if __name__ == "__main__":
    with recorded_world() as world:
        for name in TABLES:
            path_of(name).write_text(recording(world, name), encoding="utf-8")
            print(f"{name}: {path_of(name).stat().st_size:,} bytes")
