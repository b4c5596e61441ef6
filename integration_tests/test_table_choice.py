"""Which tables and instruments there are to read: with a key, without one, and with a choice made."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteStreamStatus, ConfiguredAirbyteCatalog, FailureType
from airbyte_cdk.test.entrypoint_wrapper import read
from airbyte_cdk.test.models import ExpectedOutcome

from integration_tests.connector import KEY, SECRET, Output, config_for, configured_catalog, sync
from integration_tests.without_waits import without_waits
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from source_cryptocom import SourceCryptocom
from source_cryptocom.streams import STREAMS
from source_cryptocom.streams.market import MILLIONS_OF_ROWS

PUBLIC = [name for name, stream in STREAMS.items() if not stream.is_private()]
PRIVATE = [name for name, stream in STREAMS.items() if stream.is_private()]


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with running_exchange(market=Market.from_capture(instruments=6)) as exchange:
        exchange.behave(enforce_limits=False)
        yield exchange


def command(name: str, config: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What `check` or `discover` answers to a config file."""
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    with without_waits():
        lines = AirbyteEntrypoint(SourceCryptocom()).run(AirbyteEntrypoint.parse_args([name, "--config", str(path)]))
        answers = [json.loads(line) for line in lines]
    (found,) = (answer for answer in answers if answer["type"] in ("CONNECTION_STATUS", "CATALOG"))
    return dict(found.get("connectionStatus") or found["catalog"])


def tables(config: Mapping[str, Any], folder: Path) -> list[str]:
    return [stream["name"] for stream in command("discover", config, folder)["streams"]]


def failing_read(config: Mapping[str, Any], catalog: ConfiguredAirbyteCatalog) -> Output:
    with without_waits():
        return Output(read(SourceCryptocom(), config, catalog, expected_outcome=ExpectedOutcome.EXPECT_EXCEPTION))


def test_without_a_key_there_are_the_public_tables_and_they_sync(exchange: Exchange, tmp_path: Path) -> None:
    config = config_for(exchange, with_key=False)
    assert sorted(tables(config, tmp_path)) == sorted(PUBLIC)
    assert command("check", config, tmp_path)["status"] == "SUCCEEDED"
    # A day of two or three prices a minute would take longer than all the others.
    looked_at = [table for table in PUBLIC if table not in MILLIONS_OF_ROWS]
    output = sync(config, looked_at)
    assert sorted(output.records) == sorted(looked_at)
    assert {output.status(table) for table in looked_at} == {AirbyteStreamStatus.COMPLETE}
    assert exchange.count("private/user-balance") == 0


def test_with_a_key_there_are_all_tables_and_check_proves_it(exchange: Exchange, tmp_path: Path) -> None:
    assert sorted(tables(config_for(exchange), tmp_path)) == sorted(PUBLIC + PRIVATE)
    before = exchange.count("private/user-balance")
    assert command("check", config_for(exchange), tmp_path)["status"] == "SUCCEEDED"
    assert exchange.count("private/user-balance") == before + 1


@pytest.mark.parametrize(
    ("fields", "are_offered"),
    [
        ({}, False),
        ({"instruments": []}, False),
        ({"prices_of_all_instruments": False}, False),
        ({"prices_of_all_instruments": True}, True),
        ({"instruments": ["BTC_USD"]}, True),
    ],
)
def test_prices_of_all_instruments_are_offered_to_who_asks_for_them(
    exchange: Exchange, tmp_path: Path, fields: dict[str, Any], are_offered: bool
) -> None:
    offered = tables({"base_url": exchange.base_url, **fields}, tmp_path)
    assert (set(PUBLIC) - set(offered)) == (set() if are_offered else set(MILLIONS_OF_ROWS))


def test_a_connection_that_has_the_price_tables_keeps_them(exchange: Exchange) -> None:
    every_table, plain = config_for(exchange, with_key=False), {"base_url": exchange.base_url}
    catalog = configured_catalog(every_table, list(MILLIONS_OF_ROWS), "incremental")
    output = Output(read(SourceCryptocom(), plain, catalog))
    assert sorted(output.records) == sorted(MILLIONS_OF_ROWS)


@pytest.mark.parametrize(
    ("given", "missing", "config"),
    [
        ("api_key", "api_secret", {"api_key": KEY}),
        ("api_secret", "api_key", {"api_secret": SECRET}),
        ("api_key", "api_secret", {"api_key": KEY, "api_secret": "  "}),
    ],
)
def test_half_a_key_is_a_sentence(
    given: str, missing: str, config: dict[str, str], exchange: Exchange, tmp_path: Path
) -> None:
    config = {"base_url": exchange.base_url, **config}
    answer = command("check", config, tmp_path)
    assert answer["status"] == "FAILED"
    assert f"{given} is set but {missing} is not" in answer["message"]

    catalog = configured_catalog(config_for(exchange), ["ticker"], "full_refresh")
    output = failing_read(config, catalog)
    assert [failure for failure, sentence in output.errors() if f"{missing} is not" in sentence] == [
        FailureType.config_error
    ]
    assert output.records == {}


