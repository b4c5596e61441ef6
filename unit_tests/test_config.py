"""A config: what is absent gets its default, what is wrong is said in a sentence, all of it at once."""

import traceback
from importlib.resources import files
from typing import Any

import pytest
import yaml
from airbyte_cdk.models import FailureType

from source_cryptocom.clock import OPENED_MS
from source_cryptocom.config import FIELDS, Config, ConfigError, Credentials, older_history_notice, parse_config
from unit_tests.support.builders import API_KEY, API_SECRET, DAY_MS, NOW_MS


@pytest.fixture
def spec_fields() -> set[str]:
    """The names in the spec."""
    spec = yaml.safe_load((files("source_cryptocom") / "spec.yaml").read_text(encoding="utf-8"))
    return set(spec["connectionSpecification"]["properties"])


def parsed(**fields: Any) -> Config:
    return parse_config(fields, NOW_MS)


def problems(**fields: Any) -> str:
    with pytest.raises(ConfigError) as raised:
        parse_config(fields, NOW_MS)
    assert raised.value.failure_type is FailureType.config_error
    return str(raised.value.message)


def test_an_empty_config_reads_public_data_with_the_defaults() -> None:
    assert parsed() == Config(
        credentials=None,
        base_url="https://api.crypto.com/exchange/v1/",
        start_ms=NOW_MS - 60 * DAY_MS,
        instruments=(),
        candlestick_timeframes=("1m", "5m", "1h"),
        candlestick_count=50,
        trade_count=150,
        book_depth=50,
        hours_between_syncs=12.0,
        num_workers=64,
        log=False,
        default_start=True,
        warnings=(),
    )


@pytest.mark.parametrize("absent", [None, "", "   "])
def test_an_empty_field_means_absent(absent: str | None) -> None:
    names = ("api_key", "api_secret", "environment", "base_url", "start_date", "instruments", "book_depth", "log")
    assert parsed(**dict.fromkeys(names, absent)) == parsed()


def test_every_field_is_taken() -> None:
    config = parsed(
        api_key=API_KEY,
        api_secret=API_SECRET,
        environment="sandbox",
        start_date="2026-08-01T06:30:00Z",
        instruments=["BTC_USD", "ETH_USD"],
        candlestick_timeframes=["15m", "1D"],
        candlestick_count=1000,
        trade_count=1,
        book_depth=10,
        hours_between_syncs=0.5,
        num_workers=2,
        log=True,
    )
    assert config == Config(
        credentials=Credentials(API_KEY, API_SECRET),
        base_url="https://uat-api.3ona.co/exchange/v1/",
        start_ms=1_785_565_800_000,
        instruments=("BTC_USD", "ETH_USD"),
        candlestick_timeframes=("15m", "1D"),
        candlestick_count=1000,
        trade_count=1,
        book_depth=10,
        hours_between_syncs=0.5,
        num_workers=2,
        log=True,
    )


def test_blanks_around_texts_are_trimmed() -> None:
    config = parsed(api_key=f"  {API_KEY}\n", api_secret=f"\t{API_SECRET} ", instruments=[" BTC_USD ", "", "  "])
    assert config.credentials == Credentials(API_KEY, API_SECRET)
    assert config.instruments == ("BTC_USD",)


def test_an_instrument_that_is_named_twice_is_read_once() -> None:
    assert parsed(instruments=["BTC_USD", "ETH_USD", "BTC_USD"]).instruments == ("BTC_USD", "ETH_USD")


