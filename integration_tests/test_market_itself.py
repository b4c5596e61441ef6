"""The market of the simulated exchange keeps the promises that the tests of the connector rest on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integration_tests.market_readers import (
    DAY_NS,
    HOUR_NS,
    NOON_MS,
    SECOND_NS,
    Clock,
    Rows,
    candles,
    trades,
)
from simulated_exchange.expected_market import (
    expected_book,
    expected_candles,
    expected_instruments,
    expected_tickers,
    expected_trades,
    rfc3339,
)
from simulated_exchange.market import Market
from simulated_exchange.market_capture import captured
from simulated_exchange.market_profiles import DAY_MS
from simulated_exchange.market_rows import STYLES, Style, digits, ticks


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def market(clock: Clock) -> Market:
    return Market.from_capture(now_ns=clock)


def test_every_captured_instrument_and_ticker_is_there_with_its_exact_digits(market: Market) -> None:
    def by(key: str, rows: Rows) -> dict[str, dict[str, Any]]:
        return {row[key]: {name: value for name, value in row.items() if name != "t"} for row in rows}

    assert len(market.names) == 930
    assert by("symbol", json.loads(market.instruments_json("integers"))) == by("symbol", captured("instruments"))
    assert by("i", json.loads(market.tickers_json("integers"))) == by("i", captured("tickers"))


def test_rows_have_the_captured_shape(market: Market, clock: Clock) -> None:
    def shape(row: dict[str, Any]) -> list[tuple[str, type]]:
        return [(name, type(value)) for name, value in row.items()]

    name = market.names[0]
    assert shape(trades(market, name, 0, clock.ns, count=1)[0]) == shape(captured("trades")[0])
    assert shape(candles(market, name, "1m", None, NOON_MS, count=1)[0]) == shape(captured("candles")["data"][0])
    book = json.loads(market.book_json("integers", "CRO_USDT", 50, with_time=True))
    assert shape(book) == shape(captured("book"))
    assert book["data"][0] == captured("book")["data"][0] | {"t": clock.ns // 1_000_000}


@pytest.mark.parametrize("style", STYLES)
def test_both_styles_say_the_same_in_integers_or_in_strings(market: Market, clock: Clock, style: Style) -> None:
    name = "ETHUSD-270326"

    def everything(wanted: Style) -> list[Any]:
        return [
            json.loads(market.instruments_json(wanted)),
            json.loads(market.tickers_json(wanted)),
            json.loads(market.book_json(wanted, name, 3, with_time=True)),
            json.loads(market.trades_json(wanted, name, 0, clock.ns, 40)),
            json.loads(market.candles_json(wanted, name, "1h", None, NOON_MS, 40)),
        ]

    written_as = {"integers": int, "strings": str}[style]
    words = {"t", "tn", "depth", "quote_decimals", "quantity_decimals", "expiry_timestamp_ms"}

    def in_this_style(value: Any) -> Any:
        if isinstance(value, list):
            return [in_this_style(item) for item in value]
        if isinstance(value, dict):
            return {key: written_as(item) if key in words else in_this_style(item) for key, item in value.items()}
        return value

    other: Style = "strings" if style == "integers" else "integers"
    assert everything(style) == in_this_style(everything(other))


def test_nothing_happens_before_an_instrument_is_listed(market: Market, clock: Clock) -> None:
    ages_ms = {name: NOON_MS - market.profile(name).listed_ms for name in market.names}
    young = min((name for name in market.names[:400]), key=lambda name: ages_ms[name])
    listed_ms = market.profile(young).listed_ms

    assert ages_ms[young] < 2 * DAY_MS
    assert max(ages_ms.values()) > 365 * DAY_MS
    assert trades(market, young, 0, clock.ns)[-1]["tn"] >= listed_ms * 1_000_000
    assert candles(market, young, "1m", 0, NOON_MS)[0]["t"] == listed_ms
    assert candles(market, young, "1m", None, listed_ms) == []
    assert len(candles(market, young, "1M", None, NOON_MS)) == 1


def test_long_and_tiny_decimals_occur(market: Market, clock: Clock) -> None:
    long_prices = {row["p"] for row in trades(market, "ELON_USD", clock.ns - 7 * DAY_NS, clock.ns)}
    assert {len(price.partition(".")[2]) for price in long_prices} == {18}
    assert "0.000000000000000001" in long_prices
    assert "0.000000001" in {row["p"] for row in trades(market, "SHIB_USD", clock.ns - DAY_NS, clock.ns)}
    assert "0.000000001" in {row["l"] for row in candles(market, "SHIB_USD", "1m", None, NOON_MS, count=300)}


def test_tickers_and_books_follow_the_clock_and_nulls_stay_null(market: Market, clock: Clock) -> None:
    def times() -> dict[str, int]:
        return {row["i"]: row["t"] for row in json.loads(market.tickers_json("integers"))}

    before = times()
    assert all(0 < NOON_MS + 30_000 - time_ms < 60_000 for time_ms in before.values())
    clock.ns += 5 * SECOND_NS
    assert times() == {name: time_ms + 5000 for name, time_ms in before.items()}
    rows = json.loads(market.tickers_json("strings"))
    assert sum(row["oi"] is None for row in rows) == 327
    assert sum(row["b"] is None for row in rows) == 1


def test_every_book_has_rising_asks_above_falling_bids(market: Market) -> None:
    for name in market.names:
        result = json.loads(market.book_json("integers", name, 50, with_time=False))
        book = result["data"][0]
        bids, asks = ([float(level[0]) for level in book[side]] for side in ("bids", "asks"))
        assert bids == sorted(set(bids), reverse=True)
        assert asks == sorted(set(asks))
        assert result["instrument_name"] == name
        assert "t" not in book
        assert len(asks) == 50
        assert all(price > 0 for price in bids)
        assert book["bids"] == expected_book(market, name)["bids"]
    assert len(json.loads(market.book_json("integers", "BTC_USD", 3, with_time=True))["data"][0]["bids"]) == 3


def test_a_field_of_tomorrow_is_in_every_row_and_in_the_truth(market: Market, clock: Clock) -> None:
    usual = market.instruments_json("integers")
    market.extra_fields = True
    bodies = [
        market.instruments_json("integers"),
        market.tickers_json("strings", "BTC_USD"),
        market.trades_json("integers", "BTC_USD", 0, clock.ns, 5),
        market.candles_json("integers", "BTC_USD", "1m", None, clock.ns // 1_000_000, 5),
        market.book_json("integers", "BTC_USD", 1, with_time=True),
    ]
    for body, rows in zip(bodies, (930, 1, 5, 5, 1), strict=True):
        assert body.count(b'"new_field":"x","new_number":0.100000000000000001') == rows
        json.loads(body)
    truth = expected_instruments(market) + expected_tickers(market)
    truth += expected_trades(market, "BTC_USD", clock.ns - HOUR_NS, clock.ns)
    truth.append(expected_book(market, "BTC_USD"))
    truth += expected_candles(market, "BTC_USD", "1h", None, NOON_MS)
    assert {(row["new_field"], row["new_number"]) for row in truth} == {("x", "0.100000000000000001")}
    market.extra_fields = False
    assert market.instruments_json("integers") == usual


def test_what_the_connector_must_emit_is_spelled_out(market: Market) -> None:
    instruments = {row["symbol"]: row for row in expected_instruments(market)}
    spot, future = instruments["1INCH_USD"], instruments["BTCUSD-260828"]
    assert spot["expiry_time"] is None
    assert "expiry_timestamp_ms" not in spot
    assert future["expiry_time"] == "2026-08-28T08:00:00.000Z"
    assert (spot["quote_decimals"], spot["max_leverage"], spot["tradable"]) == (5, "50", True)

    tickers = {row["instrument"]: row for row in expected_tickers(market, timestamp=str.lower)}
    assert tickers["HEMI_USD"] == {
        "instrument": "HEMI_USD",
        "high": "0.008869",
        "low": "0.005833",
        "last_price": "0.006462",
        "volume": "1408277",
        "volume_value": "10433.80",
        "change": "-0.0689",
        "bid": "0.006282",
        "ask": "0.006417",
        "open_interest": None,
        "timestamp": "hemi_usd",
    }
    assert all("timestamp" not in row for row in expected_tickers(market))
    assert rfc3339(1_786_921_599_729) == "2026-08-16T23:06:39.729Z"


def test_instruments_come_and_go(market: Market, clock: Clock) -> None:
    row = captured("instruments")[1] | {"symbol": "NEW_USD"}
    assert market.instruments_json("integers").count(b'"symbol"') == 930
    market.list_instrument(row)
    market.delist("BTC_USD")

    assert "NEW_USD" in market.names
    assert "BTC_USD" not in market.names
    assert {listed["symbol"] for listed in json.loads(market.instruments_json("integers"))} == set(market.names)
    assert {ticker["i"] for ticker in json.loads(market.tickers_json("integers"))} == set(market.names)
    assert trades(market, "NEW_USD", 0, clock.ns) == []
    clock.ns += HOUR_NS
    assert 100 < len(trades(market, "NEW_USD", 0, clock.ns)) < 400
    assert len(candles(market, "NEW_USD", "1m", None, clock.ns // 1_000_000)) == 61


def test_an_instrument_that_is_not_listed_is_a_key_error_everywhere(market: Market, clock: Clock) -> None:
    market.delist("CRO_USD")
    for ask in (
        lambda: market.tickers_json("integers", "CRO_USD"),
        lambda: market.book_json("integers", "CRO_USD", 50, True),
        lambda: market.trades_json("integers", "CRO_USD", 0, clock.ns, 1),
        lambda: market.candles_json("integers", "CRO_USD", "1m", None, NOON_MS, 1),
        lambda: market.add_trades("CRO_USD", []),
        lambda: market.delist("CRO_USD"),
        lambda: expected_trades(market, "CRO_USD", 0, clock.ns),
    ):
        with pytest.raises(KeyError, match="CRO_USD"):
            ask()


def test_a_small_market_has_every_kind_and_the_same_rows_as_the_whole(clock: Clock, market: Market) -> None:
    small = Market.from_capture(instruments=9, now_ns=clock)
    kinds = {row["inst_type"] for row in expected_instruments(small)}
    assert len(small.names) == 9
    assert kinds == {"CCY_PAIR", "PERPETUAL_SWAP", "FUTURE"}
    assert len(Market.from_capture(instruments=3, now_ns=clock).names) == 3
    assert any(small.profile(name).period_ns is None for name in small.names)
    assert any(NOON_MS - small.profile(name).listed_ms < 2 * DAY_MS for name in small.names)
    for name in small.names:
        window = clock.ns - 60 * SECOND_NS, clock.ns
        assert small.trades_json("integers", name, *window, 150) == market.trades_json("integers", name, *window, 150)


@pytest.mark.parametrize(
    ("count", "decimals", "text"),
    [(6100, 5, "0.06100"), (7, 0, "7"), (0, 2, "0.00"), (1, 18, "0.000000000000000001"), (123456, 3, "123.456")],
)
def test_ticks_are_printed_with_all_their_decimals(count: int, decimals: int, text: str) -> None:
    assert digits(count, decimals) == text
    assert ticks(text, decimals) == count
