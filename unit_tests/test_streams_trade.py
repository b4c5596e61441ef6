"""Public trades: the newest at first, then every one since, and a warning where the exchange's history ends."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.checkpoint import UnusableState
from source_cryptocom.streams.instrument_list import InstrumentList
from source_cryptocom.streams.trade import SPAN_NS, Trade, TradeCursor, descending_windows, parse_trade_cursor
from unit_tests.builders import DAY_MS, NOW_MS, instrument, sync, trade
from unit_tests.reading import Reading, read
from unit_tests.stub_exchange import Parameters, StubExchange

MS = 1_000_000
NOW_NS = NOW_MS * MS
MARGIN_NS = 180_000 * MS
SECOND_NS = 1_000 * MS


class Market:
    """One instrument's trades, as the exchange hands them out: newest first, the end exclusive."""

    def __init__(self, exchange: StubExchange, *rows: dict[str, Any], kept_since_ns: int = 0) -> None:
        self.rows = list(rows)
        self.kept_since_ns = kept_since_ns
        self._exchange = exchange
        exchange.serve("public/get-trades", self.page)

    @property
    def asked(self) -> list[Parameters]:
        return self._exchange.asked("public/get-trades")

    def page(self, asked: Parameters) -> list[Any]:
        start, end = int(asked["start_ts"]), int(asked["end_ts"])
        assert 0 < end - start <= SPAN_NS
        inside = [row for row in self.rows if max(start, self.kept_since_ns) <= row["tn"] < end]
        return sorted(inside, key=lambda row: row["tn"], reverse=True)[: int(asked["count"])]


def stream(**fields: Any) -> Trade:
    return Trade(sync(**fields), InstrumentList(lambda: [instrument("BTC_USD")]))


def ids(reading: Reading) -> list[str]:
    return [record["trade_id"] for record in reading.records]


def state(*cursor: object) -> dict[str, Any]:
    return {"version": 1, "cursors": {"BTC_USD": [str(part) for part in cursor]}}


def cursor_of(table: Trade) -> list[str]:
    cursor: list[str] = table.state["cursors"]["BTC_USD"]
    return cursor


def trades(count: int, newest_ns: int = NOW_NS - SECOND_NS, step_ns: int = SECOND_NS) -> list[dict[str, Any]]:
    """The newest has number 0."""
    return [trade("BTC_USD", newest_ns - number * step_ns, number) for number in range(count)]


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


def test_trades_that_tie_with_the_last_known_one_are_not_lost(exchange: StubExchange) -> None:
    at_ns = NOW_NS - SECOND_NS
    market = Market(exchange, trade("BTC_USD", at_ns, 1), trade("BTC_USD", at_ns, 2))
    first = stream()
    read(first)
    assert cursor_of(first) == [str(at_ns), str(at_ns), "1", "2"]
    market.rows.append(trade("BTC_USD", at_ns, 3))
    second = stream()
    assert ids(read(second, first.state)) == ["3"]
    assert cursor_of(second) == [str(at_ns), str(at_ns), "1", "2", "3"]


def test_a_trade_that_shows_up_a_little_late_is_emitted_by_the_next_sync(exchange: StubExchange) -> None:
    market = Market(exchange, trade("BTC_USD", NOW_NS - 3600 * SECOND_NS, 1))
    first = stream()
    read(first)
    market.rows.append(trade("BTC_USD", NOW_NS - MARGIN_NS, 2))
    assert ids(read(stream(), first.state)) == ["2"]


def test_a_quiet_instruments_cursor_moves_on(exchange: StubExchange) -> None:
    last_ns = NOW_NS - 30 * DAY_MS * MS
    Market(exchange, trade("BTC_USD", last_ns, 1))
    table = stream()
    assert ids(read(table, state(last_ns, last_ns, 1))) == []
    assert cursor_of(table) == [str(NOW_NS - MARGIN_NS), str(last_ns), "1"]


def test_an_instrument_without_trades_has_a_cursor_too(exchange: StubExchange) -> None:
    Market(exchange)
    table = stream()
    read(table)
    assert cursor_of(table) == [str(NOW_NS - MARGIN_NS)]