def test_private_tables_without_a_key_are_named_in_a_config_error(exchange: Exchange) -> None:
    catalog = configured_catalog(config_for(exchange), ["ticker", "user_balance", "order_history"], "full_refresh")
    output = failing_read(config_for(exchange, with_key=False), catalog)
    ((failure, sentence),) = output.errors()
    assert failure is FailureType.config_error
    assert "user_balance, order_history" in sentence
    assert "ticker" not in sentence
    assert output.records == {}


def test_a_table_that_does_not_exist_fails_alone(exchange: Exchange) -> None:
    catalog = configured_catalog(config_for(exchange), ["ticker", "user_balance"], "full_refresh")
    ghost = replace(catalog.streams[0], stream=replace(catalog.streams[0].stream, name="ghost"))
    output = failing_read(config_for(exchange), ConfiguredAirbyteCatalog(streams=[ghost, *catalog.streams]))
    ((failure, sentence),) = output.errors("ghost")
    assert failure is FailureType.config_error
    assert sentence.startswith("The table ghost does not exist.")
    assert output.status("ghost") is AirbyteStreamStatus.INCOMPLETE
    assert output.failed
    for table in ("ticker", "user_balance"):
        assert output.status(table) is AirbyteStreamStatus.COMPLETE
        assert output.records[table]


def test_a_choice_of_instruments_holds_for_the_per_instrument_tables(
    exchange: Exchange,
) -> None:
    chosen = list(exchange.market.names[1:3])
    before = exchange.count("public/get-book")
    output = sync(config_for(exchange, with_key=False, instruments=chosen), PUBLIC)
    for table in ("book", "trade", "candlestick"):
        assert {row["instrument"] for row in output.records[table]} == set(chosen)
    assert exchange.count("public/get-book") == before + 2
    assert len(output.records["instrument"]) == len(output.records["ticker"]) == 6


def test_check_names_every_instrument_that_the_exchange_does_not_know(exchange: Exchange, tmp_path: Path) -> None:
    known = exchange.market.names[0]
    answer = command("check", config_for(exchange, instruments=["NOPE_USD", known, "btc_usd"]), tmp_path)
    assert answer["status"] == "FAILED"
    assert "NOPE_USD, btc_usd" in answer["message"]
    assert known not in answer["message"]


def test_blanks_around_keys_are_trimmed(exchange: Exchange, tmp_path: Path) -> None:
    config = {"base_url": f" {exchange.base_url} ", "api_key": f"  {KEY}\n", "api_secret": f"\t{SECRET} "}
    assert command("check", config, tmp_path)["status"] == "SUCCEEDED"
    assert sync(config, ["user_balance"]).records["user_balance"]


def test_an_empty_text_means_absent(exchange: Exchange, tmp_path: Path) -> None:
    fields = ("api_key", "api_secret", "environment", "start_date")
    config = {"base_url": exchange.base_url, "instruments": [""], **dict.fromkeys(fields, "")}
    assert command("check", config, tmp_path)["status"] == "SUCCEEDED"
    assert sorted(tables(config, tmp_path)) == sorted(set(PUBLIC) - set(MILLIONS_OF_ROWS))
    assert {row["instrument"] for row in sync(config, ["book"]).records["book"]} == set(exchange.market.names)


@pytest.mark.parametrize("with_key", [True, False])
def test_a_misspelt_instrument_is_a_warning_of_a_sync_and_the_others_are_read(
    exchange: Exchange, with_key: bool
) -> None:
    """Many tables would have no row of it, without a word."""
    per_instrument = ["trade", "candlestick", "mark_price", "funding_rate"]
    before = exchange.count("public/get-instruments")
    config = config_for(exchange, with_key, instruments=["BTC_UDS", "ETH_USD"], candlestick_timeframes=["1h"])
    output = sync(config, per_instrument, "incremental")
    told = [line for line in output.log("WARN") if line.startswith("instruments: ")]
    (sentence,) = told
    assert sentence.startswith("instruments: the exchange does not list BTC_UDS (did you mean BTC_USD?): misspelt")
    assert {record["instrument"] for record in output.records["trade"]} == {"ETH_USD"}
    assert exchange.count("public/get-instruments") == before + 1
