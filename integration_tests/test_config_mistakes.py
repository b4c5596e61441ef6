"""Every value that a config cannot have: one answer that names the field, through `check` and through `read`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import config_for
from integration_tests.process import Finished, start, written
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange

CATALOG = {
    "streams": [
        {
            "stream": {"name": "ticker", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "overwrite",
        }
    ]
}
KEYS = {"api_key": "demo-key-abcdef", "api_secret": "demo-secret-0123456789"}

MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"api_key": "demo-key-abcdef"}, "api_key is set but api_secret is not."),
    ({"api_secret": "demo-secret-0123456789"}, "api_secret is set but api_key is not."),
    ({"api_key": "demo-key-abcdef", "api_secret": "   "}, "api_key is set but api_secret is not."),
    ({"api_key": 7, "api_secret": "demo-secret-0123456789"}, "api_key: must be a text."),
    ({**KEYS, "api_secret": ["demo-secret-0123456789"]}, "api_secret: must be a text."),
    ({"environment": "prod"}, "environment: must be one of production, sandbox, not 'prod'."),
    ({"environment": ["sandbox"]}, "environment: must be one of production, sandbox"),
    ({"base_url": "api.crypto.com/exchange/v1"}, "base_url: must be an address such as https://"),
    ({"base_url": "https://"}, "base_url: must be an address such as https://"),
    ({"base_url": "https://[::1"}, "base_url: must be an address such as https://"),
    ({"base_url": "https://host:99999/"}, "base_url: must be an address such as https://"),
    ({"base_url": "https://a host/"}, "base_url: must be an address such as https://"),
    ({"base_url": 5}, "base_url: must be a text."),
    ({"base_url": "ftp://example.com/"}, "base_url: must start with https://"),
    ({"base_url": "http://example.com/exchange/v1"}, "base_url: must start with https://"),
    ({"base_url": "http://127.0.0.1.example.com/"}, "base_url: must start with https://"),
    ({"base_url": "https://me:pass@example.com/"}, "base_url: must not contain a user name or a password."),
    ({"base_url": "https://example.com/?x=1"}, "base_url: must be a plain address"),
    ({"start_date": "yesterday"}, "start_date: 'yesterday' is not a date; write it like 2026-01-31T00:00:00Z."),
    ({"start_date": "2026-13-01"}, "start_date: '2026-13-01' is not a date"),
    ({"start_date": 20260101}, "start_date: 20260101 is not a date"),
    ({"start_date": "2999-01-01"}, "start_date: 2999-01-01T00:00:00.000Z lies in the future."),
    ({"instruments": {"BTC_USD": 1}}, "instruments: must be a list of instrument names"),
    ({"instruments": [1]}, "instruments: must be a list of instrument names"),
    ({"instruments": {"BTC_USD": True}}, "instruments: must be a list of instrument names"),
    (
        {"candlestick_timeframes": ["3m", "1m", "1d"]},
        "candlestick_timeframes: 3m, 1d (did you mean 1D?) not known; the exchange offers",
    ),
    ({"candlestick_timeframes": 1}, "candlestick_timeframes: must be a list of timeframes, such as 1m, 1h"),
    ({"_limit": "x"}, "_limit value is not a valid integer"),
    ({"candlestick_timeframes": ["\ud800"]}, "candlestick_timeframes: \\ud800 not known; the exchange offers"),
    ({"candlestick_count": 0}, "candlestick_count: must be at least 1, not 0."),
    ({"candlestick_count": "fifty"}, "candlestick_count: must be a whole number, not 'fifty'."),
    ({"candlestick_count": True}, "candlestick_count: must be a whole number, not True."),
    ({"trade_count": -1}, "trade_count: must be at least 1, not -1."),
    ({"trade_count": 1.5}, "trade_count: must be a whole number, not 1.5."),
    ({"book_depth": 151}, "book_depth: must be from 1 to 150, not 151."),
    ({"book_depth": 0}, "book_depth: must be from 1 to 150, not 0."),
    ({"hours_between_syncs": -0.5}, "hours_between_syncs: must be a number of hours, 0 or more, not -0.5."),
    ({"hours_between_syncs": "noon"}, "hours_between_syncs: must be a number of hours"),
    ({"hours_between_syncs": float("nan")}, "hours_between_syncs: must be a number of hours"),
    ({"hours_between_syncs": float("inf")}, "hours_between_syncs: must be a number of hours"),
    ({"num_workers": 1}, "num_workers: must be from 2 to 128, not 1."),
    ({"num_workers": 129}, "num_workers: must be from 2 to 128, not 129."),
    ({"log": "yes"}, "log: must be true or false, not 'yes'."),
]


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with running_exchange(Behaviour(enforce_limits=False), market=Market.from_capture(instruments=3)) as exchange:
        yield exchange


def read(folder: Path, config: dict[str, Any]) -> Finished:
    catalog = written(folder, "catalog.json", CATALOG)
    return start(folder, "read", "--config", written(folder, "config.json", config), "--catalog", catalog).finish()


def check(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    """The status that the platform gets."""
    finished = start(folder, "check", "--config", written(folder, "config.json", config)).finish()
    assert finished.code == 0
    assert "Traceback" not in finished.everything
    (status,) = finished.of_type("CONNECTION_STATUS")
    return dict(status)


@pytest.mark.parametrize(("config", "sentence"), MISTAKES, ids=[json.dumps(config) for config, _ in MISTAKES])
def test_a_value_that_cannot_be_used(tmp_path: Path, config: dict[str, Any], sentence: str) -> None:
    status = check(tmp_path, config)
    assert status["status"] == "FAILED"
    assert status["message"].startswith("The configuration cannot be used. ")
    assert sentence in status["message"]
    finished = read(tmp_path, config)
    assert finished.code == 1
    (error,) = finished.errors
    # The moment in a sentence is that of its command.
    said, _, _ = status["message"].partition("clock says")
    assert (error["failure_type"], error["message"][: len(said)]) == ("config_error", said)
    assert [log["message"] for log in finished.of_type("LOG") if log["level"] == "FATAL"] == [error["message"]]
    assert "\n" not in error["message"]
    assert "Traceback" not in finished.stderr + "".join(log["message"] for log in finished.of_type("LOG"))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    config = {"api_key": "demo-key-abcdef", "book_depth": 151, "num_workers": 0, "start_date": "soon"}
    message = check(tmp_path, config)["message"]
    assert [name in message for name in ("api_secret", "book_depth:", "num_workers:", "start_date:")] == [True] * 4


@pytest.mark.parametrize(
    "fields",
    [
        {"instruments": [" BTC_USD ", "BTC_USD", ""]},
        {"instruments": []},
        {"start_date": "2026-08-01T06:30:00+02:00"},
        {"start_date": ""},
        {"candlestick_timeframes": []},
        {"api_key": "  demo-key-abcdef\n", "api_secret": "\tdemo-secret-0123456789 "},
        {"environment": None, "book_depth": None},
    ],
    ids=json.dumps,
)
def test_what_a_person_may_write_a_little_otherwise(exchange: Exchange, tmp_path: Path, fields: dict[str, Any]) -> None:
    config = {**config_for(exchange), **fields}
    assert check(tmp_path, config)["status"] == "SUCCEEDED"
    assert read(tmp_path, config).code == 0


def test_a_field_that_is_not_known_is_a_warning(exchange: Exchange, tmp_path: Path) -> None:
    finished = read(tmp_path, {**config_for(exchange), "colour": "blue", "__injected": {}})
    assert finished.code == 0
    warnings = [log["message"] for log in finished.of_type("LOG") if log["level"] == "WARN"]
    assert warnings == ["The configuration has fields that this connector does not know: colour."]


def test_instruments_that_the_exchange_does_not_know_are_all_named(exchange: Exchange, tmp_path: Path) -> None:
    name = exchange.market.names[0]
    status = check(tmp_path, config_for(exchange, instruments=["NO_SUCH", name, "NEITHER_ONE"]))
    assert status == {
        "status": "FAILED",
        "message": "instruments: the exchange does not know NO_SUCH, NEITHER_ONE.",
    }


@pytest.mark.parametrize("written", ["BTC/USD", "btc_usd", "BTC-USD", "BTCUSD"])
def test_a_misspelt_instrument_is_told_the_name_that_was_meant(
    exchange: Exchange, tmp_path: Path, written: str
) -> None:
    assert "BTC_USD" in exchange.market.names
    status = check(tmp_path, config_for(exchange, instruments=[written]))
    assert status["message"] == f"instruments: the exchange does not know {written} (did you mean BTC_USD?)."


def test_a_misspelt_key_is_an_error_and_its_secret_stays_masked(exchange: Exchange, tmp_path: Path) -> None:
    secret = "only-here-9876543210"
    config = {"base_url": exchange.base_url, "apiKey": "mine", "apiSecret": secret, "start_date": secret}
    message = check(tmp_path, config)["message"]
    assert "There is no field apiKey: did you mean api_key? There is no field apiSecret: did you mean api_secret?" in (
        message
    )
    assert secret not in message