def test_an_empty_list_of_timeframes_means_the_default() -> None:
    assert parsed(candlestick_timeframes=[]).candlestick_timeframes == ("1m", "5m", "1h")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"api_key": API_KEY}, "api_key is set but api_secret is not."),
        ({"api_secret": API_SECRET}, "api_secret is set but api_key is not."),
        ({"api_key": API_KEY, "api_secret": "  "}, "api_key is set but api_secret is not."),
    ],
)
def test_half_an_account_is_an_error_that_names_the_missing_half(fields: dict[str, Any], sentence: str) -> None:
    said = problems(**fields)
    assert sentence in said
    assert "or neither to read public data only" in said
    assert API_KEY not in said
    assert API_SECRET not in said


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("api_key", 5, "must be a text"),
        ("api_key", "e", "has fewer than 6 characters"),
        ("environment", "staging", "must be one of production, sandbox, not 'staging'"),
        ("environment", 1, "must be one of production, sandbox"),
        ("start_date", "yesterday", "write it like 2026-01-31T00:00:00Z"),
        ("start_date", 20260101, "write it like 2026-01-31T00:00:00Z"),
        ("start_date", "2026-02-31T00:00:00Z", "write it like 2026-01-31T00:00:00Z"),
        ("start_date", "9999-12-31T23:59:59-14:00", "start_date"),
        ("start_date", "2026-06", "'2026-06' is not a date; write it like 2026-01-31T00:00:00Z"),
        ("start_date", "June 2026", "write it like"),
        ("start_date", "06/01/2026", "write it like"),
        ("start_date", "20260601", "write it like"),
        ("start_date", "1", "write it like"),
        ("start_date", "\u0662\u0660\u0662\u0666-06-01", "write it like"),
        ("start_date", "2026-08-18T12:00:00.001Z", "2026-08-18T12:00:00.001Z lies in the future"),
        ("instruments", {"BTC_USD": True}, "must be a list of instrument names"),
        ("candlestick_timeframes", 1, "must be a list of timeframes, such as 1m, 1h; the exchange offers 1m, 5m, 15m"),
        ("candlestick_timeframes", "1m, 1w", "1w not known; the exchange offers 1m, 5m, 15m"),
        ("instruments", ["BTC_USD", 7], "must be a list of instrument names"),
        ("candlestick_timeframes", ["1m", "3m", "1w"], "3m, 1w not known; the exchange offers 1m, 5m, 15m"),
        ("candlestick_count", 0, "must be at least 1, not 0"),
        ("candlestick_count", "fifty", "must be a whole number, not 'fifty'"),
        ("candlestick_count", "50.5", "must be a whole number, not 50.5"),
        ("candlestick_count", 50.5, "must be a whole number, not 50.5"),
        ("trade_count", -1, "must be at least 1, not -1"),
        ("trade_count", True, "must be a whole number, not True"),
        ("book_depth", 0, "must be from 1 to 150, not 0"),
        ("book_depth", 151, "must be from 1 to 150, not 151"),
        ("hours_between_syncs", -0.1, "must be a number of hours, 0 or more, not -0.1"),
        ("hours_between_syncs", float("inf"), "must be a number of hours"),
        ("hours_between_syncs", float("nan"), "must be a number of hours"),
        ("hours_between_syncs", "noon", "must be a number of hours, 0 or more, not noon"),
        ("hours_between_syncs", "nan", "must be a number of hours"),
        ("hours_between_syncs", True, "must be a number of hours"),
        ("num_workers", 1, "must be from 2 to 128, not 1"),
        ("num_workers", 129, "must be from 2 to 128, not 129"),
        ("log", "yes", "must be true or false, not 'yes'"),
        ("log", 1, "must be true or false, not 1"),
        ("base_url", 5, "must be a text"),
        ("base_url", "https://", "must be an address such as https://"),
        ("base_url", "https://proxy.example.com/?to=exchange", "must be a plain address"),
        ("base_url", "https://proxy.example.com/#top", "must be a plain address"),
        ("base_url", "https://user@proxy.example.com/", "must not contain a user name or a password"),
        ("base_url", "https://:word@proxy.example.com/", "must not contain a user name or a password"),
        ("base_url", "http://proxy.example.com/", "must start with https://"),
        ("base_url", "http://localhost.example.com/", "must start with https://"),
        ("base_url", "http://10.0.0.1/", "must start with https://"),
        ("base_url", "ftp://127.0.0.1/", "must start with https://"),
        ("base_url", "exchange.test/v1", "must be an address such as https://"),
        ("base_url", "https://a..b/", "must be an address such as https://"),
        ("base_url", f"https://{'a' * 64}.com/", "must be an address such as https://"),
        ("base_url", "http://[::1/", "must be an address such as https://"),
        ("base_url", "https://proxy.example.com:port/", "must be an address such as https://"),
    ],
)
def test_a_wrong_field_is_named_with_what_it_should_be(field: str, value: Any, reason: str) -> None:
    said = problems(**{field: value})
    assert f"{field}: " in said
    assert reason in said


