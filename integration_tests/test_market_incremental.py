"""Incremental market data: no gap and no repetition, however long ago the last sync was."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.connector import Output, State, config_for, sync
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NS_PER_MS, SECOND_NS, SharedClock, ns_of
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_market import expected_candles, expected_trades
from simulated_exchange.faults import Fault
from simulated_exchange.market import Market
from simulated_exchange.market_trades import burst
from simulated_exchange.running import running_exchange

BUSY, STEADY, SLOW, RARE, SILENT = "SOLUSD-PERP", "ETHUSD-270326", "ETHUSD-261030", "SHIB_BTC@OEX_HK", "SQD_USD"
INSTRUMENTS = [BUSY, STEADY, SLOW, RARE, SILENT]


@dataclass
class World:
    """A market whose clock a test turns, and the state that the last sync left."""

    exchange: Exchange
    market: Market
    clock: SharedClock
    state: State | None = None

    def sync(self, *tables: str, expecting_failure: bool = False, **fields: Any) -> Output:
        config = config_for(self.exchange, with_key=False, **{"instruments": INSTRUMENTS, **fields})
        output = sync(config, tables, "incremental", self.state, expecting_failure)
        self.state = output.state
        return output


@pytest.fixture
def world() -> Iterator[World]:
    clock = SharedClock()
    market = Market.from_capture(instruments=12, now_ns=clock, history_days=60)
    with running_exchange(market=market, now_ns=clock) as exchange, clock.patch_connector():
        exchange.behave(enforce_limits=False)
        yield World(exchange, market, clock)


@pytest.mark.parametrize(
    ("name", "pauses"),
    [
        (STEADY, (1, SECOND_NS, 20 * MINUTE_NS, 3 * HOUR_NS, 2 * MINUTE_NS)),
        (SLOW, (HOUR_NS, 9 * DAY_NS, SECOND_NS, 20 * DAY_NS)),
        (RARE, (DAY_NS, 15 * DAY_NS, MINUTE_NS, DAY_NS)),
    ],
)
def test_trades_of_many_syncs_are_the_markets_trades_each_once(
    world: World, name: str, pauses: tuple[int, ...]
) -> None:
    emitted = world.sync("trade", instruments=[name], trade_count=40).records["trade"]
    # A first sync may end between two trades of one nanosecond.
    oldest = min(int(record["timestamp_ns"]) for record in emitted)
    for pause in pauses:
        world.clock.ns += pause
        emitted += world.sync("trade", instruments=[name]).records.get("trade", [])
    truth = expected_trades(world.market, name, oldest + 1, world.clock.ns)
    assert _sorted(record for record in emitted if int(record["timestamp_ns"]) > oldest) == _sorted(truth)
    assert len(truth) > 3


def test_a_busy_instruments_hours_are_paged_back_to_where_it_stopped(world: World) -> None:
    first = world.sync("trade", instruments=[BUSY], trade_count=300).records["trade"]
    assert len(first) == 300
    world.clock.ns += 40 * MINUTE_NS
    second = world.sync("trade", instruments=[BUSY]).records["trade"]
    newest = max(int(record["timestamp_ns"]) for record in first)
    truth = expected_trades(world.market, BUSY, newest, world.clock.ns)
    known = {record["trade_id"] for record in first}
    assert _sorted(second) == _sorted(record for record in truth if record["trade_id"] not in known)
    assert len(second) > 1000


def test_a_trade_at_the_time_of_the_last_one_is_emitted_without_a_duplicate(world: World) -> None:
    at = world.clock.ns - SECOND_NS
    world.market.add_trades(SILENT, burst(at, 3))
    assert len(world.sync("trade", instruments=[SILENT]).records["trade"]) == 3
    world.market.add_trades(SILENT, burst(at, 5)[3:])
    world.clock.ns += MINUTE_NS
    late = world.sync("trade", instruments=[SILENT]).records["trade"]
    assert {record["timestamp_ns"] for record in late} == {str(at)}
    assert len(late) == 2


def test_more_trades_in_one_nanosecond_than_a_page_holds_fail_the_table(world: World) -> None:
    world.market.add_trades(SILENT, burst(world.clock.ns - SECOND_NS, 200))
    output = world.sync("trade", instruments=[SILENT, STEADY], trade_count=300, expecting_failure=True)
    assert output.status("trade") == AirbyteStreamStatus.INCOMPLETE
    assert "cannot be read to its end" in output.errors("trade")[0][1]
    assert SILENT not in output.state_of("trade")["cursors"]
    assert STEADY in output.state_of("trade")["cursors"]


def test_a_quiet_instrument_costs_one_request_a_sync_however_long_it_has_been_quiet(world: World) -> None:
    world.sync("trade", instruments=[SILENT, RARE])
    for _ in range(3):
        world.clock.ns += 6 * DAY_NS
        before = world.exchange.count("public/get-trades")
        world.sync("trade", instruments=[SILENT, RARE])
        assert world.exchange.count("public/get-trades") - before <= 2 + 1, "one may prove how large a page is"


def test_an_instrument_that_has_never_traded_has_no_gap_when_it_begins_to(world: World) -> None:
    assert "trade" not in world.sync("trade", instruments=[SILENT]).records
    world.clock.ns += HOUR_NS
    seconds_ago = range(1, 401)
    world.market.add_trades(SILENT, [burst(world.clock.ns - n * SECOND_NS, 1)[0] for n in seconds_ago])
    assert len(world.sync("trade", instruments=[SILENT], trade_count=10).records["trade"]) == 400


def test_a_gap_in_the_exchanges_own_history_is_a_warning_with_the_instrument(world: World) -> None:
    world.sync("trade", instruments=[RARE])
    world.clock.ns += 75 * DAY_NS
    output = world.sync("trade", instruments=[RARE, SLOW])
    warnings = [line for line in output.log("WARN") if "gap" in line]
    assert len(warnings) == 1
    assert RARE in warnings[0]
    assert "2026-08-1" in warnings[0]


def test_candles_of_many_syncs_are_the_markets_candles(world: World) -> None:
    timeframes = ["1m", "1h", "1D", "1M"]
    latest: dict[tuple[str, str, str], dict[str, Any]] = {}
    times: Counter[tuple[str, str, str]] = Counter()
    begun: dict[tuple[str, str], int] = {}
    newest: set[tuple[str, str, str]] = set()
    for pause in (0, 20 * SECOND_NS, 40 * MINUTE_NS, 7 * HOUR_NS, 3 * DAY_NS):
        world.clock.ns += pause
        output = world.sync("candlestick", candlestick_timeframes=timeframes, candlestick_count=20)
        for record in output.records["candlestick"]:
            key = (record["instrument"], record["timeframe"], record["timestamp"])
            latest[key] = record
            times[key] += 1
        if pause == 0:
            for name, timeframe, timestamp in latest:
                begun.setdefault((name, timeframe), _ms(timestamp))
                begun[name, timeframe] = min(begun[name, timeframe], _ms(timestamp))
        newest |= {key for series in begun for key in sorted(key for key in latest if key[:2] == series)[-2:]}
    for (name, timeframe), oldest in begun.items():
        truth = expected_candles(world.market, name, timeframe, oldest, world.clock.ns // NS_PER_MS + 1)
        mine = [record for (of, frame, _), record in latest.items() if (of, frame) == (name, timeframe)]
        assert _sorted(mine) == _sorted(truth)
    assert {key for key, count in times.items() if count > 1} <= newest


def test_the_candle_that_is_still_forming_is_emitted_again_once_complete(world: World) -> None:
    world.clock.ns += 30 * MINUTE_NS
    forming = world.sync("candlestick", instruments=[BUSY], candlestick_timeframes=["1h"]).records["candlestick"][-1]
    world.clock.ns += 2 * HOUR_NS
    again = world.sync("candlestick", instruments=[BUSY], candlestick_timeframes=["1h"]).records["candlestick"]
    complete = next(record for record in again if record["timestamp"] == forming["timestamp"])
    assert complete != forming
    opened = _ms(forming["timestamp"])
    assert [complete] == expected_candles(world.market, BUSY, "1h", opened, opened + 1)


def test_more_candles_than_a_page_holds_are_paged_back(world: World) -> None:
    config: dict[str, Any] = {"instruments": [BUSY], "candlestick_timeframes": ["1m"], "candlestick_count": 700}
    output = world.sync("candlestick", **config)
    assert len(output.records["candlestick"]) == 700
    world.clock.ns += 11 * HOUR_NS
    second = world.sync("candlestick", **config).records["candlestick"]
    # The newest had just opened, so the one before it is read again as well.
    begin = sorted(_ms(record["timestamp"]) for record in output.records["candlestick"])[-2]
    truth = expected_candles(world.market, BUSY, "1m", begin, world.clock.ns // NS_PER_MS + 1)
    assert _sorted(second) == _sorted(truth)


def test_an_instrument_may_be_listed_delisted_or_added_between_syncs(world: World) -> None:
    world.sync("trade", instruments=[STEADY, RARE])
    row = {"symbol": "NEW_USD", "inst_type": "CCY_PAIR", "quote_decimals": 2, "quantity_decimals": 2}
    world.market.list_instrument(world.market.listing(STEADY).row | row)
    world.clock.ns += HOUR_NS
    world.market.delist(RARE)
    output = world.sync("trade", instruments=[STEADY, RARE, SLOW, "NEW_USD"], trade_count=7)
    counts = Counter(record["instrument"] for record in output.records["trade"])
    assert counts[STEADY] == len(expected_trades(world.market, STEADY, world.clock.ns - HOUR_NS, world.clock.ns))
    assert counts[SLOW] == 7
    assert counts["NEW_USD"] == 7
    assert any(RARE in line and "left out" in line for line in output.log("WARN"))
    assert output.status("trade") == AirbyteStreamStatus.COMPLETE


def test_an_instrument_that_failed_is_complete_after_the_next_sync(world: World) -> None:
    first = world.sync("trade").records["trade"]
    world.clock.ns += HOUR_NS
    world.exchange.faults.arm(Fault("code_with_200", "public/get-trades", first=2, code=99999))
    output = world.sync("trade", expecting_failure=True)
    assert output.status("trade") == AirbyteStreamStatus.INCOMPLETE
    world.clock.ns += HOUR_NS
    emitted = first + output.records["trade"] + world.sync("trade").records["trade"]
    times = Counter((record["instrument"], record["trade_id"]) for record in emitted)
    # The one that failed may have got some way: what it had emitted then comes again.
    assert len({instrument for (instrument, _), count in times.items() if count > 1}) <= 1
    for name in INSTRUMENTS:
        since = world.clock.ns - 2 * HOUR_NS
        truth = expected_trades(world.market, name, since, world.clock.ns)
        mine = {r["trade_id"]: r for r in emitted if r["instrument"] == name and int(r["timestamp_ns"]) >= since}
        assert _sorted(mine.values()) == _sorted(truth)


def test_a_table_read_too_recently_emits_nothing_and_keeps_its_state(world: World) -> None:
    tables = ("ticker", "trade", "book", "candlestick")
    world.sync(*tables)
    before = _by_table(world.state)
    world.clock.ns += 11 * HOUR_NS
    output = world.sync(*tables, hours_between_syncs=12)
    (warning,) = (line for line in output.log("WARN") if "hours_between_syncs" in line)
    assert warning.startswith(f"{', '.join(sorted(tables, key=warning.index))}: nothing was read, because ")
    assert output.records == {}
    assert _by_table(output.state) == before
    assert sum("hours_between_syncs" in line for line in output.log("INFO")) == len(tables)
    world.clock.ns += HOUR_NS
    assert set(world.sync(*tables, hours_between_syncs=12).records) == set(tables)


def test_a_state_whose_namespace_is_an_empty_text_is_taken(world: World) -> None:
    world.sync("trade", instruments=[STEADY])
    for state in world.state or []:
        assert state.stream
        state.stream.stream_descriptor.namespace = ""
    assert world.sync("trade", instruments=[STEADY]).records.get("trade", []) == []


def test_a_full_refresh_reads_although_the_table_was_read_a_moment_ago(world: World) -> None:
    tables = ("ticker", "trade", "book", "candlestick")
    world.sync(*tables)
    config = config_for(world.exchange, with_key=False, instruments=INSTRUMENTS, hours_between_syncs=12)
    assert set(sync(config, tables, "full_refresh", world.state).records) == set(tables)


def test_ticker_and_book_append_a_snapshot_a_sync(world: World) -> None:
    seen = []
    for _ in range(3):
        output = world.sync("ticker", "book")
        assert len(output.records["ticker"]) == len(world.market.names)
        assert len(output.records["book"]) == len(INSTRUMENTS)
        seen.append(output.records["book"][0]["timestamp"])
        world.clock.ns += MINUTE_NS
    assert len(set(seen)) == 3


def _sorted(records: Any) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: sorted(record.items(), key=str))


def _by_table(state: State | None) -> dict[str, Any]:
    return {saved.stream.stream_descriptor.name: saved.stream for saved in state or [] if saved.stream}


def _ms(timestamp: str) -> int:
    return ns_of(timestamp) // NS_PER_MS
