"""Instruments that left the exchange's list: read on from their place until nothing more comes, then forgotten."""

from typing import Any

import pytest

from source_cryptocom.streams.market import Book, Trade
from unit_tests.support.builders import DAY_MS, NOW_MS, sync, trade
from unit_tests.support.candle_market import Market as Candles
from unit_tests.support.candle_market import ago, minutes
from unit_tests.support.candle_market import stream as candles
from unit_tests.support.reading import Reading, read
from unit_tests.support.stub_exchange import Answer, Parameters, Refusal, StubExchange
from unit_tests.support.trade_market import NOW_NS, SECOND_NS

HOUR_NS = 3_600 * SECOND_NS
DAY_NS = 24 * HOUR_NS
LISTED = trade("BTC_USD", NOW_NS - SECOND_NS, 1)


def serve(exchange: StubExchange, gone: list[dict[str, Any]] | Refusal) -> None:
    """BTC_USD, listed, with one trade; and what is said of every other instrument."""

    def page(asked: Parameters) -> Answer:
        rows: Any = [LISTED] if asked["instrument_name"] == "BTC_USD" else gone
        if isinstance(rows, Refusal):
            return rows
        return [row for row in rows if int(asked["start_ts"]) <= row["tn"] < int(asked["end_ts"])]

    exchange.serve("public/get-trades", page)


def table(now_ms: int = NOW_MS, **fields: Any) -> Trade:
    return Trade(sync(now_ms=now_ms, **fields, listed=["BTC_USD"]))


def saved(latest_ns: int) -> dict[str, Any]:
    return {"version": 1, "cursors": {"OLD_USD": [str(latest_ns), str(latest_ns), "7"]}}


def ids(reading: Reading) -> list[str]:
    return [record["trade_id"] for record in reading.records]


def levels(log: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage().partition(" public/")[0]) for record in log.records]


def test_the_last_trades_of_an_instrument_that_left_the_list_are_read(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    latest_ns = NOW_NS - 12 * HOUR_NS
    serve(exchange, [trade("OLD_USD", latest_ns, 7), trade("OLD_USD", latest_ns + HOUR_NS, 8)])
    trades = table()
    assert ids(read(trades, saved(latest_ns))) == ["1", "8"]
    assert set(trades.state["cursors"]) == {"BTC_USD", "OLD_USD"}
    assert log.records == []


def test_it_is_asked_for_no_more_when_it_has_had_nothing_for_a_week(exchange: StubExchange) -> None:
    latest_ns = NOW_NS - 12 * HOUR_NS
    serve(exchange, [trade("OLD_USD", latest_ns, 7)])
    state: Any = saved(latest_ns)
    asked: list[int] = []
    for day in range(10):
        trades = table(now_ms=NOW_MS + day * DAY_MS)
        assert ids(read(trades, state))[1:] == []
        state = trades.state
        asked.append(len(exchange.asked("public/get-trades")) - sum(asked))
    assert asked == [2] * 8 + [1] * 2
    assert set(state["cursors"]) == {"BTC_USD"}


def test_one_that_never_had_a_trade_is_forgotten_at_once(exchange: StubExchange) -> None:
    serve(exchange, [])
    trades = table()
    read(trades, {"version": 1, "cursors": {"OLD_USD": [str(NOW_NS - HOUR_NS)]}})
    assert set(trades.state["cursors"]) == {"BTC_USD"}


def test_one_that_is_refused_is_forgotten_and_says_so(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    serve(exchange, Refusal(400, 40_004))
    trades = table()
    read(trades, saved(NOW_NS - HOUR_NS))
    assert set(trades.state["cursors"]) == {"BTC_USD"}
    assert "synced_at" in trades.state
    assert levels(log) == [("INFO", "trade: OLD_USD is delisted and no longer served; its cursor is dropped.")]


@pytest.mark.parametrize(("days", "kept"), [(1, True), (8, False)])
def test_an_unknown_answer_about_it_neither_fails_the_table_nor_repeats_for_ever(
    exchange: StubExchange, log: pytest.LogCaptureFixture, days: int, kept: bool
) -> None:
    serve(exchange, Refusal(400, 99_999))
    trades = table()
    read(trades, saved(NOW_NS - days * DAY_NS))
    assert "synced_at" in trades.state
    assert ("OLD_USD" in trades.state["cursors"]) is kept
    assert [level for level, _ in levels(log)] == ["WARNING" if kept else "INFO"]


def test_configured_instruments_are_read_and_no_others(exchange: StubExchange) -> None:
    serve(exchange, [])
    trades = table(instruments=["BTC_USD"])
    read(trades, saved(NOW_NS - HOUR_NS))
    assert {request["instrument_name"] for request in exchange.asked("public/get-trades")} == {"BTC_USD"}
    assert "OLD_USD" in trades.state["cursors"]


def test_a_full_refresh_reads_what_is_listed(exchange: StubExchange) -> None:
    serve(exchange, [])
    read(table(), {**saved(NOW_NS - HOUR_NS), "full_refresh": True}, full_refresh=True)
    assert {request["instrument_name"] for request in exchange.asked("public/get-trades")} == {"BTC_USD"}


def test_candles_are_read_on_in_the_timeframes_that_are_configured(exchange: StubExchange) -> None:
    market = Candles(exchange)
    cursors = {"1m": {str(ago(5)): ["BTC_USD", "OLD_USD"]}, "1h": {str(ago(60)): ["OLD_USD"]}}
    stream = candles("BTC_USD")
    reading = read(stream, {"version": 1, "cursors": cursors})
    old = Reading([event for event in reading.events if event[1]["instrument"] == "OLD_USD"])
    assert minutes(old) == [5, 4, 3, 2, 1, 0]
    assert [asked["timeframe"] for asked in market.asked] == ["1m", "1m"]
    assert stream.state["cursors"]["1h"] == cursors["1h"]


def test_books_of_an_interrupted_refresh_are_no_places(exchange: StubExchange) -> None:
    exchange.serve("public/get-book", lambda _: [{"bids": [], "asks": [], "t": NOW_MS}])
    book = Book(sync(listed=["BTC_USD"]))
    read(book, {"version": 1, "full_refresh": True, "cursors": {"OLD_USD": True}})
    assert [asked["instrument_name"] for asked in exchange.asked("public/get-book")] == ["BTC_USD"]
