"""How far candles were read: what the next sync reads again, and what a state holds of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.config_values import TIMEFRAMES
from source_cryptocom.retrievers.candles.position import CANDLE_POSITIONS, CandlePosition, parse_candle_cursor
from unit_tests.support.builders import DAY_MS, NOW_MS, candle
from unit_tests.support.candle_market import MINUTE_MS, NEWEST_MS, Market, ago, minutes, positions, state, stream
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import StubExchange

LATER_MS = NOW_MS + 30 * MINUTE_MS


def test_a_cursor_does_not_move_backwards(exchange: StubExchange) -> None:
    Market(exchange, until_ms=ago(30))
    table = stream()
    read(table, state(ago(3)))
    assert positions(table) == {"1m": {str(ago(3)): ["BTC_USD"]}}


@pytest.mark.parametrize(("age_ms", "again"), [(0, [1, 0]), (59_999, [1, 0]), (60_000, [0])])
def test_the_candle_before_one_that_just_opened_is_read_again(
    exchange: StubExchange, age_ms: int, again: list[int]
) -> None:
    market = Market(exchange)
    first = stream(now_ms=NEWEST_MS + age_ms)
    read(first)
    second = stream(now_ms=NEWEST_MS + age_ms)
    assert minutes(read(second, first.state)) == again
    assert second.state["cursors"] == first.state["cursors"]
    assert len(market.asked) == 2


def test_a_candle_completed_just_after_the_next_opened_is_emitted_as_it_ended(exchange: StubExchange) -> None:
    rows = [candle(ago(1), c="1"), candle(NEWEST_MS, c="2")]
    exchange.serve("public/get-candlestick", lambda asked: [row for row in rows if row["t"] < int(asked["end_ts"])])
    first = stream(now_ms=NEWEST_MS + 50)
    read(first)
    rows[0]["c"] = "1.5"
    assert [record["close"] for record in read(stream(now_ms=LATER_MS), first.state).records] == ["1.5", "2"]


def test_a_single_candle_that_has_just_opened_is_where_the_next_sync_begins(exchange: StubExchange) -> None:
    Market(exchange, since_ms=NEWEST_MS)
    table = stream()
    read(table)
    assert positions(table) == {"1m": {str(NEWEST_MS): ["BTC_USD"]}}


def test_a_series_without_candles_is_read_whole_once_it_has_some(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    market = Market(exchange, since_ms=NEWEST_MS, until_ms=ago(1))
    first = stream()
    assert read(first).records == []
    assert positions(first) == {"1m": {f"empty {ago(2)}": ["BTC_USD"]}}
    market.until_ms = NEWEST_MS + 719 * MINUTE_MS
    second = stream(now_ms=NOW_MS + 720 * MINUTE_MS)
    assert minutes(read(second, first.state)) == list(range(0, -720, -1))
    assert log.records == []


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_the_candle_that_opened_before_an_empty_series_was_read_is_new_too(
    exchange: StubExchange, timeframe: str
) -> None:
    exchange.serve("public/get-candlestick", lambda _: [])
    first = stream(candlestick_timeframes=[timeframe])
    read(first)
    opened_ms = NOW_MS - 31 * DAY_MS if timeframe == "1M" else NOW_MS - MINUTE_MS
    exchange.serve(
        "public/get-candlestick", lambda asked: [candle(opened_ms)] if int(asked["end_ts"]) > opened_ms else []
    )
    second = stream(candlestick_timeframes=[timeframe], now_ms=LATER_MS)
    assert len(read(second, first.state).records) == 1


def test_a_series_that_stays_empty_moves_on(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    exchange.serve("public/get-candlestick", lambda _: [])
    first = stream()
    read(first)
    second = stream(now_ms=LATER_MS)
    read(second, first.state)
    assert positions(second) == {"1m": {f"empty {LATER_MS - 2 * MINUTE_MS}": ["BTC_USD"]}}
    assert log.records == []


def test_a_series_whose_history_is_gone_warns_once(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    exchange.serve("public/get-candlestick", lambda _: [])
    first = stream()
    read(first, state(NOW_MS - 2 * DAY_MS))
    (warning,) = [record.getMessage() for record in log.records]
    assert warning.startswith(
        "candlestick: 1m BTC_USD has a gap from 2026-08-15T12:00:00.000Z to 2026-08-17T12:00:00.000Z: "
    )
    log.clear()
    read(stream(now_ms=LATER_MS), first.state)
    assert log.records == []


series_names = st.tuples(st.sampled_from(TIMEFRAMES), st.text(alphabet="ABC_-12 ", min_size=1)).map(" ".join)
cursors_of_series = st.builds(CandlePosition, st.integers(1, NOW_MS), st.booleans())


@given(st.dictionaries(series_names, cursors_of_series))
def test_packed_cursors_unpack_as_themselves(cursors: dict[str, CandlePosition]) -> None:
    packed = CANDLE_POSITIONS.pack(cursors)
    assert {series: CANDLE_POSITIONS.parse(state) for series, state in CANDLE_POSITIONS.unpack(packed)} == cursors


def test_series_that_stand_at_one_candle_share_its_time() -> None:
    cursors = {
        "1m A_USD": CandlePosition(5),
        "1m B_USD": CandlePosition(5),
        "1h A_USD": CandlePosition(5),
        "1m C_USD": CandlePosition(6),
        "1m D_USD": CandlePosition(5, empty=True),
    }
    assert CANDLE_POSITIONS.pack(cursors) == {
        "1m": {"5": ["A_USD", "B_USD"], "6": ["C_USD"], "empty 5": ["D_USD"]},
        "1h": {"5": ["A_USD"]},
    }


@pytest.mark.parametrize("garbage", ["", "soon", "empty", "empty soon", None, 5])
def test_a_cursor_of_another_shape_is_not_used(garbage: Any) -> None:
    with pytest.raises((AttributeError, ValueError)):
        parse_candle_cursor(garbage)


@pytest.mark.parametrize("garbage", [5, ["BTC_USD"], {"5": 7}, None, {"soon": ["BTC_USD"]}])
def test_cursors_of_another_shape_cost_the_other_timeframes_nothing(
    exchange: StubExchange, log: pytest.LogCaptureFixture, garbage: Any
) -> None:
    market = Market(exchange)
    table = stream(candlestick_timeframes=["1m"])
    assert minutes(read(table, {"version": 1, "cursors": {"1h": garbage, "1m": {str(ago(70)): ["BTC_USD"]}}}))[0] == 70
    (warning,) = [record.getMessage() for record in log.records]
    assert warning.startswith("candlestick: ignoring the saved cursor of 1h")
    assert len(market.asked) == 1
