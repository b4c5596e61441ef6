"""Public trades: the newest at first, then every one since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.retrievers.paging.windows import descending_windows
from source_cryptocom.retrievers.trades.reader import SPAN_NS
from unit_tests.support.builders import DAY_MS, NOW_MS, trade
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import StubExchange
from unit_tests.support.trade_market import (
    MS,
    NOW_NS,
    SECOND_NS,
    Market,
    ids,
    state,
    stream,
    trades,
)


def test_a_trade_has_words_for_letters(exchange: StubExchange) -> None:
    Market(exchange, trade("BTC_USD", 1_786_967_999_123_456_789, 17, s="sell"))
    (record,) = read(stream()).records
    assert record == {
        "trade_id": "17",
        "instrument": "BTC_USD",
        "side": "SELL",
        "price": "100.10",
        "quantity": "0.25",
        "timestamp": "2026-08-17T11:59:59.123Z",
        "timestamp_ns": "1786967999123456789",
        "match_id": "1786967999123456796",
    }


def test_a_first_sync_takes_the_newest_trades(exchange: StubExchange) -> None:
    market = Market(exchange, *trades(60))
    assert ids(read(stream(trade_count=25))) == [str(number) for number in range(25)]
    assert [asked["count"] for asked in market.asked] == ["25"]
    assert market.asked[0]["instrument_name"] == "BTC_USD"
    assert int(market.asked[0]["start_ts"]) == NOW_NS - 7 * DAY_MS * MS


def test_a_first_sync_pages_back_for_more_than_a_page(exchange: StubExchange) -> None:
    market = Market(exchange, *trades(500))
    assert ids(read(stream(trade_count=320))) == [str(number) for number in range(320)]
    assert [asked["count"] for asked in market.asked] == ["150"] * 3


def test_a_first_sync_takes_what_there_is(exchange: StubExchange) -> None:
    Market(exchange, *trades(10))
    table = stream(trade_count=1_000)
    assert len(ids(read(table))) == 10


def test_the_next_sync_emits_every_trade_since_once(exchange: StubExchange) -> None:
    market = Market(exchange, *trades(400))
    first = stream(trade_count=100)
    read(first)
    market.rows += [trade("BTC_USD", NOW_NS + number // 2 * SECOND_NS, 9_000 + number) for number in range(340)]
    second = stream(now_ms=NOW_MS + 600_000)
    found = ids(read(second, first.state))
    assert sorted(found, key=int) == [str(9_000 + number) for number in range(340)]
    assert ids(read(stream(now_ms=NOW_MS + 600_000), second.state)) == []


def test_no_request_spans_more_than_seven_days(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    last_ns = NOW_NS - 30 * DAY_MS * MS
    market = Market(exchange, trade("BTC_USD", last_ns, 1), trade("BTC_USD", NOW_NS - 20 * DAY_MS * MS, 2))
    assert ids(read(stream(), state(last_ns, last_ns, 1))) == ["2"]
    assert len(market.asked) == 5
    assert log.records == []


@given(st.integers(0, 40 * DAY_MS * MS), st.integers(0, 40 * DAY_MS * MS))
def test_windows_go_back_from_the_newest_without_gap_or_overlap(start_ns: int, width: int) -> None:
    found = list(descending_windows(start_ns, start_ns + width, SPAN_NS))
    assert len(found) == -(-width // SPAN_NS)
    assert all(0 < window.width_ns <= SPAN_NS for window in found)
    ends = [start_ns + width, *(window.start_ns for window in found)]
    assert [window.end_ns for window in found] == ends[:-1]
    assert ends[-1] == start_ns
