"""What fails does not take the rest with it: tables, instruments, methods."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessageSerializer, AirbyteStreamStatus, FailureType

from integration_tests.connector import config_for, sync
from integration_tests.fault_cases import METHODS
from integration_tests.process import start_read
from integration_tests.without_waits import without_waits
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.faults import Fault
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS

TABLES = list(METHODS)
COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE
PER_INSTRUMENT = ["trade", "book", "candlestick"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=20, days=2)
    with running_exchange(Behaviour(), account, Market.from_capture(instruments=3)) as exchange:
        yield exchange


@pytest.fixture
def exchange(shared: Exchange) -> Exchange:
    shared.behaviour = Behaviour(enforce_limits=False)
    shared.faults.clear()
    shared.log.clear()
    return shared


def config_of(exchange: Exchange, **fields: Any) -> dict[str, Any]:
    start_date = rfc3339((exchange.now_ns() - 2 * DAY_NS) // 1_000_000)
    return config_for(exchange, start_date=start_date, trade_count=5, candlestick_count=3, **fields)


CONFIG, SYSTEM = FailureType.config_error, FailureType.system_error
FIRST_OF = {CONFIG: {"status": 401, "code": 40104}, SYSTEM: {"status": 400, "code": 40001}}


@pytest.mark.parametrize("kinds", [(CONFIG, CONFIG), (CONFIG, SYSTEM), (SYSTEM, SYSTEM)], ids=str)
def test_the_sync_fails_as_badly_as_the_worst_of_its_tables(
    exchange: Exchange, tmp_path: Path, kinds: tuple[FailureType, FailureType]
) -> None:
    tables = ["user_balance", "user_position"]
    for table, kind in zip(tables, kinds, strict=True):
        exchange.faults.arm(Fault("status", METHODS[table], count=None, **FIRST_OF[kind]))  # type: ignore[arg-type]
    finished = start_read(tmp_path, config_of(exchange), tables).finish()
    assert finished.code == 1
    *_, last = finished.errors
    assert last["failure_type"] == (SYSTEM if SYSTEM in kinds else CONFIG).value
    assert "stream_descriptor" not in last


@pytest.mark.parametrize("table", TABLES)
def test_one_table_fails_and_the_others_complete(exchange: Exchange, table: str) -> None:
    exchange.faults.arm(Fault("status", METHODS[table], count=None, status=400, code=40001, message="BAD_REQUEST"))
    config = config_of(exchange, instruments=list(exchange.market.names))
    output = sync(config, TABLES, "incremental", expecting_failure=True)
    # Orders are watched from the moment they are open: without that list their history cannot be claimed.
    failed = {table, "order_history"} if table == "open_order" else {table}
    assert {name: output.status(name) for name in TABLES} == {
        name: INCOMPLETE if name in failed else COMPLETE for name in TABLES
    }
    assert {name for name in TABLES if output.records.get(name)} == set(TABLES) - failed
    for name in failed:
        for kind, sentence in output.errors(name):
            assert kind is FailureType.system_error
            assert sentence.startswith(f"{METHODS[table]} was answered with code 40001 BAD_REQUEST (HTTP 400).")
    assert output.failed


def test_without_the_instruments_the_tables_that_need_them_fail_with_one_request(exchange: Exchange) -> None:
    exchange.faults.arm(Fault("status", "public/get-instruments", count=None, status=400, code=40001))
    output = sync(config_of(exchange), TABLES, expecting_failure=True)
    failed = {"instrument", *PER_INSTRUMENT}
    assert {name for name in TABLES if output.status(name) is INCOMPLETE} == failed
    assert exchange.count("public/get-instruments") == 1


def test_the_process_exits_with_1_when_a_table_failed(exchange: Exchange, tmp_path: Path) -> None:
    exchange.behave(denied_methods=frozenset({"private/get-positions"}))
    finished = start_read(tmp_path, config_of(exchange), ["user_position", "user_balance"]).finish()
    assert finished.code == 1
    assert [error["failure_type"] for error in finished.errors][:1] == ["config_error"]
    exchange.behave(denied_methods=frozenset())
    assert start_read(tmp_path, config_of(exchange), ["user_position", "user_balance"]).finish().code == 0


@pytest.mark.parametrize("table", PER_INSTRUMENT)
def test_one_instrument_that_is_refused_is_a_warning_that_names_it(exchange: Exchange, table: str) -> None:
    refused, *others = exchange.market.names
    exchange.behave(refused_instruments=frozenset({refused}))
    output = sync(config_of(exchange), [table], "incremental")
    assert output.status(table) is COMPLETE
    assert {record["instrument"] for record in output.records[table]} == set(others)
    warnings = output.log("WARN")
    assert warnings
    assert all(refused in line and "is left out, the others are read." in line for line in warnings)


@pytest.mark.parametrize("table", PER_INSTRUMENT)
def test_the_only_instrument_of_a_config_is_named_too_when_it_is_refused(exchange: Exchange, table: str) -> None:
    refused = exchange.market.names[0]
    exchange.behave(refused_instruments=frozenset({refused}))
    output = sync(config_of(exchange, instruments=[refused]), [table], "incremental")
    assert output.status(table) is COMPLETE
    warnings = output.log("WARN")
    assert warnings
    assert all(refused in line and "is left out" in line for line in warnings)


def test_a_saved_state_with_a_namespace_is_not_ignored_without_a_word(exchange: Exchange, tmp_path: Path) -> None:
    config = config_of(exchange)
    descriptor = {"name": "ticker", "namespace": "exchange"}
    state = {"version": 1, "synced_at": rfc3339(exchange.now_ns() // 1_000_000)}
    message = {"type": "STREAM", "stream": {"stream_descriptor": descriptor, "stream_state": state}}
    saved = [AirbyteStateMessageSerializer.load(message)]
    finished = start_read(tmp_path, config, ["ticker"], state=saved).finish()
    assert finished.code == 0
    assert "ticker: the saved state with the namespace exchange is not used" in finished.stdout


@pytest.mark.parametrize("table", PER_INSTRUMENT)
def test_a_table_whose_instruments_are_all_refused_fails(exchange: Exchange, table: str) -> None:
    exchange.behave(refused_instruments=frozenset(exchange.market.names))
    output = sync(config_of(exchange), [table, "ticker"], "incremental", expecting_failure=True)
    assert (output.status(table), output.status("ticker")) == (INCOMPLETE, COMPLETE)
    assert table not in output.records
    ((kind, sentence),) = output.errors(table)
    assert kind is FailureType.system_error
    assert "code 40004" in sentence


def test_a_storm_of_429_slows_its_own_method_only(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integration_tests.connector.without_waits", partial(without_waits, hurry=100))
    exchange.faults.arm(Fault("status", "public/get-book", count=6, status=429, code=42901, message="TOO_MANY"))
    config = config_of(exchange, instruments=[exchange.market.names[0]])
    output = sync(config, ["book", "ticker", "instrument", "user_balance"])
    assert output.errors() == []
    assert len(output.records["book"]) == 1
    arrivals = {method: [record.arrival for record in records] for method, records in exchange.requests.items()}
    storm = arrivals.pop("public/get-book")
    waits = [later - earlier for earlier, later in pairwise(storm)]
    # 1, 2, 4 ... 32 seconds, a hundred times shorter.
    assert [wait >= 2**number / 100 for number, wait in enumerate(waits)] == [True] * 6
    assert {method: len(times) for method, times in arrivals.items()} == {
        "public/get-tickers": 1,
        "public/get-instruments": 1,
        "private/get-accounts": 1,
        "private/user-balance": 1,
    }
    assert max(time for times in arrivals.values() for time in times) < storm[-1]
    first, *_, slower = output.log("WARN")
    assert first.startswith("public/get-book was answered with code 42901 TOO_MANY (HTTP 429).")
    assert "Attempt 1 within 300 seconds" in first
    assert slower.startswith("public/get-book: requests are refused although the exchange's limit is kept")
