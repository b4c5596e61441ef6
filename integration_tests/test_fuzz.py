"""Whatever stands in a config, a state, a catalog or an answer: a sentence or data, never a traceback, never a hang."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from airbyte_cdk.models import (
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.models import AirbyteStreamStatus as StreamStatus
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput, discover
from airbyte_cdk.test.models import ExpectedOutcome
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from integration_tests.connector import Output, config_for, sync
from integration_tests.fault_cases import METHODS
from simulated_exchange.answers import Answer
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS
from source_cryptocom import SourceCryptocom
from source_cryptocom.config import ConfigError

TABLES = list(METHODS)
FIELDS = sorted(SourceCryptocom().spec(logging.getLogger("airbyte")).connectionSpecification["properties"])
CHECKPOINTED = ["ticker", "trade", "book", "candlestick", "order_history", "user_trade", "transaction"]

# The same examples each time: a test that fails now and then helps nobody.
few = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    # Shrinking and explaining take a hundred syncs more, each of them traced.
    phases=[Phase.explicit, Phase.generate],
)
most = settings(few, max_examples=300)

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=12)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
times = st.integers(-(10**20), 10**20).map(str) | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
values = anything | times | st.integers(10**11, 10**20)

FIELDS_OF_ROWS = (
    *("symbol", "i", "d", "t", "tn", "s", "p", "q", "m", "o", "h", "l", "c", "v", "bids", "asks", "a", "b", "k", "oi"),
    *("account_id", "order_id", "trade_id", "journal_id", "journal_type", "instrument_name", "isolation_id", "status"),
    *("create_time", "create_time_ns", "update_time", "transact_time_ns", "event_timestamp_ms", "event_timestamp_ns"),
    *("position_balances", "quantity", "expiry_timestamp_ms", "update_timestamp_ms", "exec_inst", "match_count"),
)
rows = st.dictionaries(st.sampled_from(FIELDS_OF_ROWS), values, max_size=len(FIELDS_OF_ROWS))
results = st.fixed_dictionaries({"data": st.lists(rows | rows | anything, max_size=5)}) | anything
envelopes = st.fixed_dictionaries(
    {"code": st.just(0) | st.just("0") | anything, "result": results},
    optional={"message": anything, "id": anything, "method": anything, "original": anything},
)
bodies = st.binary(max_size=40) | envelopes.map(lambda body: json.dumps(body).encode())


contents = st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode())

READERS: dict[str, Callable[[str], object]] = {
    "config": SourceCryptocom.read_config,
    "catalog": SourceCryptocom.read_catalog,
    "state": SourceCryptocom.read_state,
}


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    market = Market.from_capture(instruments=3)
    with running_exchange(Behaviour(enforce_limits=False), market=market) as exchange:
        exchange.account = seeded_account(exchange.now_ns(), orders=10, days=1)
        yield exchange


def config_of(exchange: Exchange, names: int = 3) -> dict[str, Any]:
    return config_for(
        exchange,
        instruments=list(exchange.market.names)[:names],
        start_date=rfc3339((exchange.now_ns() - DAY_NS) // 1_000_000),
        candlestick_timeframes=["1D"],
        candlestick_count=2,
        trade_count=3,
        num_workers=8,
    )


def assert_sentences(output: EntrypointOutput) -> None:
    for message in output.errors:
        error = message.trace.error if message.trace else None
        assert error is not None
        assert error.failure_type is not None
        sentence = error.message or ""
        assert sentence
        assert "An unexpected error occurred" not in sentence
        assert not sentence.startswith("Something went wrong"), error.internal_message
        assert "Traceback" not in sentence
        assert "\n" not in sentence or sentence.startswith("During the sync, the following streams did not sync")


@most
@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=6).filter(lambda key: key[:1] != "_"), values))
@example({"start_date": "0000-00-00", "base_url": "https://\ud800", "instruments": ["\x00"]})
@example({"api_key": "e", "api_secret": "o"})
@example({"base_url": "https://" + "a" * 70 + ".com", "hours_between_syncs": 10**400, "trade_count": 10**400})
@example({"start_date": "2026-01-01T00:00:00+99:99"})
def test_any_config_is_discovered_or_refused_with_a_sentence(config: dict[str, Any]) -> None:
    source = SourceCryptocom()
    told = ""
    try:
        source.discover(logging.getLogger("airbyte"), source.configure(config, ""))
    except ConfigError as error:
        told = str(error)
    assert not told or told.startswith("The configuration cannot be used. ")
    assert "\n" not in told


@few
@given(st.dictionaries(st.sampled_from(FIELDS), values))
def test_any_config_passes_the_command_line_the_same_way(config: dict[str, Any]) -> None:
    output = discover(SourceCryptocom(), config, expected_outcome=ExpectedOutcome.ALLOW_ANY)
    assert_sentences(output)
    assert len(output.get_message_by_types([Type.CATALOG])) == (0 if output.errors else 1)


@most
@given(st.sampled_from(list(READERS)), contents)
def test_any_file_is_read_or_named(tmp_path_factory: pytest.TempPathFactory, kind: str, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.json"
    path.write_bytes(content)
    told = ""
    try:
        READERS[kind](str(path))
    except ConfigError as error:
        told = str(error)
    assert not told or told.startswith(f"The {kind} file {path} ")
    assert "\n" not in told


states = st.dictionaries(st.text(max_size=8), anything, max_size=3) | st.fixed_dictionaries(
    {"version": st.just(1) | anything},
    optional={
        "update_time": times | anything,
        "create_time": times | anything,
        "event_time": times | anything,
        "synced_at": times | anything,
        "open_orders": st.dictionaries(st.text(max_size=5), st.integers(0, 10**13)) | anything,
        "cursors": st.dictionaries(st.text(max_size=5), st.lists(times, max_size=3) | anything) | anything,
        "full_refresh": anything,
    },
)
states_of_tables = st.lists(states, min_size=len(CHECKPOINTED), max_size=len(CHECKPOINTED))


@few
@given(states_of_tables, st.sampled_from(["incremental", "full_refresh"]))
def test_any_state_is_used_or_refused_with_a_sentence(exchange: Exchange, found: list[Any], mode: str) -> None:
    saved = [
        AirbyteStateMessage(
            type=AirbyteStateType.STREAM,
            stream=AirbyteStreamState(StreamDescriptor(name=table), AirbyteStateBlob(state)),
        )
        for table, state in zip(CHECKPOINTED, found, strict=True)
    ]
    output = sync(config_of(exchange), CHECKPOINTED, mode, saved, expecting_failure=True)
    assert_sentences(output.entrypoint)
    assert_every_table_has_ended(output, CHECKPOINTED)


@few
@given(st.lists(bodies, min_size=len(METHODS), max_size=len(METHODS)), st.sampled_from([200, 200, 200, 400, 500]))
def test_any_answer_becomes_records_or_a_sentence(exchange: Exchange, found: list[bytes], status: int) -> None:
    answers = dict(zip(METHODS.values(), found, strict=True))
    with mock.patch.object(exchange, "answer", lambda call: Answer(status, 0, answers[call.method])):
        output = sync(config_of(exchange, names=1), TABLES, "incremental", expecting_failure=True)
    assert_sentences(output.entrypoint)
    assert_every_table_has_ended(output, TABLES)


def assert_every_table_has_ended(output: Output, tables: list[str]) -> None:
    for table in tables:
        complete = output.status(table) is StreamStatus.COMPLETE
        assert complete is not bool(output.errors(table))
        assert complete or output.status(table) is StreamStatus.INCOMPLETE
