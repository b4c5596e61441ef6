"""A config without what a person typed around it."""

from typing import Any

import pytest

from source_cryptocom.config import normalize_config
from unit_tests.support.builders import API_KEY


def test_a_tidied_config_holds_no_blanks_no_empty_texts_and_no_name_twice() -> None:
    tidied = normalize_config(
        {
            "api_key": f" {API_KEY} ",
            "api_secret": "",
            "start_date": "2026-08-01",
            "instruments": [" BTC_USD", "BTC_USD", ""],
            "base_url": None,
            "log": False,
            "trade_count": 0,
        }
    )
    assert tidied == {
        "api_key": API_KEY,
        "start_date": "2026-08-01T00:00:00.000Z",
        "instruments": ["BTC_USD"],
        "log": False,
        "trade_count": 0,
    }


def test_a_tidied_config_has_the_types_that_the_form_asks_for() -> None:
    typed = {"instruments": "BTC_USD, ETH_USD", "candlestick_timeframes": "1m,1h", "candlestick_count": "50"}
    flags = {"hours_between_syncs": "12.0", "num_workers": 8.0, "log": "true"}
    assert normalize_config({**typed, **flags}) == {
        "instruments": ["BTC_USD", "ETH_USD"],
        "candlestick_timeframes": ["1m", "1h"],
        "candlestick_count": 50,
        "hours_between_syncs": 12,
        "num_workers": 8,
        "log": True,
    }


@pytest.mark.parametrize("fields", [{"start_date": "yesterday"}, {"instruments": ["BTC_USD", 5]}, {"api_key": 5}, {}])
def test_a_tidied_config_leaves_what_is_wrong_for_the_parser_to_name(fields: dict[str, Any]) -> None:
    assert normalize_config(fields) == fields
