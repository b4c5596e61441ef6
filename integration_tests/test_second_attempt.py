"""A job whose first attempt failed: what it completed is neither emitted again nor lost, and a new job reads it all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from unittest import mock

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.connector import LOGGER, Output, config_for, sync
from integration_tests.fault_cases import METHODS
from integration_tests.platform_rules import Platform
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, SharedClock
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.faults import Fault
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom import SourceCryptocom
from source_cryptocom.state import full_refresh

HOUR_MS = HOUR_NS // 1_000_000
HISTORY = ("order_history", "user_trade", "transaction")
PER_INSTRUMENT = ("trade", "book", "candlestick")
RESUMABLE = (*HISTORY, *PER_INSTRUMENT)
ALSO_RESUMABLE = (
    *("funding_rate", "mark_price", "index_price", "balance_history", "advanced_order_history", "otc_deal"),
    "instrument_fee_rate",
    *("deposit", "withdrawal", "fiat_deposit", "fiat_withdrawal"),
    *("stake_history", "convert_history", "staking_reward"),
)
"""Read by the same retrievers as tables whose second attempt is tested here, or by ones with unit tests of it."""
SNAPSHOTS = ("instrument", "ticker", "user_balance", "user_position", "open_order")


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=40, days=3)
    with running_exchange(Behaviour(enforce_limits=False), account, Market.from_capture(instruments=3)) as exchange:
        yield exchange


def platform_for(exchange: Exchange, *tables: str, overwrite: bool = True, counts_generations: bool = True) -> Platform:
    start_date = rfc3339((exchange.now_ns() - 4 * DAY_NS) // 1_000_000)
    config = config_for(exchange, start_date=start_date, trade_count=5, candlestick_count=3)
    return Platform(config, tables or tuple(METHODS), overwrite, counts_generations)


def break_table(exchange: Exchange, table: str) -> None:
    exchange.faults.arm(Fault("status", METHODS[table], count=None, status=400, code=40003))


def portfolio_value(platform: Platform) -> Decimal:
    return sum((Decimal(row["market_value"]) for row in platform.rows("user_balance")), Decimal(0))


def counts(platform: Platform) -> dict[str, int]:
    return {table: len(platform.rows(table)) for table in platform.tables}


def test_a_table_is_resumable_where_a_full_refresh_of_it_goes_on(exchange: Exchange) -> None:
    streams = SourceCryptocom().discover(LOGGER, config_for(exchange)).streams
    resumable = {stream.name for stream in streams if stream.is_resumable}
    assert resumable == {*RESUMABLE, *ALSO_RESUMABLE}
    assert not resumable & {*SNAPSHOTS}


@pytest.mark.parametrize("counts_generations", [True, False])
@pytest.mark.parametrize("broken", ["transaction", "candlestick", "user_position"])
def test_a_second_attempt_doubles_no_row_of_what_the_first_one_completed(
    exchange: Exchange, broken: str, counts_generations: bool
) -> None:
    whole = platform_for(exchange)
    whole.new_job()
    platform = platform_for(exchange, counts_generations=counts_generations)
    break_table(exchange, broken)
    platform.new_job(succeeds=False)
    exchange.faults.clear()
    second = platform.next_attempt()
    assert counts(platform) == counts(whole)
    assert portfolio_value(platform) == portfolio_value(whole) > 0
    assert {table for table in RESUMABLE if second.records.get(table)} == {broken} & set(RESUMABLE)
    assert {second.status(table) for table in platform.tables} == {AirbyteStreamStatus.COMPLETE}


def test_a_third_attempt_knows_what_the_first_one_completed(exchange: Exchange) -> None:
    platform = platform_for(exchange, *HISTORY)
    break_table(exchange, "transaction")
    platform.new_job(succeeds=False)
    platform.next_attempt(succeeds=False)
    exchange.faults.clear()
    platform.next_attempt()
    for table in HISTORY:
        assert len(platform.rows(table)) == len(expected_rows(exchange.account, table))


@pytest.mark.parametrize(("overwrite", "copies"), [(True, 1), (False, 2)])
def test_a_new_job_reads_everything_again(exchange: Exchange, overwrite: bool, copies: int) -> None:
    platform = platform_for(exchange, *HISTORY, "book", overwrite=overwrite)
    first = platform.new_job()
    once = counts(platform)
    second = platform.new_job()
    assert {table: len(rows) for table, rows in second.records.items()} == once
    assert {table: len(rows) for table, rows in first.records.items()} == once
    assert counts(platform) == {table: copies * rows for table, rows in once.items()}


def refreshed_twice(exchange: Exchange, first: int | None, second: int | None) -> tuple[Output, Output]:
    """Two full refreshes, the second one with the first one's state. Generations are numbers where they are counted."""
    config = platform_for(exchange).config
    numbers = [{"order_history": number} if number else None for number in (first, second)]
    refreshed = sync(config, ["order_history"], generations=numbers[0])
    return refreshed, sync(config, ["order_history"], state=refreshed.state, generations=numbers[1])


