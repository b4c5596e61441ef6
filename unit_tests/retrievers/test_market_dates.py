"""Market history by date: read between two dates, filled in where it was not read, and claimed on its way."""

from typing import Any

import pytest
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.clock import rfc3339
from source_cryptocom.retrievers.candles.position import CandlePosition, parse_candle_cursor
from source_cryptocom.retrievers.per_instrument.sample_position import SamplePosition, parse_sample_position
from source_cryptocom.retrievers.trades.position import TradePosition, parse_trade_cursor
from source_cryptocom.streams.market import FundingRate
from unit_tests.support.builders import DAY_MS, NOW_MS, sync
from unit_tests.support.candle_market import MINUTE_MS, NEWEST_MS, ago, minutes, state, stream
from unit_tests.support.candle_market import Market as CandleMarket
from unit_tests.support.reading import Reading, read
from unit_tests.support.stub_exchange import Answer, Parameters, Refusal, StubExchange
from unit_tests.support.trade_market import Market, ids, trades
from unit_tests.support.trade_market import stream as trade_table

HOUR_MS = 60 * MINUTE_MS


def dated(start: int, end: int | None = None, **fields: Any) -> dict[str, Any]:
    """The fields of a config that reads market data from so many minutes before the newest candle on."""
    dates = {"market_start_date": rfc3339(ago(start))[:19] + "Z"}
    if end is not None:
        dates["market_end_date"] = rfc3339(ago(end))[:19] + "Z"
    return {**dates, **fields}


def test_candles_are_read_from_the_one_date_to_the_other(exchange: StubExchange) -> None:
    CandleMarket(exchange)
    assert minutes(read(stream(**dated(1_000)))) == list(range(1_000, -1, -1))
    assert minutes(read(stream(**dated(1_000, 400)))) == list(range(1_000, 400, -1))


def test_an_earlier_date_fills_in_the_candles_that_are_missing_before(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    CandleMarket(exchange)
    table = stream(candlestick_count=50)
    read(table)
    earlier = stream(**dated(1_000))
    assert minutes(read(earlier, table.state)) == [*range(1_000, 49, -1), 1, 0]
    assert minutes(read(again := stream(**dated(1_000)), earlier.state)) == [1, 0]
    assert again.state["cursors"] == earlier.state["cursors"]
    said = [record.getMessage() for record in log.records if "further back than before" in record.getMessage()]
    assert len(said) == 1
    assert said[0].startswith("candlestick: 1 series are read further back than before")


def test_a_raised_count_fills_in_the_candles_that_are_missing_before(exchange: StubExchange) -> None:
    CandleMarket(exchange)
    table = stream(candlestick_count=50)
    read(table)
    same = stream(candlestick_count=50)
    assert minutes(read(same, table.state)) == [1, 0]
    raised = stream(candlestick_count=500)
    assert minutes(read(raised, same.state)) == [*range(500, 49, -1), 1, 0]


def test_a_state_of_an_earlier_version_is_not_filled_in_for_a_count(exchange: StubExchange) -> None:
    CandleMarket(exchange)
    assert minutes(read(stream(candlestick_count=500), state(ago(5)))) == [5, 4, 3, 2, 1, 0]


def broken_off(exchange: StubExchange, after: int) -> None:
    """The exchange refuses every request for candles after so many."""
    market = CandleMarket(exchange)

    def page(asked: Parameters) -> Answer:
        if len(exchange.asked("public/get-candlestick")) > after:
            return Refusal(400, 50009)
        return market.page(asked)

    exchange.serve("public/get-candlestick", page)


@pytest.mark.parametrize("full_refresh", [True, False])
def test_a_long_series_that_was_broken_off_goes_on_where_it_was(exchange: StubExchange, full_refresh: bool) -> None:
    broken_off(exchange, 3)
    table, reading = stream(**dated(2_000)), Reading()
    with pytest.raises(AirbyteTracedException):
        read(table, full_refresh=full_refresh, into=reading)
    CandleMarket(exchange)
    rest = read(stream(**dated(2_000)), table.state, full_refresh)
    first, second = minutes(reading), minutes(rest)
    assert sorted({*first, *second}) == list(range(2_001))
    assert set(first) & set(second) <= (set() if full_refresh else {0, 1})


@pytest.mark.parametrize(
    ("position", "parse"),
    [
        (CandlePosition(5, since_ms=3), parse_candle_cursor),
        (CandlePosition(5, empty=True, since_ms=0), parse_candle_cursor),
        (CandlePosition(5), parse_candle_cursor),
        (SamplePosition(5, 3, True), parse_sample_position),
        (SamplePosition(5, 3), parse_sample_position),
        (SamplePosition(5), parse_sample_position),
        (TradePosition(5, since_ns=3), parse_trade_cursor),
        (TradePosition(5, 4, ("9", "8"), 3), parse_trade_cursor),
        (TradePosition(5, 4, ("9", "8")), parse_trade_cursor),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_position_is_the_same_when_it_comes_back_from_the_state(position: Any, parse: Any) -> None:
    assert parse(position.as_state()) == position


def test_trades_are_read_since_the_date_and_an_earlier_one_fills_in(exchange: StubExchange) -> None:
    Market(exchange, *trades(600, step_ns=3_600 * 10**9))
    newest_day = rfc3339(NOW_MS - DAY_MS)[:19] + "Z"
    table = trade_table(market_start_date=newest_day)
    assert len(ids(read(table))) == 24
    earlier = trade_table(market_start_date=rfc3339(NOW_MS - 20 * DAY_MS)[:19] + "Z")
    assert sorted(map(int, ids(read(earlier, table.state)))) == list(range(24, 480))
    assert ids(read(earlier, earlier.state)) == []


def funding(exchange: StubExchange, asked_from: list[int]) -> None:
    def page(asked: Parameters) -> Answer:
        asked_from.append(int(asked["start_ts"]))
        first = -(-int(asked["start_ts"]) // HOUR_MS) * HOUR_MS
        return [{"v": "0.1", "t": ms} for ms in range(first, min(int(asked["end_ts"]), NEWEST_MS + 1), HOUR_MS)][-500:]

    exchange.serve("public/get-valuations", page)


def test_funding_rates_are_filled_in_before_what_was_read(exchange: StubExchange) -> None:
    funding(exchange, [])
    listed = [{"symbol": "BTCUSD-PERP", "inst_type": "PERPETUAL_SWAP"}]
    exchange.serve("public/get-instruments", lambda _: listed)
    first = FundingRate(sync(market_start_date=rfc3339(NOW_MS - 10 * DAY_MS)))
    assert len(read(first).records) in (240, 241)
    earlier = FundingRate(sync(market_start_date=rfc3339(NOW_MS - 300 * DAY_MS)))
    times = [record["timestamp"] for record in read(earlier, first.state).records]
    assert len(times) == len(set(times)) == 290 * 24
