"""Tables that make requests for every instrument: refused ones, failures, lanes, refreshes that are resumed."""

import pytest
from airbyte_cdk.models import SyncMode

from source_cryptocom.errors import ExchangeError
from source_cryptocom.streams.instrument_list import InstrumentList
from source_cryptocom.streams.market import Book
from unit_tests.builders import NOW_MS, instrument, sync
from unit_tests.reading import Reading, read
from unit_tests.stub_exchange import Refusal, StubExchange

NOW = "2026-08-17T12:00:00.000Z"
LEVELS = {"bids": [["90.11", "12.4", "2"]], "asks": [["90.18", "7.25", "1"]]}


def listing(*names: str) -> InstrumentList:
    return InstrumentList(lambda: [instrument(name) for name in names])


def test_one_refused_instrument_is_a_warning_that_names_it(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    exchange.serve(
        "public/get-book",
        lambda asked: Refusal(400, 209) if asked["instrument_name"] == "OLD_USD" else [{**LEVELS, "t": NOW_MS}],
    )
    reading = read(Book(sync(), listing("BTC_USD", "OLD_USD", "ETH_USD")))
    assert [record["instrument"] for record in reading.records] == ["BTC_USD", "ETH_USD"]
    (warning,) = [record.getMessage() for record in log.records]
    assert warning.startswith("book: OLD_USD is left out, the others are read. public/get-book was answered with")


def test_a_table_whose_instruments_are_all_refused_fails(exchange: StubExchange) -> None:
    exchange.serve("public/get-book", lambda _: Refusal(400, 209))
    with pytest.raises(ExchangeError):
        read(Book(sync(), listing("BTC_USD", "ETH_USD")))


def test_a_failure_that_is_not_the_instruments_ends_the_table(exchange: StubExchange) -> None:
    exchange.serve("public/get-book", lambda asked: Refusal(401, 40103) if "ETH" in asked["instrument_name"] else [])
    book, reading = Book(sync(), listing("BTC_USD", "ETH_USD")), Reading()
    with pytest.raises(ExchangeError, match="whitelist"):
        read(book, into=reading)
    assert book.state == {}


def test_lanes_share_the_instruments(exchange: StubExchange) -> None:
    exchange.serve("public/get-book", lambda _: [{**LEVELS, "t": NOW_MS}])
    book = Book(sync(lanes={"book": 3}), listing("A_USD", "B_USD", "C_USD", "D_USD"))
    slices = list(book.stream_slices(sync_mode=SyncMode.incremental))
    assert slices == [{"lane": 0}, {"lane": 1}, {"lane": 2}]
    lanes = [iter(book.read_records(SyncMode.incremental, stream_slice=lane)) for lane in slices]
    found = [next(iter(lane)) for lane in lanes]
    assert [dict(record)["instrument"] for record in found] == ["A_USD", "B_USD", "C_USD"]  # type: ignore[arg-type]


def test_there_are_no_more_lanes_than_instruments() -> None:
    book = Book(sync(lanes={"book": 30}), listing("A_USD"))
    assert list(book.stream_slices(sync_mode=SyncMode.incremental)) == [{"lane": 0}]


def test_a_full_refresh_of_books_goes_on_where_it_was_interrupted(exchange: StubExchange) -> None:
    exchange.serve(
        "public/get-book",
        lambda asked: Refusal(401, 40103) if asked["instrument_name"] == "B_USD" else [{**LEVELS, "t": NOW_MS}],
    )
    first = Book(sync(), listing("A_USD", "B_USD", "C_USD"))
    with pytest.raises(ExchangeError):
        read(first, full_refresh=True)
    assert first.state == {"version": 1, "cursors": {"A_USD": True}, "full_refresh": True}

    exchange.serve("public/get-book", lambda asked: [{**LEVELS, "t": NOW_MS}])
    second = Book(sync(), listing("A_USD", "B_USD", "C_USD"))
    reading = read(second, first.state, full_refresh=True)
    assert [record["instrument"] for record in reading.records] == ["B_USD", "C_USD"]
    assert second.state["synced_at"] == NOW
    assert "full_refresh" not in second.state


def test_a_refresh_that_has_only_refused_instruments_left_comes_to_its_end(exchange: StubExchange) -> None:
    exchange.serve(
        "public/get-book",
        lambda asked: Refusal(400, 40004) if "OLD" in asked["instrument_name"] else [{**LEVELS, "t": NOW_MS}],
    )
    names = listing("BTC_USD", "OLD_A", "OLD_B")
    saved = {"version": 1, "cursors": {"BTC_USD": True}, "full_refresh": True}
    resumed = Book(sync(), names)
    assert read(resumed, saved, full_refresh=True).records == []
    assert "full_refresh" not in resumed.state
    assert len(read(Book(sync(), names), resumed.state, full_refresh=True).records) == 1
