"""Saved cursors that cannot be right: each is judged on its own, and none costs another its place."""

from typing import Any

import pytest

from source_cryptocom.clock import rfc3339
from source_cryptocom.state.series_positions import join_names
from source_cryptocom.streams.market import Book, Candlestick, Ticker, Trade
from unit_tests.support.builders import DAY_MS, NOW_MS, candle, sync, ticker, trade
from unit_tests.support.reading import Reading, read
from unit_tests.support.stub_exchange import Parameters, StubExchange
from unit_tests.support.trade_market import MS, NOW_NS, SECOND_NS, warnings

FUTURE_NS = NOW_NS + 200 * SECOND_NS
REFUSED = (
    "unreadable, in the future, or before the exchange opened. "
    "It is read from the last known row, or else as in a first sync."
)


@pytest.fixture
def trades(exchange: StubExchange) -> None:
    """A thousand trades of every instrument, one a second, numbered from the newest."""

    def page(asked: Parameters) -> list[Any]:
        rows = [trade(asked["instrument_name"], NOW_NS - number * SECOND_NS, number) for number in range(1, 1_000)]
        inside = [row for row in rows if int(asked["start_ts"]) <= row["tn"] < int(asked["end_ts"])]
        return inside[: int(asked["count"])]

    exchange.serve("public/get-trades", page)


def table(*names: str, **fields: Any) -> Trade:
    return Trade(sync(**fields, listed=names))


def counts(reading: Reading) -> dict[str, int]:
    names = [record["instrument"] for record in reading.records]
    return {name: names.count(name) for name in names}


@pytest.mark.usefixtures("trades")
@pytest.mark.parametrize(
    "bad", [[str(FUTURE_NS)], [str(FUTURE_NS), str(FUTURE_NS), "1"], ["5"], ["soon"], [], None, 5, {"a": 1}]
)
def test_one_cursor_that_cannot_be_right_costs_the_others_nothing(log: pytest.LogCaptureFixture, bad: Any) -> None:
    place = str(NOW_NS - 900 * SECOND_NS)
    state = {"version": 1, "cursors": {"BTC_USD": [place, place, "900"], "ETH_USD": bad}}
    assert counts(read(table("BTC_USD", "ETH_USD", trade_count=40), state)) == {"BTC_USD": 899, "ETH_USD": 40}
    assert warnings(log) == [f"trade: ignoring the saved cursor of ETH_USD: {REFUSED}"]


@pytest.mark.usefixtures("trades")
def test_a_position_that_a_wrong_clock_set_falls_back_to_the_last_trade(
    log: pytest.LogCaptureFixture,
) -> None:
    latest_ns = NOW_NS - 300 * SECOND_NS
    state = {"version": 1, "cursors": {"BTC_USD": [str(FUTURE_NS), str(latest_ns)]}}
    assert counts(read(table("BTC_USD", trade_count=40), state)) == {"BTC_USD": 299}
    assert warnings(log) == [f"trade: ignoring the saved cursor of BTC_USD: {REFUSED}"]


@pytest.mark.usefixtures("trades")
def test_many_bad_cursors_are_one_warning_that_names_five_and_counts_the_rest(log: pytest.LogCaptureFixture) -> None:
    bad = [f"{letter}_USD" for letter in "ABCDEFG"]
    read(table("A_USD"), {"version": 1, "cursors": {name: ["5"] for name in bad}})
    assert warnings(log) == [
        f"trade: ignoring the saved cursor of A_USD, B_USD, C_USD, D_USD, E_USD and 2 more: {REFUSED}"
    ]


@pytest.mark.parametrize(("count", "text"), [(1, "A"), (5, "A, B, C, D, E"), (6, "A, B, C, D, E and 1 more")])
def test_a_list_of_names_is_short(count: int, text: str) -> None:
    assert join_names(list("ABCDEFGH")[:count]) == text


def test_candles_of_a_series_with_a_bad_cursor_are_a_first_sync(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    opens = [NOW_MS - number * 60_000 for number in range(100, -1, -1)]
    exchange.serve(
        "public/get-candlestick",
        lambda asked: [candle(ms) for ms in opens if ms < int(asked["end_ts"])][-int(asked["count"]) :],
    )
    candles = Candlestick(sync(listed=["BTC_USD", "ETH_USD"], candlestick_timeframes=["1m"], candlestick_count=7))
    saved = {"1m": {str(opens[0]): ["BTC_USD"], str(NOW_MS + DAY_MS): ["ETH_USD"]}}
    assert counts(read(candles, {"version": 1, "cursors": saved})) == {"BTC_USD": 101, "ETH_USD": 7}
    assert warnings(log) == [f"candlestick: ignoring the saved cursor of 1m ETH_USD: {REFUSED}"]


@pytest.mark.usefixtures("trades")
def test_a_sync_in_the_future_is_ignored_and_the_places_are_not(log: pytest.LogCaptureFixture) -> None:
    place = str(NOW_NS - 900 * SECOND_NS)
    synced_at = "2030-01-01T00:00:00.000Z"
    state = {"version": 1, "synced_at": synced_at, "cursors": {"BTC_USD": [place, place, "900"]}}
    reading = read(table("BTC_USD", hours_between_syncs=12), state)
    assert counts(reading) == {"BTC_USD": 899}
    assert warnings(log) == [f"trade: ignoring synced_at, because {synced_at} lies in the future."]


def test_a_table_without_places_is_read_when_its_last_sync_lies_in_the_future(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD")])
    tickers = Ticker(sync(hours_between_syncs=12))
    assert len(read(tickers, {"version": 1, "synced_at": "2030-01-01T00:00:00Z"}).records) == 1
    assert tickers.state == {"version": 1, "synced_at": "2026-08-17T12:00:00.000Z"}
    assert len(warnings(log)) == 1


def test_with_no_hours_between_syncs_a_table_is_read_though_the_clock_seems_to_step_back(
    exchange: StubExchange,
) -> None:
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD")])
    state = {"version": 1, "synced_at": rfc3339(NOW_MS + 900)}
    assert len(read(Ticker(sync(hours_between_syncs=0)), state).records) == 1


def test_an_unfinished_refresh_of_books_keeps_what_it_has(exchange: StubExchange) -> None:
    exchange.serve("public/get-book", lambda _: [{"bids": [], "asks": [], "t": NOW_NS // MS}])
    books = Book(sync(listed=["A_USD", "B_USD"]))
    reading = read(books, {"version": 1, "full_refresh": True, "cursors": {"A_USD": True}}, full_refresh=True)
    assert counts(reading) == {"B_USD": 1}
