"""Mistakes around the config: the key, the clock, files that a command names, catalogs, states, the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    AirbyteStreamStatus,
    FailureType,
    StreamDescriptor,
)

from integration_tests.connector import config_for, sync
from integration_tests.fault_cases import METHODS
from integration_tests.process import Finished, start, start_read, written
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS

PRIVATE = [table for table, method in METHODS.items() if method.startswith("private/")]
CONFIG, COMPLETE = FailureType.config_error, AirbyteStreamStatus.COMPLETE


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    market = Market.from_capture(instruments=3)
    with running_exchange(market=market) as exchange:
        exchange.account = seeded_account(exchange.now_ns(), orders=20, days=2)
        yield exchange


@pytest.fixture
def exchange(shared: Exchange) -> Exchange:
    shared.behaviour = Behaviour(enforce_limits=False)
    return shared


def config_of(exchange: Exchange, **fields: Any) -> dict[str, Any]:
    start_date = rfc3339((exchange.now_ns() - 2 * DAY_NS) // 1_000_000)
    return config_for(exchange, **{"start_date": start_date, **fields})


def check(folder: Path, config: Any) -> Finished:
    return start(folder, "check", "--config", written(folder, "config.json", config)).finish()


KEY_TROUBLE: list[tuple[dict[str, Any], str]] = [
    ({"clock_skew_seconds": 120.0}, "The clock of this machine is more than 60 seconds away"),
    ({"clock_skew_seconds": -120.0}, "The clock of this machine is more than 60 seconds away"),
    ({"ip_blocked": True}, "This machine's IP address is not on the key's whitelist"),
    ({"denied_methods": frozenset(METHODS.values())}, "or lacks the permission for private/user-balance"),
    ({"tier_blocked_methods": frozenset(METHODS.values())}, "tier or region does not permit private/user-balance"),
]


@pytest.mark.parametrize(("trouble", "sentence"), KEY_TROUBLE)
def test_trouble_with_the_key_is_told_by_check_and_by_every_table(
    exchange: Exchange, tmp_path: Path, trouble: dict[str, Any], sentence: str
) -> None:
    exchange.behave(**trouble)
    (status,) = check(tmp_path, config_of(exchange)).of_type("CONNECTION_STATUS")
    assert status["status"] == "FAILED"
    assert sentence in status["message"]
    output = sync(config_of(exchange), [*PRIVATE, "ticker"], expecting_failure=True)
    words = sentence.partition(" private/")[0]
    for table in PRIVATE:
        assert [(kind, words in text) for kind, text in output.errors(table)] == [(CONFIG, True)]
    assert output.status("ticker") is COMPLETE
    assert output.failed


HISTORY = ["private/get-order-history", "private/get-trades", "private/get-transactions"]


@pytest.mark.parametrize("switch", ["denied_methods", "tier_blocked_methods"])
def test_check_fails_where_all_account_history_is_refused(exchange: Exchange, tmp_path: Path, switch: str) -> None:
    exchange.behave(**{switch: frozenset(HISTORY)})
    (status,) = check(tmp_path, config_of(exchange)).of_type("CONNECTION_STATUS")
    assert status["status"] == "FAILED"
    assert "The key reads the balance, but no account history. private/get-order-history" in status["message"]


def test_check_warns_of_a_history_method_that_is_refused(exchange: Exchange, tmp_path: Path) -> None:
    exchange.behave(denied_methods=frozenset(HISTORY[:2]))
    finished = check(tmp_path, config_of(exchange))
    (status,) = finished.of_type("CONNECTION_STATUS")
    assert status["status"] == "SUCCEEDED"
    for method in HISTORY[:2]:
        assert f"this key, account or region may not use {method}" in finished.stdout


def test_a_clock_within_the_tolerance_is_no_trouble(exchange: Exchange) -> None:
    exchange.behave(clock_skew_seconds=50.0)
    assert sync(config_of(exchange), PRIVATE).errors() == []


@pytest.mark.parametrize("switch", ["denied_methods", "tier_blocked_methods"])
def test_a_key_that_may_not_read_one_table_fails_that_table_and_names_its_method(
    exchange: Exchange, switch: str
) -> None:
    exchange.behave(**{switch: frozenset({"private/get-transactions"})})
    output = sync(config_of(exchange), PRIVATE, expecting_failure=True)
    ((kind, sentence),) = output.errors("transaction")
    assert kind is CONFIG
    assert "private/get-transactions" in sentence
    assert {table: output.status(table) for table in PRIVATE} == {
        table: AirbyteStreamStatus.INCOMPLETE if table == "transaction" else COMPLETE for table in PRIVATE
    }


@pytest.mark.parametrize("wrong", [{"api_key": "another-key"}, {"api_secret": "another-secret"}])
def test_a_wrong_key_or_secret(exchange: Exchange, tmp_path: Path, wrong: dict[str, str]) -> None:
    (status,) = check(tmp_path, config_of(exchange, **wrong)).of_type("CONNECTION_STATUS")
    assert status["status"] == "FAILED"
    assert "The key or the secret is wrong" in status["message"]


def test_check_says_what_a_sync_will_make_of_the_config(exchange: Exchange, tmp_path: Path) -> None:
    finished = check(tmp_path, config_for(exchange, start_date="2020-01-01", colour="green"))
    assert finished.code == 0
    assert "fields that this connector does not know: colour." in finished.stdout


def test_an_address_where_nobody_answers(tmp_path: Path) -> None:
    finished = check(tmp_path, {"base_url": "http://127.0.0.1:9/exchange/v1"})
    (status,) = finished.of_type("CONNECTION_STATUS")
    assert status["status"] == "FAILED"
    assert "public/get-instruments got no complete answer" in status["message"]
    assert "Check the network" in status["message"]


BAD_FILES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "a directory": lambda path: path.mkdir(),
    "empty": lambda path: path.write_text(""),
    "cut short": lambda path: path.write_text('{"api_key": "demo'),
    "binary": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "a number": lambda path: path.write_text("5"),
    "a text": lambda path: path.write_text('"config"'),
    "deep": lambda path: path.write_text("[" * 100_000),
    "a list of nonsense": lambda path: path.write_text('[{"stream": 5}, null]'),
}


@pytest.mark.parametrize("how", BAD_FILES)
@pytest.mark.parametrize("kind", ["config", "catalog", "state"])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, kind: str, how: str) -> None:
    path = tmp_path / f"the-{kind}.json"
    BAD_FILES[how](path)
    paths = {
        "config": written(tmp_path, "config.json", {}),
        "catalog": written(tmp_path, "catalog.json", {"streams": []}),
        "state": written(tmp_path, "state.json", []),
        kind: str(path),
    }
    arguments = [part for name, value in paths.items() for part in (f"--{name}", value)]
    finished = start(tmp_path, "read", *arguments).finish()
    assert finished.code == 1
    (error,) = finished.errors
    assert error["failure_type"] == "config_error"
    assert f"The {kind} file {path} " in error["message"]
    assert "\n" not in error["message"]
    assert "Traceback" not in finished.stderr + "".join(log["message"] for log in finished.of_type("LOG"))


def test_private_tables_without_a_key_are_named(exchange: Exchange, tmp_path: Path) -> None:
    config = config_of(exchange)
    catalog = start_read(tmp_path, config, ["ticker", "user_trade", "open_order"])
    assert catalog.finish().code == 0
    without_key = written(tmp_path, "config.json", {"base_url": exchange.base_url})
    finished = start(tmp_path, "read", "--config", without_key, "--catalog", str(tmp_path / "catalog.json")).finish()
    (error,) = finished.errors
    assert (finished.code, error["failure_type"]) == (1, "config_error")
    assert error["message"].startswith("These tables need an API key: user_trade, open_order.")


def changed_catalog(folder: Path, exchange: Exchange, change: Callable[[list[dict[str, Any]]], object]) -> Finished:
    start_read(folder, config_of(exchange), ["ticker", "instrument"]).finish()
    catalog = json.loads((folder / "catalog.json").read_text())
    change(catalog["streams"])
    path = written(folder, "catalog.json", catalog)
    return start(folder, "read", "--config", str(folder / "config.json"), "--catalog", path).finish()


def test_a_table_that_does_not_exist_fails_alone(exchange: Exchange, tmp_path: Path) -> None:
    finished = changed_catalog(tmp_path, exchange, lambda streams: streams[0]["stream"].update(name="tickers"))
    output = finished.output
    assert finished.code == 1
    ((kind, sentence),) = output.errors("tickers")
    assert kind is CONFIG
    assert sentence.startswith("The table tickers does not exist.")
    assert output.status("tickers") is AirbyteStreamStatus.INCOMPLETE
    assert output.status("instrument") is COMPLETE
    assert len(output.records["instrument"]) == 3


def test_an_empty_catalog_reads_nothing(exchange: Exchange, tmp_path: Path) -> None:
    finished = changed_catalog(tmp_path, exchange, lambda streams: streams.clear())
    assert (finished.code, finished.of_type("RECORD")) == (0, [])


def test_a_table_that_is_listed_twice_is_read_once(exchange: Exchange, tmp_path: Path) -> None:
    finished = changed_catalog(tmp_path, exchange, lambda streams: streams.append(streams[0]))
    assert finished.code == 0
    assert {table: len(rows) for table, rows in finished.output.records.items()} == {"instrument": 3, "ticker": 3}


def test_a_table_asked_for_in_a_mode_that_it_does_not_have(exchange: Exchange, tmp_path: Path) -> None:
    finished = changed_catalog(tmp_path, exchange, lambda streams: streams[1].update(sync_mode="incremental"))
    assert finished.code == 0
    assert len(finished.output.records["instrument"]) == 3


def saved(table: str, state: Any) -> list[AirbyteStateMessage]:
    blob = None if state is None else AirbyteStateBlob(state)
    stream = AirbyteStreamState(stream_descriptor=StreamDescriptor(name=table), stream_state=blob)
    return [AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=stream)]


NONSENSE: list[Any] = [
    None,
    {},
    {"version": "1"},
    {"update_time": "2026-08-01T00:00:00Z"},
    {"version": 1},
    {"version": 1, "update_time": "soon", "create_time": 5, "event_time": None, "synced_at": []},
    {"version": 1, "update_time": "2999-01-01T00:00:00Z", "create_time": "2999-01-01", "synced_at": "2999-01-01"},
    {"version": 1, "synced_at": "2026-08-01T00:00:00.000Z", "cursors": {"BTC_USD": 5, "1m": 5, "x": {"y": "z"}}},
    {"version": 1, "open_orders": ["1"], "cursors": ["BTC_USD"]},
]


@pytest.mark.parametrize("state", NONSENSE, ids=json.dumps)
def test_an_unusable_state_is_a_warning_and_the_table_is_read_from_the_start(exchange: Exchange, state: Any) -> None:
    tables = ["order_history", "user_trade", "transaction", "ticker", "trade", "book", "candlestick"]
    states = [one for table in tables for one in saved(table, state)]
    config = config_of(exchange, instruments=list(exchange.market.names), trade_count=5, candlestick_count=2)
    output = sync(config, tables, "incremental", states)
    assert output.errors() == []
    first = sync(config, tables, "incremental")
    for table in ("order_history", "user_trade", "transaction", "ticker", "book"):
        assert len(output.records[table]) == len(first.records[table]) > 0
    assert all(" is not used, because " in line or "ignoring " in line for line in output.log("WARN"))


def test_a_state_of_a_later_version_fails_the_table_instead_of_reading_it_again(exchange: Exchange) -> None:
    states = [*saved("order_history", {"version": 2}), *saved("ticker", {"version": 99})]
    output = sync(config_of(exchange), ["order_history", "ticker", "user_trade"], "incremental", states, True)
    for table in ("order_history", "ticker"):
        ((kind, sentence),) = output.errors(table)
        assert kind is CONFIG
        assert "was written by a later version of this connector" in sentence
        assert output.state_of(table) in ({"version": 2}, {"version": 99})
    assert output.status("user_trade") is COMPLETE


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "doctor  "),
        (["--help"], 0, "doctor  "),
        (["--version"], 0, "source-cryptocom 0."),
        (["fly"], 2, "invalid choice: 'fly' (choose from"),
        (["read", "--config", "config.json"], 2, "the following arguments are required: --catalog"),
        (["check"], 2, "the following arguments are required: --config"),
        (["spec", "--loud"], 2, "unrecognized arguments: --loud"),
    ],
)
def test_the_command_line_explains_itself(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    finished = start(tmp_path, *arguments).finish()
    assert finished.code == code
    assert words in finished.stdout + finished.stderr
    assert "Traceback" not in finished.everything


@pytest.mark.parametrize("command", ["spec", "check", "discover", "read", "doctor"])
def test_the_help_of_a_command_is_for_people(tmp_path: Path, command: str) -> None:
    finished = start(tmp_path, command, "--help").finish()
    assert finished.code == 0
    assert finished.stdout.startswith(f"usage: source-cryptocom {command} ")
    assert "{" not in finished.stdout


def test_check_names_the_tables_that_the_key_can_and_cannot_read(exchange: Exchange, tmp_path: Path) -> None:
    exchange.behave(denied_methods=frozenset({"private/staking/get-open-stake", "private/otc/get-deal-history"}))
    finished = check(tmp_path, config_of(exchange))
    (status,) = finished.of_type("CONNECTION_STATUS")
    assert status["status"] == "SUCCEEDED"
    readable = next(line for line in finished.stdout.splitlines() if "The key can read " in line)
    assert "deposit" in readable
    assert "otc_deal" not in readable
    for table in ("open_stake", "otc_deal"):
        assert f"The key cannot read {table}. private/" in finished.stdout
