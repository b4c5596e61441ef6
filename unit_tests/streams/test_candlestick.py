"""Candles: the newest at first, then on from the ones that may not have been final."""

from typing import Any

import pytest
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.config_values import TIMEFRAMES
from source_cryptocom.retrievers.candles.reader import DURATIONS
from unit_tests.support.builders import DAY_MS, NOW_MS, candle
from unit_tests.support.candle_market import MINUTE_MS, NEWEST_MS, Market, ago, minutes, positions, state, stream
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import Answer, Parameters, Refusal, StubExchange


def test_a_candle_has_words_for_letters_and_its_timeframe(exchange: StubExchange) -> None:
    exchange.serve("public/get-candlestick", lambda _: [candle(NOW_MS, new_field=1)])
    (record,) = read(stream()).records
    assert record == {
        "instrument": "BTC_USD",
        "timeframe": "1m",
        "timestamp": "2026-08-17T12:00:00.000Z",
        "open": "100.0",
        "high": "100.9",
        "low": "99.1",
        "close": "100.4",
        "volume": "12.75",
        "new_field": 1,
    }


def test_a_first_sync_takes_the_newest_candles_with_the_one_that_is_forming(exchange: StubExchange) -> None:
    market = Market(exchange)
    assert minutes(read(stream(candlestick_count=50))) == list(range(49, -1, -1))
    asked = {"instrument_name": "BTC_USD", "timeframe": "1m", "count": "53"}
    assert market.asked == [{**asked, "start_ts": str(ago(52) + 1), "end_ts": str(NOW_MS + 1)}]


def test_a_first_sync_pages_back_for_more_than_a_page(exchange: StubExchange) -> None:
    market = Market(exchange)
    assert minutes(read(stream(candlestick_count=700))) == list(range(699, -1, -1))
    assert [asked["count"] for asked in market.asked] == ["300", "300", "103"]
    assert [int(asked["end_ts"]) for asked in market.asked[1:]] == [ago(299), ago(599)]