def test_no_request_spans_more_than_seven_days(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    last_ns = NOW_NS - 30 * DAY_MS * MS
    market = Market(exchange, trade("BTC_USD", last_ns, 1), trade("BTC_USD", NOW_NS - 20 * DAY_MS * MS, 2))
    assert ids(read(stream(), state(last_ns, last_ns, 1))) == ["2"]
    assert len(market.asked) == 5
    assert log.records == []


def warnings(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.levelname == "WARNING"]


def test_a_gap_is_a_warning_with_the_instrument_and_its_ends(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    last_ns, kept_ns = NOW_NS - 30 * DAY_MS * MS, NOW_NS - 20 * DAY_MS * MS
    Market(exchange, trade("BTC_USD", last_ns, 1), trade("BTC_USD", kept_ns, 2), kept_since_ns=kept_ns)
    assert ids(read(stream(), state(last_ns, last_ns, 1))) == ["2"]
    assert warnings(log) == [
        (
            "trade: BTC_USD has a gap from 2026-07-18T12:00:00.000Z to 2026-07-28T12:00:00.000Z: "
            "the exchange's own history of trades ends there."
        )
    ]


def test_a_gap_up_to_now_is_a_warning_too(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    last_ns = NOW_NS - 30 * DAY_MS * MS
    Market(exchange, kept_since_ns=NOW_NS)
    read(stream(), state(last_ns, last_ns, 1))
    assert warnings(log) == [
        (
            "trade: BTC_USD has a gap from 2026-07-18T12:00:00.000Z to 2026-08-17T12:00:00.000Z: "
            "the exchange's own history of trades ends there."
        )
    ]


def test_a_quiet_instrument_whose_last_trade_is_still_known_has_no_gap(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    last_ns = NOW_NS - 40 * DAY_MS * MS
    read_to_ns = NOW_NS - 20 * DAY_MS * MS
    Market(exchange, trade("BTC_USD", last_ns, 1), trade("BTC_USD", NOW_NS - SECOND_NS, 2))
    assert ids(read(stream(), state(read_to_ns, last_ns, 1))) == ["2"]
    assert warnings(log) == []


def test_a_quiet_instrument_that_was_read_lately_needs_no_proof(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    market = Market(exchange, kept_since_ns=NOW_NS - DAY_MS * MS)
    read(stream(), state(NOW_NS - 3600 * SECOND_NS, NOW_NS - 40 * DAY_MS * MS, 1))
    assert len(market.asked) == 1
    assert warnings(log) == []


def test_an_instrument_that_never_had_a_trade_has_no_gap(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    Market(exchange, trade("BTC_USD", NOW_NS - SECOND_NS, 1))
    assert ids(read(stream(), state(NOW_NS - 20 * DAY_MS * MS))) == ["1"]
    assert warnings(log) == []


@given(st.integers(0, 2**63), st.integers(1, 2**63), st.lists(st.text(min_size=1), max_size=3))
def test_a_cursor_reads_back_as_itself(read_to_ns: int, latest_ns: int, trade_ids: list[str]) -> None:
    cursor = TradeCursor(read_to_ns, latest_ns if trade_ids else 0, tuple(trade_ids))
    assert parse_trade_cursor(cursor.as_state()) == cursor


@pytest.mark.parametrize(
    "garbage", [None, [], "5", 5, {}, [5], ["soon"], ["5", "soon", "1"], ["5", 6], [None], ["5", ""]]
)
def test_a_cursor_of_another_shape_is_not_used(garbage: Any) -> None:
    with pytest.raises(UnusableState, match=r"^a trade cursor is "):
        parse_trade_cursor(garbage)


def test_one_garbled_cursor_makes_it_a_first_sync_with_a_warning(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    Market(exchange, *trades(5))
    assert len(ids(read(stream(), {"version": 1, "cursors": {"BTC_USD": 5}}))) == 5
    assert warnings(log) == [
        "trade: the saved state is not used, because a trade cursor is '5'. The table is read from the start."
    ]


@given(st.integers(0, 40 * DAY_MS * MS), st.integers(0, 40 * DAY_MS * MS))
def test_windows_go_back_from_the_newest_without_gap_or_overlap(start_ns: int, width: int) -> None:
    found = list(descending_windows(start_ns, start_ns + width))
    assert len(found) == -(-width // SPAN_NS)
    assert all(0 < window.width_ns <= SPAN_NS for window in found)
    ends = [start_ns + width, *(window.start_ns for window in found)]
    assert [window.end_ns for window in found] == ends[:-1]
    assert ends[-1] == start_ns
