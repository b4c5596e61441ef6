"""Instruments, tickers and books; the state of the public tables and the pause between syncs."""

from typing import Any

import pytest
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.api.response import Row
from source_cryptocom.clock import rfc3339
from source_cryptocom.config import ConfigError
from source_cryptocom.instruments import Instruments
from source_cryptocom.streams import STREAMS
from source_cryptocom.streams.market import Book, Candlestick, Instrument, Ticker, Trade
from unit_tests.support.builders import NOW_MS, instrument, sync, ticker
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import Refusal, StubExchange

NOW = "2026-08-17T12:00:00.000Z"
HOUR_AGO = "2026-08-17T11:00:00.000Z"
LEVELS = {"bids": [["90.11", "12.4", "2"]], "asks": [["90.18", "7.25", "1"]]}


def listing(*names: str) -> Instruments:
    return Instruments(lambda: [instrument(name) for name in names])


def test_an_instrument_that_never_expires_has_no_expiry(exchange: StubExchange) -> None:
    future = instrument("BTCUSD-261225", expiry_timestamp_ms="1798185600000", contract_size="1", new_field={"a": 1})
    exchange.serve("public/get-instruments", lambda _: [instrument("BTC_USD"), future])
    spot, dated = read(Instrument(sync())).records
    assert spot["expiry_time"] is None
    assert dated["expiry_time"] == "2026-12-25T08:00:00.000Z"
    assert "expiry_timestamp_ms" not in spot
    assert (dated["quote_decimals"], dated["tradable"], dated["new_field"]) == (5, True, {"a": 1})


def test_the_list_of_instruments_is_fetched_once_for_all_tables(exchange: StubExchange) -> None:
    exchange.serve("public/get-instruments", lambda _: [instrument("BTC_USD")])
    exchange.serve("public/get-book", lambda _: [{**LEVELS, "t": NOW_MS}])
    exchange.serve("public/get-trades", lambda _: [])
    exchange.serve("public/get-candlestick", lambda _: [])
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD")])
    exchange.serve("public/get-valuations", lambda _: [])
    exchange.serve("public/get-expired-settlement-price", lambda _: [])
    exchange.serve("public/get-risk-parameters", lambda _: {})
    context = sync()
    for stream in STREAMS.values():
        if not stream.is_private():
            read(stream(context))
    assert exchange.asked("public/get-instruments") == [{}]


def test_configured_instruments_are_read_where_the_list_is_refused(exchange: StubExchange) -> None:
    exchange.serve("public/get-instruments", lambda _: Refusal(400, 40001, "BAD_REQUEST"))
    exchange.serve("public/get-book", lambda asked: [{**LEVELS, "t": NOW_MS}])
    book = Book(sync(instruments=["ETH_USD", "BTC_USD"]))
    assert [record["instrument"] for record in read(book).records] == ["ETH_USD", "BTC_USD"]


def test_a_list_that_could_not_be_fetched_fails_every_table_without_asking_again(exchange: StubExchange) -> None:
    exchange.serve("public/get-instruments", lambda _: Refusal(400, 40001, "BAD_REQUEST"))
    context = sync()
    for table in (Instrument(context), Trade(context), Book(context), Candlestick(context)):
        with pytest.raises(ExchangeError, match="public/get-instruments was answered with code 40001"):
            read(table)
    assert len(exchange.asked("public/get-instruments")) == 1


def test_a_row_without_a_symbol_is_no_instrument_to_read() -> None:
    rows: list[Row] = [instrument("BTC_USD"), {"inst_type": "CCY_PAIR"}, {"symbol": None}, {"symbol": ""}]
    assert Instruments(lambda: rows).names() == ["BTC_USD"]


def test_a_ticker_has_words_for_letters(exchange: StubExchange) -> None:
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD", b=None, v=0.100000000000000001)])
    (record,) = read(Ticker(sync())).records
    assert record == {
        "instrument": "BTC_USD",
        "high": "101.5",
        "low": "99.25",
        "last_price": "100.10",
        "change": "-0.0123",
        "bid": None,
        "bid_size": "3.5",
        "ask": "100.15",
        "ask_size": "1.25",
        "volume": "0.1",
        "volume_value": "512587.07",
        "open_interest": None,
        "timestamp": "2026-08-17T11:59:59.600Z",
    }


def test_a_book_has_the_exchanges_own_time(exchange: StubExchange) -> None:
    exchange.serve(
        "public/get-book", lambda _: {"instrument_name": "BTC_USD", "depth": "1", "data": [{**LEVELS, "t": NOW_MS - 5}]}
    )
    (record,) = read(Book(sync(book_depth=10, listed=["BTC_USD"]))).records
    assert record == {"instrument": "BTC_USD", "depth": 1, "timestamp": "2026-08-17T11:59:59.995Z", **LEVELS}
    assert exchange.asked("public/get-book") == [{"instrument_name": "BTC_USD", "depth": "10"}]


@pytest.mark.parametrize("time", [{}, {"t": None}, {"t": 0}])
def test_a_book_without_a_time_has_that_of_the_request(exchange: StubExchange, time: dict[str, Any]) -> None:
    exchange.serve("public/get-book", lambda _: [{**LEVELS, **time}])
    (record,) = read(Book(sync(listed=["BTC_USD"]))).records
    assert (record["timestamp"], record["instrument"]) == (NOW, "BTC_USD")