def test_a_state_of_another_generation_empties_no_table(exchange: Exchange) -> None:
    first, second = refreshed_twice(exchange, 7, 8)
    assert second.records == first.records


@pytest.mark.parametrize(("valid_for_ms", "reads"), [(full_refresh.VALID_FOR_MS, False), (-HOUR_MS, True)])
def test_without_generations_a_completed_refresh_counts_for_a_while_and_says_so(
    exchange: Exchange, valid_for_ms: int, reads: bool
) -> None:
    with mock.patch.object(full_refresh, "VALID_FOR_MS", valid_for_ms):
        first, second = refreshed_twice(exchange, None, None)
    assert second.records == (first.records if reads else {})
    said = [line for line in second.log("WARN") if "an earlier attempt completed this full refresh at" in line]
    assert len(said) == (0 if reads else 1)


@pytest.mark.parametrize("off_ns", [-6 * HOUR_NS, 6 * HOUR_NS])
def test_a_clock_set_between_two_attempts_reads_no_completed_refresh_again(off_ns: int) -> None:
    clock = SharedClock()
    market = Market.from_capture(instruments=3, now_ns=clock)
    with running_exchange(Behaviour(enforce_limits=False), market=market, now_ns=clock) as exchange:
        config = config_for(exchange, with_key=False)
        with clock.patch_connector():
            clock.connector_off_ns = off_ns
            completed = sync(config, PER_INSTRUMENT)
            clock.ns += 10 * MINUTE_NS
            clock.connector_off_ns = 0
            again = sync(config, PER_INSTRUMENT, state=completed.state)
        assert set(completed.records) == set(PER_INSTRUMENT)
        assert not again.records


def test_an_incremental_sync_continues_from_a_completed_refresh(exchange: Exchange) -> None:
    config = platform_for(exchange).config
    refreshed = sync(config, RESUMABLE)
    assert all(full_refresh.COMPLETED_AT in refreshed.state_of(table) for table in RESUMABLE)
    later = sync(config, RESUMABLE, "incremental", refreshed.state)
    assert not any(full_refresh.COMPLETED_AT in later.state_of(table) for table in RESUMABLE)
    assert all(len(later.records.get(table, [])) < len(refreshed.records[table]) for table in HISTORY)


def test_a_fault_in_the_middle_of_a_wide_window_leaves_no_row_twice() -> None:
    """Two hundred of 260 orders had gone out before any STATE said so."""
    account = seeded_account(time.time_ns(), orders=260, days=20, with_fills=False)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange:
        start_date = rfc3339((exchange.now_ns() - 25 * DAY_NS) // 1_000_000)
        platform = Platform(config_for(exchange, start_date=start_date), ["order_history"])
        exchange.faults.arm(Fault("status", METHODS["order_history"], first=3, count=None, status=400, code=40003))
        platform.new_job(succeeds=False)
        exchange.faults.clear()
        platform.next_attempt()
        ids = [row["order_id"] for row in platform.rows("order_history")]
        assert len(ids) == len(set(ids)) == len(expected_rows(exchange.account, "order_history"))


@pytest.mark.parametrize("first", [2, 4, 7])
def test_a_fault_in_the_middle_of_a_long_series_leaves_no_candle_twice(exchange: Exchange, first: int) -> None:
    config = config_for(exchange, instruments=["BTC_USD"], candlestick_timeframes=["1m"], candlestick_count=2_000)
    platform = Platform(config, ["candlestick"])
    exchange.faults.arm(Fault("status", METHODS["candlestick"], first=first, count=None, status=400, code=40003))
    platform.new_job(succeeds=False)
    exchange.faults.clear()
    platform.next_attempt()
    times = [row["timestamp"] for row in platform.rows("candlestick")]
    assert len(times) == len(set(times)) >= 2_000