@pytest.mark.parametrize(
    ("field", "value"),
    [("candlestick_count", 1), ("trade_count", 1), ("book_depth", 1), ("book_depth", 150), ("num_workers", 2),
     ("num_workers", 128), ("hours_between_syncs", 0)],
)  # fmt: skip
def test_the_ends_of_a_range_belong_to_it(field: str, value: int) -> None:
    assert getattr(parsed(**{field: value}), field) == value


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert parsed(candlestick_count=50.0, num_workers=2.0) == parsed(candlestick_count=50, num_workers=2)


@pytest.mark.parametrize(
    ("field", "value", "meaning"),
    [
        ("hours_between_syncs", "12.0", 12.0),
        ("hours_between_syncs", " 0.5 ", 0.5),
        ("candlestick_count", "50", 50),
        ("trade_count", "150.0", 150),
        ("num_workers", "8", 8),
        ("log", "true", True),
        ("log", "False", False),
        ("instruments", "BTC_USD,ETH_USD", ("BTC_USD", "ETH_USD")),
        ("instruments", " BTC_USD, ETH_USD,BTC_USD, ", ("BTC_USD", "ETH_USD")),
        ("candlestick_timeframes", "1m,1h", ("1m", "1h")),
    ],
)
def test_a_value_that_was_written_as_a_text_is_taken_for_what_it_says(field: str, value: str, meaning: Any) -> None:
    assert getattr(parsed(**{field: value}), field) == meaning


def test_any_number_of_hours_is_taken() -> None:
    assert parsed(hours_between_syncs=10**9).hours_between_syncs == 876_000.0


def test_all_problems_are_reported_at_once() -> None:
    said = problems(api_key=API_KEY, environment="staging", book_depth=0, log="yes")
    assert said.startswith("The configuration cannot be used. ")
    for name in ("api_key", "environment", "book_depth", "log"):
        assert name in said


@pytest.mark.parametrize(
    ("url", "base_url"),
    [
        ("https://proxy.example.com/exchange/v1", "https://proxy.example.com/exchange/v1/"),
        ("https://proxy.example.com/exchange/v1//", "https://proxy.example.com/exchange/v1/"),
        ("http://127.0.0.1:8765/exchange/v1/", "http://127.0.0.1:8765/exchange/v1/"),
        ("http://[::1]:8765", "http://[::1]:8765/"),
        ("http://localhost:8765", "http://localhost:8765/"),
    ],
)
def test_base_url_replaces_the_root_and_ends_with_a_slash(url: str, base_url: str) -> None:
    assert parsed(base_url=url, environment="sandbox").base_url == base_url


@pytest.mark.parametrize(
    ("date", "start_ms"),
    [
        ("2026-08-17", 1_786_924_800_000),
        ("2026-08-17T12:00:00Z", NOW_MS),
        ("2026-08-17T13:59:59.999+02:00", NOW_MS - 1),
        ("2026-08-17T11:00:00", NOW_MS - 3_600_000),
        ("2026-08-17 11:00", NOW_MS - 3_600_000),
        ("2026-08-17T13:00:00+0200", NOW_MS - 3_600_000),
    ],
)
def test_a_start_date_is_a_moment_to_the_millisecond(date: str, start_ms: int) -> None:
    assert parsed(start_date=date).start_ms == start_ms