def test_a_first_sync_ends_where_history_begins(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    Market(exchange, since_ms=ago(9))
    assert minutes(read(stream(candlestick_count=50))) == list(range(9, -1, -1))
    assert log.records == []


@pytest.mark.parametrize("largest_page", [25, 7, 1])
def test_smaller_pages_than_asked_for_are_no_end(exchange: StubExchange, largest_page: int) -> None:
    Market(exchange, largest_page=largest_page)
    assert minutes(read(stream(candlestick_count=50))) == list(range(49, -1, -1))
    assert minutes(read(stream(), state(ago(40)))) == list(range(40, -1, -1))


def test_the_next_sync_begins_with_the_candle_that_was_forming(exchange: StubExchange) -> None:
    market = Market(exchange, until_ms=ago(20))
    first = stream()
    read(first)
    market.until_ms = NEWEST_MS
    second = stream()
    assert minutes(read(second, first.state)) == list(range(20, -1, -1))
    assert positions(second) == {"1m": {str(ago(1)): ["BTC_USD"]}}
    assert (market.asked[-1]["count"], market.asked[-1]["start_ts"]) == ("22", str(ago(20) - 1))


def test_however_long_ago_the_last_sync_was_there_is_no_gap(exchange: StubExchange) -> None:
    market = Market(exchange)
    assert minutes(read(stream(), state(ago(2_000)))) == list(range(2_000, -1, -1))
    assert len(market.asked) == 7


def test_where_the_exchanges_history_ends_first_a_warning_names_series_and_gap(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    Market(exchange, since_ms=ago(400))
    assert minutes(read(stream(), state(ago(500)))) == list(range(400, -1, -1))
    assert [(record.levelname, record.getMessage()) for record in log.records] == [
        (
            "WARNING",
            (
                "candlestick: 1m BTC_USD has a gap from 2026-08-17T03:40:00.000Z to 2026-08-17T05:20:00.000Z: "
                "the exchange's own history of candles begins there."
            ),
        )
    ]


def test_a_page_in_any_order_is_the_same_page(exchange: StubExchange) -> None:
    market = Market(exchange)

    def newest_first(asked: Parameters) -> Answer:
        page = market.page(asked)
        assert isinstance(page, list)
        return page[::-1]

    exchange.serve("public/get-candlestick", newest_first)
    table = stream(candlestick_count=400)
    assert minutes(read(table)) == list(range(399, -1, -1))
    assert positions(table) == {"1m": {str(ago(1)): ["BTC_USD"]}}


@pytest.mark.parametrize("row", [{"o": "1"}, {"t": "soon"}, {"t": None}])
def test_a_candle_without_a_time_fails_the_table_and_says_so(exchange: StubExchange, row: dict[str, Any]) -> None:
    exchange.serve("public/get-candlestick", lambda _: [row])
    with pytest.raises(Exception, match="table candlestick cannot hold: a candle has no time"):
        read(stream())


def test_each_instrument_is_read_in_each_timeframe(exchange: StubExchange) -> None:
    Market(exchange)
    read(stream("BTC_USD", "ETH_USD", candlestick_timeframes=["1m", "4h"], candlestick_count=1))
    asked = [(asked["timeframe"], asked["instrument_name"]) for asked in exchange.asked("public/get-candlestick")]
    assert asked == [("1m", "BTC_USD"), ("4h", "BTC_USD"), ("1m", "ETH_USD"), ("4h", "ETH_USD")]


def test_a_newly_listed_instrument_is_a_first_sync(exchange: StubExchange) -> None:
    Market(exchange)
    table = stream("BTC_USD", "NEW_USD", candlestick_count=50)
    reading = read(table, state(ago(5)))
    counts = {name: sum(record["instrument"] == name for record in reading.records) for name in ("BTC_USD", "NEW_USD")}
    assert counts == {"BTC_USD": 6, "NEW_USD": 50}
    assert positions(table) == {"1m": {str(ago(1)): ["BTC_USD", "NEW_USD"]}}


def test_a_series_that_failed_keeps_its_cursor_and_the_others_move(exchange: StubExchange) -> None:
    market = Market(exchange)
    exchange.serve(
        "public/get-candlestick",
        lambda asked: Refusal(401, 40103) if asked["instrument_name"] == "ETH_USD" else market.page(asked),
    )
    table = stream("BTC_USD", "ETH_USD", "CRO_USD")
    with pytest.raises(ExchangeError):
        read(table, {"version": 1, "cursors": {"1m": {str(ago(5)): ["BTC_USD", "ETH_USD"]}}})
    assert positions(table) == {"1m": {str(ago(1)): ["BTC_USD"], str(ago(5)): ["ETH_USD"]}}
    assert "synced_at" not in table.state


def test_every_timeframe_has_its_shortest_duration() -> None:
    assert tuple(DURATIONS) == TIMEFRAMES
    units = {"m": MINUTE_MS, "h": 60 * MINUTE_MS, "D": DAY_MS, "M": 28 * DAY_MS}
    assert {name: int(name[:-1]) * units[name[-1]] for name in TIMEFRAMES} == {
        name: duration.shortest_ms for name, duration in DURATIONS.items()
    }


@pytest.mark.parametrize("saved", [{}, state(ago(900))])
def test_a_page_that_comes_again_is_not_the_end_of_history(exchange: StubExchange, saved: dict[str, Any]) -> None:
    exchange.serve("public/get-candlestick", lambda _: [candle(ago(2)), candle(ago(1)), candle(NEWEST_MS)])
    table = stream(candlestick_count=500)
    with pytest.raises(AirbyteTracedException, match=r"asked for the candles before 2026-08-17T11:58:00\.000Z"):
        read(table, saved)
    assert positions(table) == (saved.get("cursors") or {"1m": {str(ago(1)): ["BTC_USD"]}}), (
        "a page is claimed with its end"
    )


def test_a_page_of_the_boundary_candle_alone_is_the_end_of_history(exchange: StubExchange) -> None:
    exchange.serve(
        "public/get-candlestick",
        lambda asked: [candle(open_ms) for open_ms in (ago(1), NEWEST_MS) if open_ms <= int(asked["end_ts"])],
    )
    table = stream(candlestick_count=500)
    assert minutes(read(table)) == [1, 0]
    assert positions(table) == {"1m": {str(ago(1)): ["BTC_USD"]}}
