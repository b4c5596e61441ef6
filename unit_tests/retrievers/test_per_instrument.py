"""Tables that make requests for every instrument: refused ones, failures, lanes, refreshes that are resumed."""

import pytest
from airbyte_cdk.models import SyncMode
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.api.retry_policy import RetryPolicy
from source_cryptocom.instruments import Instruments
from source_cryptocom.streams.market import Book
from unit_tests.support.builders import NOW_MS, instrument, sync
from unit_tests.support.reading import Reading, read
from unit_tests.support.stub_exchange import Answer, Parameters, Refusal, StubExchange

NOW = "2026-08-17T12:00:00.000Z"
LEVELS = {"bids": [["90.11", "12.4", "2"]], "asks": [["90.18", "7.25", "1"]]}


def listing(*names: str) -> Instruments:
    return Instruments(lambda: [instrument(name) for name in names])


def test_one_refused_instrument_is_a_warning_that_names_it(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    exchange.serve(
        "public/get-book",
        lambda asked: Refusal(400, 209) if asked["instrument_name"] == "OLD_USD" else [{**LEVELS, "t": NOW_MS}],
    )
    reading = read(Book(sync(listed=["BTC_USD", "OLD_USD", "ETH_USD"])))
    assert [record["instrument"] for record in reading.records] == ["BTC_USD", "ETH_USD"]
    (warning,) = [record.getMessage() for record in log.records]
    assert warning.startswith("book: OLD_USD is left out, the others are read. public/get-book was answered with")


def test_a_table_whose_instruments_are_all_refused_fails(exchange: StubExchange) -> None:
    exchange.serve("public/get-book", lambda _: Refusal(400, 209))
    with pytest.raises(ExchangeError):
        read(Book(sync(listed=["BTC_USD", "ETH_USD"])))


def test_a_failure_that_is_not_the_instruments_ends_the_table(exchange: StubExchange) -> None:
    exchange.serve("public/get-book", lambda asked: Refusal(401, 40103) if "ETH" in asked["instrument_name"] else [])
    book, reading = Book(sync(listed=["BTC_USD", "ETH_USD"])), Reading()
    with pytest.raises(ExchangeError, match="whitelist"):
        read(book, into=reading)
    assert book.state == {}


def test_lanes_share_the_instruments(exchange: StubExchange) -> None:
    exchange.serve("public/get-book", lambda _: [{**LEVELS, "t": NOW_MS}])
    book = Book(sync(workers={"book": 3}, listed=["A_USD", "B_USD", "C_USD", "D_USD"]))
    slices = list(book.stream_slices(sync_mode=SyncMode.incremental))
    assert slices == [{"worker": 0}, {"worker": 1}, {"worker": 2}]
    lanes = [iter(book.read_records(SyncMode.incremental, stream_slice=lane)) for lane in slices]
    found = [next(iter(lane)) for lane in lanes]
    assert [dict(record)["instrument"] for record in found] == ["A_USD", "B_USD", "C_USD"]  # type: ignore[arg-type]


def test_there_are_no_more_lanes_than_instruments() -> None:
    book = Book(sync(workers={"book": 30}, listed=["A_USD"]))
    assert list(book.stream_slices(sync_mode=SyncMode.incremental)) == [{"worker": 0}]


def test_a_full_refresh_of_books_goes_on_where_it_was_interrupted(exchange: StubExchange) -> None:
    exchange.serve(
        "public/get-book",
        lambda asked: Refusal(401, 40103) if asked["instrument_name"] == "B_USD" else [{**LEVELS, "t": NOW_MS}],
    )
    first = Book(sync(listed=["A_USD", "B_USD", "C_USD"]))
    with pytest.raises(ExchangeError):
        read(first, full_refresh=True)
    assert first.state == {"version": 1, "cursors": {"A_USD": True}, "full_refresh": True}

    exchange.serve("public/get-book", lambda asked: [{**LEVELS, "t": NOW_MS}])
    second = Book(sync(listed=["A_USD", "B_USD", "C_USD"]))
    reading = read(second, first.state, full_refresh=True)
    assert [record["instrument"] for record in reading.records] == ["B_USD", "C_USD"]
    assert second.state["synced_at"] == NOW
    assert "full_refresh" not in second.state


def test_a_refresh_that_has_only_refused_instruments_left_comes_to_its_end(exchange: StubExchange) -> None:
    exchange.serve(
        "public/get-book",
        lambda asked: (
            Refusal(400, 40004, "Invalid instrument_name")
            if "OLD" in asked["instrument_name"]
            else [{**LEVELS, "t": NOW_MS}]
        ),
    )
    names = ["BTC_USD", "OLD_A", "OLD_B"]
    saved = {"version": 1, "cursors": {"BTC_USD": True}, "full_refresh": True}
    resumed = Book(sync(listed=names))
    assert read(resumed, saved, full_refresh=True).records == []
    assert "full_refresh" not in resumed.state
    assert len(read(Book(sync(listed=names)), resumed.state, full_refresh=True).records) == 1


def answering(exchange: StubExchange, **answers: Answer) -> None:
    """Books of the instruments named by their bases; every other one is served."""

    def page(asked: Parameters) -> Answer:
        return answers.get(asked["instrument_name"].partition("_")[0], [{**LEVELS, "t": NOW_MS}])

    exchange.serve("public/get-book", page)


UNKNOWN = Refusal(400, 99_999, "NEVER_HEARD_OF")
UNREADABLE: Answer = [{**LEVELS, "t": "soon"}]
BUSY = Refusal(500, 50_001)


@pytest.mark.parametrize("bad", [UNKNOWN, UNREADABLE])
def test_a_series_that_cannot_be_read_fails_the_table_after_the_others(
    exchange: StubExchange, log: pytest.LogCaptureFixture, bad: Answer
) -> None:
    answering(exchange, BAD=bad)
    book, reading = Book(sync(listed=["A_USD", "BAD_USD", "B_USD", "C_USD"])), Reading()
    with pytest.raises(AirbyteTracedException, match=r"NEVER_HEARD_OF|cannot hold"):
        read(book, full_refresh=True, into=reading)
    assert [record["instrument"] for record in reading.records] == ["A_USD", "B_USD", "C_USD"]
    assert book.state == {
        "version": 1,
        "cursors": {"A_USD": True, "B_USD": True, "C_USD": True},
        "full_refresh": True,
    }
    (warning,) = [record.getMessage() for record in log.records]
    assert warning.startswith(
        "book: BAD_USD failed; its cursor is unchanged and the next sync retries it. public/get-book "
    )


def test_the_first_of_several_failures_is_the_tables(exchange: StubExchange) -> None:
    answering(exchange, BAD=UNREADABLE, WORSE=UNKNOWN)
    reading = Reading()
    with pytest.raises(AirbyteTracedException, match="cannot hold"):
        read(Book(sync(listed=["BAD_USD", "A_USD", "WORSE_USD", "B_USD"])), into=reading)
    assert [record["instrument"] for record in reading.records] == ["A_USD", "B_USD"]


def test_two_failures_in_a_row_end_the_lane_with_the_first(exchange: StubExchange) -> None:
    answering(exchange, BAD=UNREADABLE, WORSE=UNKNOWN)
    book = Book(sync(listed=["BAD_USD", "WORSE_USD", "A_USD"]))
    with pytest.raises(AirbyteTracedException, match="cannot hold"):
        read(book)
    assert len(exchange.asked("public/get-book")) == 2
    assert "synced_at" not in book.state


def test_a_refused_instrument_between_two_failures_is_an_answer(exchange: StubExchange) -> None:
    answering(exchange, BAD=UNKNOWN, OLD=Refusal(400, 209), WORSE=UNKNOWN)
    with pytest.raises(ExchangeError, match="NEVER_HEARD_OF"):
        read(Book(sync(listed=["BAD_USD", "OLD_USD", "WORSE_USD", "A_USD"])))
    assert len(exchange.asked("public/get-book")) == 3


@pytest.mark.parametrize("over", [BUSY, Refusal(429, 42_901), Refusal(401, 40_103)])
def test_what_concerns_every_series_ends_the_lane_at_once(exchange: StubExchange, over: Refusal) -> None:
    answering(exchange, B=over)
    reading = Reading()
    with pytest.raises(ExchangeError):
        read(Book(sync(retry_policy=RetryPolicy(attempts=1), listed=["A_USD", "B_USD", "C_USD"])), into=reading)
    assert [record["instrument"] for record in reading.records] == ["A_USD"]


def test_each_lane_counts_its_own_failures(exchange: StubExchange) -> None:
    answering(exchange, BAD=UNKNOWN, WORSE=UNKNOWN)
    book = Book(sync(workers={"book": 2}, listed=["BAD_USD", "A_USD", "WORSE_USD", "B_USD"]))
    slices = list(book.stream_slices(sync_mode=SyncMode.incremental))
    lanes = [iter(book.read_records(SyncMode.incremental, stream_slice=lane)) for lane in slices]
    found = [dict(next(lane))["instrument"] for lane in lanes]  # type: ignore[arg-type]
    assert found == ["A_USD", "B_USD"]
    for lane in lanes:
        with pytest.raises(ExchangeError):
            next(lane)