def test_an_incremental_table_says_when_it_was_read(exchange: StubExchange) -> None:
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD")])
    stream = Ticker(sync())
    read(stream)
    assert stream.state == {"version": 1, "synced_at": NOW}


def test_a_table_that_failed_does_not_say_that_it_was_read(exchange: StubExchange) -> None:
    exchange.serve("public/get-tickers", lambda _: Refusal(401, 40103))
    stream = Ticker(sync())
    with pytest.raises(ExchangeError):
        read(stream, {"version": 1, "synced_at": HOUR_AGO})
    assert stream.state == {"version": 1, "synced_at": HOUR_AGO}


def test_a_table_that_was_read_lately_is_left_alone_and_keeps_its_state(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    cursor = ["1786960000000000000", "1786950000000000000", "a", "b"]
    state = {"version": 1, "synced_at": HOUR_AGO, "cursors": {"BTC_USD": cursor}}
    trade = Trade(sync(hours_between_syncs=1.5))
    reading = read(trade, state)
    assert reading.events == []
    assert trade.state == state
    assert [(record.levelname, record.getMessage()) for record in log.records] == [
        (
            "INFO",
            (
                "trade: read at 2026-08-17T11:00:00.000Z, less than 1.5 hours ago (hours_between_syncs): "
                "nothing is read before 2026-08-17T12:25:30.000Z."
            ),
        )
    ]


@pytest.mark.parametrize("hours", [1, 0.5, 0])
def test_a_table_is_read_when_the_hours_are_over(exchange: StubExchange, hours: float) -> None:
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD")])
    reading = read(Ticker(sync(hours_between_syncs=hours)), {"version": 1, "synced_at": HOUR_AGO})
    assert len(reading.records) == 1


@pytest.mark.parametrize(
    ("hours", "early_seconds", "records"),
    [(1, 180, 1), (1, 181, 0), (12, 1_800, 1), (12, 1_801, 0), (24, 1_800, 1), (24, 1_801, 0)],
)
def test_a_schedule_as_long_as_the_least_interval_may_begin_a_little_early(
    exchange: StubExchange, hours: float, early_seconds: int, records: int
) -> None:
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD")])
    synced_at = rfc3339(NOW_MS - round(hours * 3_600_000) + early_seconds * 1_000)
    reading = read(Ticker(sync(hours_between_syncs=hours)), {"version": 1, "synced_at": synced_at})
    assert len(reading.records) == records


def test_a_full_refresh_always_reads(exchange: StubExchange) -> None:
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD")])
    stream = Ticker(sync(hours_between_syncs=12))
    assert len(read(stream, {"version": 1, "synced_at": HOUR_AGO}, full_refresh=True).records) == 1


@pytest.mark.parametrize("state", [{"version": 0}, {"synced_at": HOUR_AGO}, {"version": 1, "synced_at": "soon"}])
def test_an_unusable_state_is_a_warning_and_a_full_read(
    exchange: StubExchange, log: pytest.LogCaptureFixture, state: dict[str, Any]
) -> None:
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD")])
    stream = Ticker(sync(hours_between_syncs=12))
    assert len(read(stream, state).records) == 1
    (warning,) = [record.getMessage() for record in log.records]
    assert warning.startswith("ticker: the saved state is not used, because ")
    assert warning.endswith(" The table is read from the start.")
    assert stream.state == {"version": 1, "synced_at": NOW}


def test_a_later_versions_state_fails_the_table_and_is_kept(exchange: StubExchange) -> None:
    stream = Ticker(sync())
    with pytest.raises(ConfigError, match="later version"):
        read(stream, {"version": 9, "wonder": True})
    assert stream.state == {"version": 9, "wonder": True}


@pytest.mark.parametrize("row", ["text", None, 5, ["t", 1]])
def test_a_row_that_is_no_object_is_a_failure_that_names_the_table(exchange: StubExchange, row: Any) -> None:
    exchange.serve("public/get-tickers", lambda _: [row])
    with pytest.raises(AirbyteTracedException, match="which table ticker needs, sent a row that is not an"):
        read(Ticker(sync()))


def test_a_value_among_the_rows_that_holds_no_row_costs_no_other_one(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    exchange.serve("public/get-tickers", lambda _: [None, ticker("BTC_USD"), "text", 5])
    assert len(read(Ticker(sync())).records) == 1
    (warning,) = log.messages
    assert warning.startswith("ticker: public/get-tickers sent a number, a text, null among its rows: that is left out")


def test_a_list_among_the_rows_may_be_one_in_another_form_and_fails_the_table(exchange: StubExchange) -> None:
    exchange.serve("public/get-tickers", lambda _: [ticker("BTC_USD"), ["ETH_USD", "1"]])
    with pytest.raises(AirbyteTracedException, match="sent a row that is not an object, but a list"):
        read(Ticker(sync()))


def test_answers_in_strings_give_the_same_records(exchange: StubExchange) -> None:
    given: list[Any] = []
    exchange.serve("public/get-tickers", lambda _: given)
    given[:] = [ticker("BTC_USD")]
    integers = read(Ticker(sync())).records
    given[:] = [{name: value if value is None else str(value) for name, value in ticker("BTC_USD").items()}]
    assert read(Ticker(sync())).records == integers