def test_a_start_date_before_the_exchange_opened_is_the_day_it_opened() -> None:
    assert parsed(start_date="2015-01-01T00:00:00Z").start_ms == OPENED_MS


def test_a_start_date_is_taken_however_long_ago_it_is() -> None:
    config = parsed(start_date="2020-01-01T00:00:00Z")
    assert (config.start_ms, config.warnings) == (1_577_836_800_000, ())


def test_a_field_that_does_not_exist_is_a_warning_that_names_it() -> None:
    config = parsed(colour="blue", timeframes=["1m"], _injected={"by": "the platform"})
    assert config.warnings == ("The configuration has fields that this connector does not know: colour, timeframes.",)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("apiKey", "api_key"),
        ("api-secret", "api_secret"),
        ("API_KEY", "api_key"),
        ("start_dat", "start_date"),
        ("instrument", "instruments"),
        ("baseUrl", "base_url"),
        ("hours_between_sync", "hours_between_syncs"),
    ],
)
def test_a_field_much_like_one_that_there_is_is_an_error(written: str, meant: str) -> None:
    assert f"There is no field {written}: did you mean {meant}?" in problems(**{written: "x"})


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("candlestick_timeframes", ["1H"], "1H (did you mean 1h?) not known"),
        ("candlestick_timeframes", ["1d", "1m"], "1d (did you mean 1D?) not known"),
        ("candlestick_timeframes", ["5M"], "5M (did you mean 5m?) not known"),
        ("environment", "Production", "not 'Production' (did you mean production?)"),
        ("environment", "uat", "not 'uat'."),
    ],
)
def test_a_misspelt_value_is_told_what_was_meant(name: str, value: object, hint: str) -> None:
    assert hint in problems(**{name: value})


@pytest.mark.parametrize("placeholder", ["YOUR KEY", "your secret", "YOUR_API_SECRET", "<your secret>", "..."])
@pytest.mark.parametrize("field", ["api_key", "api_secret"])
def test_the_words_of_an_example_are_no_key(field: str, placeholder: str) -> None:
    given = {"api_key": API_KEY, "api_secret": API_SECRET, field: placeholder}
    assert f"{field}: still holds the words of the example" in problems(**given)


def test_every_field_is_known_and_no_other(spec_fields: set[str]) -> None:
    assert set(FIELDS) == spec_fields


def test_no_printed_config_shows_key_or_secret() -> None:
    config = parsed(api_key=API_KEY, api_secret=API_SECRET)
    for shown in (repr(config), str(config.credentials), f"{config}"):
        assert API_KEY not in shown
        assert API_SECRET not in shown


def test_no_traceback_of_a_refused_config_shows_key_or_secret() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_config({"api_key": API_KEY, "api_secret": API_SECRET, "book_depth": 0}, NOW_MS)
    shown = "".join(traceback.format_exception(raised.value))
    assert API_KEY not in shown
    assert API_SECRET not in shown


def test_older_history_is_named_with_its_days_and_the_date_to_ask_for() -> None:
    said = older_history_notice(["order_history", "user_trade"], NOW_MS)
    assert said.startswith("order_history, user_trade: start_date is not set")
    assert "60 days back" in said
    assert "180 days, and has shown 18 months" in said
    assert "set start_date to when the account was opened" in said


def test_market_dates_are_taken_and_their_order_is_checked() -> None:
    config = parsed(market_start_date="2024-01-01T00:00:00Z", market_end_date="2024-02-01")
    assert (config.market_start_ms, config.market_end_ms) == (1_704_067_200_000, 1_706_745_600_000)
    assert (parsed().market_start_ms, parsed().market_end_ms) == (None, None)
    said = problems(market_start_date="2024-02-01", market_end_date="2024-01-01")
    assert "market_end_date: must be later than market_start_date" in said
