"""Key, secret and signatures are in nothing that a person can read, in no encoding, whatever goes wrong."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from airbyte_cdk.models import AirbyteMessageSerializer

from integration_tests.connector import config_for, sync
from integration_tests.process import Finished, start, start_read, written
from integration_tests.secret_scan import leaks
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.faults import Fault
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom.streams import STREAMS
from source_cryptocom.streams.account import UserBalance

PRIVATE = [name for name, stream in STREAMS.items() if stream.is_private() and not stream.retriever.per_instrument]
"""All but what is asked for each instrument: the market lists none."""
DEBUG = {"LOG_LEVEL": "debug"}
CREDENTIALS = [
    ("pelican-key-umbrella-forty", "walrus-secret-telescope-ninety"),
    ("pélican key+/=%41\"q'&<x>", "wälrus\\r/e+t=%7B x&'<é>\"ninety"),
    # One within the other: masking the shorter one first must not leave the rest of the longer one.
    ("orchid-secret-candle", "orchid-secret-candle-and-a-longer-end"),
]


@pytest.fixture(params=CREDENTIALS, ids=["plain", "special", "nested"])
def exchange(request: pytest.FixtureRequest) -> Iterator[Exchange]:
    key, secret = request.param
    behaviour = Behaviour(enforce_limits=False)
    account = seeded_account(time.time_ns(), orders=30, days=2)
    with running_exchange(behaviour, account, EmptyMarket(), key, secret) as running:
        yield running


def config_of(exchange: Exchange) -> dict[str, Any]:
    key = exchange.credentials
    yesterday = rfc3339(time.time_ns() // 1_000_000 - 86_400_000)
    return config_for(exchange, api_key=key.api_key, api_secret=key.api_secret, start_date=yesterday, log=True)


def secrets_of(exchange: Exchange) -> list[str]:
    return [exchange.credentials.api_key, exchange.credentials.api_secret, *exchange.signatures]


def assert_nothing_leaks(exchange: Exchange, finished: Finished) -> None:
    assert exchange.signatures, "no signed request was made: the test shows nothing"
    assert finished.stdout
    assert leaks(finished.everything, secrets_of(exchange)) == set()


@pytest.mark.parametrize(("flags", "environment"), [(["--debug"], {}), ([], DEBUG)], ids=["--debug", "LOG_LEVEL=debug"])
def test_a_sync_that_succeeds_keeps_them(
    exchange: Exchange, tmp_path: Path, flags: list[str], environment: dict[str, str]
) -> None:
    finished = start_read(tmp_path, config_of(exchange), PRIVATE, flags=flags, environment=environment).finish()
    assert finished.code == 0
    assert "transaction: private/get-transactions start_time=20" in finished.stdout, "no request is in the debug log"
    assert "nonce" not in finished.everything, "a signed body was logged"
    assert_nothing_leaks(exchange, finished)


FAULTS = [
    Fault("status", "private/*", count=None, status=500),
    Fault("status", "private/*", count=None, status=400, code=40004, message="INVALID"),
    Fault("code_with_200", "private/*", count=None, code=40101, message="UNAUTHORIZED"),
    Fault("echo_in_message", "private/*", count=None, status=400, code=99999),
    Fault("echo_in_message", "private/*", count=None, status=503),
    Fault("half_body", "private/*", count=None),
    Fault("status", "private/*", count=None, status=429, code=42901),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind} {fault.status} {fault.code}")
def test_a_sync_that_fails_keeps_them(exchange: Exchange, tmp_path: Path, fault: Fault) -> None:
    exchange.faults.arm(fault)
    # What is logged at other levels is logged at this one, too.
    finished = start_read(tmp_path, config_of(exchange), PRIVATE, environment=DEBUG).finish()
    assert finished.code == 1
    # One for each table and one for the sync; a market without instruments has no fees to ask for.
    assert len(finished.errors) == len({*PRIVATE} - {"instrument_fee_rate"}) + 1
    assert_nothing_leaks(exchange, finished)


@pytest.mark.parametrize("command", ["check", "discover"])
def test_other_commands_keep_them(exchange: Exchange, tmp_path: Path, command: str) -> None:
    exchange.faults.arm(Fault("echo_in_message", "private/*", count=None, status=400, code=99999))
    config = written(tmp_path, "config.json", config_of(exchange))
    finished = start(tmp_path, command, "--config", config, "--debug").finish()
    assert finished.stdout
    assert leaks(finished.everything, secrets_of(exchange)) == set()


def test_a_wrong_secret_is_kept_as_well(exchange: Exchange, tmp_path: Path) -> None:
    config = config_of(exchange) | {"api_secret": "a-wrong-secret-of-the-user"}
    finished = start_read(tmp_path, config, PRIVATE, flags=["--debug"]).finish()
    assert finished.code == 1
    assert {error["failure_type"] for error in finished.errors} == {"config_error"}
    assert leaks(finished.everything, ["a-wrong-secret-of-the-user", *secrets_of(exchange)]) == set()


def test_a_secret_in_the_wrong_field_is_not_repeated(exchange: Exchange, tmp_path: Path) -> None:
    key = exchange.credentials
    config = config_of(exchange) | {"start_date": key.api_secret, "environment": key.api_key, "instruments": 5}
    for command in ("check", "discover"):
        finished = start(tmp_path, command, "--config", written(tmp_path, "config.json", config)).finish()
        assert leaks(finished.everything, secrets_of(exchange)) == set()


def test_a_state_file_that_is_the_config_is_not_quoted(exchange: Exchange, tmp_path: Path) -> None:
    config = written(tmp_path, "config.json", config_of(exchange))
    arguments = ["read", "--config", config, "--catalog", written(tmp_path, "catalog.json", '{"streams": []}')]
    states = written(tmp_path, "state.json", [[*secrets_of(exchange)], {"type": exchange.credentials.api_secret}])
    for state in (config, states):
        finished = start(tmp_path, *arguments, "--state", state).finish()
        assert finished.code == 1
        assert leaks(finished.everything, secrets_of(exchange)) == set()


def test_a_crash_that_quotes_a_request_is_masked(
    exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    signature = "0123456789abcdef" * 4
    key = exchange.credentials

    def crash(table: UserBalance, rows: object) -> None:
        raise RuntimeError(f"{key.api_key} {key.api_secret} {signature}")

    with mock.patch.object(UserBalance, "to_records", crash), caplog.at_level(logging.DEBUG):
        output = sync(config_of(exchange), ["user_balance"], expecting_failure=True)
    printed = [str(AirbyteMessageSerializer.dump(message)) for message in output.entrypoint.get_message_iterator()]
    assert len(output.errors("user_balance")) == 1
    assert "RuntimeError" in output.errors("user_balance")[0][1]
    log_file = next(tmp_path.iterdir()).read_text()
    assert leaks("\n".join((*printed, log_file)), [*secrets_of(exchange), signature]) == set()
