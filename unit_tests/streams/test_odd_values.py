"""What the exchange sends beside its documentation: the rows come, and a warning says what was wrong with them."""

from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStreamStatus, SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.entrypoint_wrapper import read as run
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom import SourceCryptocom
from source_cryptocom.clock import rfc3339
from source_cryptocom.retrievers.paging.windows import RowTime
from source_cryptocom.streams.account import OpenOrder, UserBalance
from source_cryptocom.streams.history import OrderHistory, UserTrade
from source_cryptocom.streams.market import Book, Candlestick, Instrument, Ticker
from unit_tests.support.builders import (
    API_KEY,
    API_SECRET,
    BASE_URL,
    NOW_MS,
    account_balance,
    asset,
    candle,
    fill,
    instrument,
    order,
    sync,
)
from unit_tests.support.history_server import YESTERDAY, ago_ns, created_ns, served
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import StubExchange


def synced(*tables: str, **fields: Any) -> EntrypointOutput:
    """A full refresh through the command line's own entry."""
    config = {"api_key": API_KEY, "api_secret": API_SECRET, "base_url": BASE_URL, **fields}
    catalog = CatalogBuilder()
    for table in tables:
        catalog = catalog.with_stream(table, SyncMode.full_refresh)
    return run(SourceCryptocom(), config, catalog.build())


def warnings(output: EntrypointOutput) -> list[str]:
    return [line.log.message for line in output.logs if line.log and line.log.level.value == "WARN"]


def test_a_table_says_once_which_fields_were_odd_and_how_often(exchange: StubExchange) -> None:
    odd = asset("CRO", collateral_eligible="perhaps", quantity="")
    exchange.serve("private/user-balance", lambda _: [account_balance(odd, asset("USD"), is_liquidating=0)])
    output = synced("user_balance")
    cro, usd = [row.record.data for row in output.records if row.record]
    assert "collateral_eligible" not in cro
    assert "quantity" not in cro
    assert (usd["collateral_eligible"], usd["is_liquidating"]) == (True, False)
    (warning,) = warnings(output)
    assert warning == (
        "user_balance: The exchange sent values in a form it does not document; brought to the column's type: "
        "is_liquidating (2); not readable and therefore null: collateral_eligible (1). Their rows came."
    )
    assert output.get_stream_statuses("user_balance")[-1] is AirbyteStreamStatus.COMPLETE


def test_a_table_that_is_read_by_several_workers_says_it_once_too(exchange: StubExchange) -> None:
    names = ("A_USD", "B_USD", "C_USD")
    exchange.serve("public/get-instruments", lambda _: [instrument(name) for name in names])
    exchange.serve("public/get-book", lambda _: [{"t": NOW_MS * 1_000_000, "bids": [], "asks": []}])
    (warning,) = warnings(synced("book"))
    assert warning.endswith("brought to the column's type: t (3). Their rows came.")


def test_an_empty_list_of_instruments_is_warned_of(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    exchange.serve("public/get-instruments", lambda _: [])
    assert read(Instrument(sync())).records == []
    (warning,) = [line.getMessage() for line in log.records]
    assert warning.startswith("instrument: public/get-instruments lists nothing, ")


def test_a_next_page_of_instruments_is_warned_of(http: requests_mock.Mocker, log: pytest.LogCaptureFixture) -> None:
    http.get(
        f"{BASE_URL}public/get-instruments",
        json={"code": 0, "result": {"data": [instrument("BTC_USD")], "next_cursor": "abc"}},
    )
    assert len(read(Instrument(sync())).records) == 1
    (warning,) = [line.getMessage() for line in log.records]
    assert warning.startswith("instrument: public/get-instruments sent 1 rows and a next_cursor, ")


def test_a_table_per_instrument_says_how_many_there_were(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    state = {"version": 1, "cursors": {"A_USD": True, "B_USD": True}, "full_refresh": True}
    assert read(Book(sync(listed=[])), state, full_refresh=True).records == []
    assert "book: the exchange lists no instrument at all, but the last sync left the cursors of 2 instruments." in [
        line.getMessage() for line in log.records
    ]


@pytest.mark.parametrize(
    ("table", "rows"), [(Ticker, []), (UserBalance, []), (UserBalance, [{"position_balances": []}])]
)
def test_no_ticker_and_no_balance_are_warned_of(
    exchange: StubExchange, log: pytest.LogCaptureFixture, table: Any, rows: list[Any]
) -> None:
    exchange.serve(table.method, lambda _: rows)
    stream = table(sync())
    assert read(stream).records == []
    (warning,) = [line.getMessage() for line in log.records]
    assert warning.startswith(f"{stream.name}: the exchange returned no rows. ")


def test_no_open_order_is_nothing_to_speak_of(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    exchange.serve("private/get-open-orders", lambda _: [])
    assert read(OpenOrder(sync())).records == []
    assert log.records == []


def test_two_open_legs_under_one_order_id_both_come_and_are_warned_of(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    legs = [order("7001", ago_ns(1), status="ACTIVE", list_id="9", leg_id=leg) for leg in ("1", "2")]
    exchange.serve("private/get-open-orders", lambda _: legs)
    assert [record["leg_id"] for record in read(OpenOrder(sync())).records] == ["1", "2"]
    (warning,) = [line.getMessage() for line in log.records]
    assert warning.startswith("open_order: the exchange gave several legs of an order list one order_id (7001). ")


def test_two_legs_that_ended_under_one_order_id_and_at_one_time_both_come(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    legs = [order("7001", ago_ns(1), list_id="9", leg_id=leg) for leg in ("1", "2")]
    served(exchange, OrderHistory.method, legs, created_ns)
    exchange.serve("private/get-open-orders", lambda _: [])
    reading = read(OrderHistory(sync(start_date=YESTERDAY)))
    assert sorted(record["leg_id"] for record in reading.records) == ["1", "2"]
    assert [line for line in log.records if "one order_id (7001)" in line.getMessage()] != []


def test_an_order_without_a_readable_cursor_stops_its_table(exchange: StubExchange) -> None:
    served(exchange, OrderHistory.method, [{**order("7001", ago_ns(1)), "update_time": "soon"}], created_ns)
    exchange.serve("private/get-open-orders", lambda _: [])
    with pytest.raises(AirbyteTracedException, match="update_time is 'soon'"):
        read(OrderHistory(sync(start_date=YESTERDAY)))


def test_candles_in_nanoseconds_are_all_read_and_the_next_sync_goes_on_from_them(exchange: StubExchange) -> None:
    opened = [NOW_MS - minutes * 60_000 for minutes in (3, 2, 1)]
    exchange.serve("public/get-candlestick", lambda _: [candle(ms * 1_000_000) for ms in opened])
    stream = Candlestick(sync(listed=["BTC_USD"], candlestick_timeframes=["1m"], candlestick_count=3))
    reading = read(stream)
    assert [record["timestamp"] for record in reading.records] == [rfc3339(ms) for ms in opened]
    assert stream.state["cursors"] == {"1m": {f"{opened[-1]} since {opened[0]}": ["BTC_USD"]}}


def test_a_fill_whose_only_time_is_in_nanoseconds_has_that_time() -> None:
    time = RowTime("create_time", "create_time_ns")
    assert time.earliest_ns({"create_time": 1786921599729123456}) == 1786921599729000000
    assert time.earliest_ns({"create_time": "1786921599729"}) == 1786921599729000000


def test_different_fills_under_one_id_are_warned_of_once(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    served(exchange, UserTrade.method, [fill("1", ago_ns(hours)) for hours in (1, 2, 3)], created_ns)
    read(UserTrade(sync(start_date=YESTERDAY)))
    (warning,) = [line.getMessage() for line in log.records if line.levelname == "WARNING"]
    assert warning.startswith("user_trade: the exchange gave different rows one identity: instrument_name and trade_id")
    assert "rows of this table are missing" in warning


def test_a_fill_that_comes_twice_is_nothing_to_speak_of(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    served(exchange, UserTrade.method, [fill("1", ago_ns(1))] * 2, created_ns)
    assert len(read(UserTrade(sync(start_date=YESTERDAY))).records) == 1
    assert [line for line in log.records if line.levelname == "WARNING"] == []
