"""How far an instrument's trades were read: what the next sync emits, and what a state holds of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.retrievers.trades.position import TradePosition, parse_trade_cursor
from source_cryptocom.retrievers.trades.tracker import LATENESS_NS, MAX_IDS
from unit_tests.support.builders import DAY_MS, NOW_MS, trade
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import Parameters, StubExchange
from unit_tests.support.trade_market import (
    MARGIN_NS,
    MS,
    NOW_NS,
    SECOND_NS,
    Market,
    cursor_of,
    ids,
    state,
    stream,
    trades,
)


def test_trades_that_tie_with_the_last_known_one_are_not_lost(exchange: StubExchange) -> None:
    at_ns = NOW_NS - SECOND_NS
    market = Market(exchange, trade("BTC_USD", at_ns, 1), trade("BTC_USD", at_ns, 2))
    first = stream()
    read(first)
    assert cursor_of(first) == [str(at_ns - LATENESS_NS), str(at_ns), "1", "2"]
    market.rows.append(trade("BTC_USD", at_ns, 3))
    second = stream()
    assert ids(read(second, first.state)) == ["3"]
    assert cursor_of(second) == [str(at_ns - LATENESS_NS), str(at_ns), "1", "2", "3"]


def test_a_quiet_instruments_trade_that_shows_up_late_is_emitted_by_the_next_sync(exchange: StubExchange) -> None:
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
    assert cursor_of(table) == [str(NOW_NS - MARGIN_NS), str(last_ns)]


def test_an_instrument_without_trades_has_a_cursor_too(exchange: StubExchange) -> None:
    Market(exchange)
    table = stream()
    read(table)
    assert cursor_of(table) == [str(NOW_NS - MARGIN_NS)]


@pytest.mark.parametrize("late_by_ns", [1, MS, SECOND_NS, 29 * SECOND_NS])
def test_a_trade_published_behind_the_newest_one_is_emitted_by_the_next_sync(
    exchange: StubExchange, late_by_ns: int
) -> None:
    market = Market(exchange, *trades(60))
    first = stream()
    read(first)
    market.rows.append(trade("BTC_USD", NOW_NS - SECOND_NS - late_by_ns, 99))
    second = stream(now_ms=NOW_MS + 3_600_000)
    assert ids(read(second, first.state)) == ["99"]
    assert ids(read(stream(now_ms=NOW_MS + 3_600_000), second.state)) == []


def test_a_cursor_holds_the_ids_of_all_trades_that_the_next_sync_meets_again(exchange: StubExchange) -> None:
    Market(exchange, *trades(60))
    table = stream()
    read(table)
    newest_ns = NOW_NS - SECOND_NS
    kept = sorted(str(number) for number in range(31))
    assert cursor_of(table) == [str(newest_ns - LATENESS_NS), str(newest_ns), *kept]


def test_a_cursor_holds_no_more_ids_than_a_page_however_dense_the_trades_are(exchange: StubExchange) -> None:
    market = Market(exchange, *trades(800, step_ns=10 * MS))
    table = stream(trade_count=700)
    assert len(ids(read(table))) == 700
    read_to_ns, _, *known = cursor_of(table)
    assert set(known) == {str(number) for number in range(MAX_IDS)}
    assert int(read_to_ns) > market.rows[MAX_IDS]["tn"]
    assert ids(read(stream(), table.state)) == []


@pytest.mark.parametrize("trade_count", [1, 20, 150, 151])
def test_after_a_first_sync_that_stopped_at_its_count_nothing_older_is_emitted(
    exchange: StubExchange, trade_count: int
) -> None:
    market = Market(exchange, *trades(400, step_ns=100 * MS))
    first = stream(trade_count=trade_count)
    read(first)
    market.rows += [trade("BTC_USD", NOW_NS, 9_000), trade("BTC_USD", NOW_NS, 9_001)]
    assert ids(read(stream(now_ms=NOW_MS + 60_000), first.state)) == ["9000", "9001"]


def test_an_exchange_that_compares_milliseconds_makes_no_trade_come_twice(exchange: StubExchange) -> None:
    start_ns = NOW_NS - 5 * SECOND_NS
    rows = [trade("BTC_USD", start_ns + number, number) for number in range(40)]

    def whole_milliseconds(asked: Parameters) -> list[Any]:
        first_ms, end_ms = int(asked["start_ts"]) // MS, -(-int(asked["end_ts"]) // MS)
        inside = [row for row in rows if first_ms <= row["tn"] // MS < end_ms]
        return sorted(inside, key=lambda row: -row["tn"])[: int(asked["count"])]

    exchange.serve("public/get-trades", whole_milliseconds)
    first = stream(trade_count=20)
    assert ids(read(first)) == [str(number) for number in range(39, 19, -1)]
    assert ids(read(stream(now_ms=NOW_MS + 60_000), first.state)) == []


def test_a_trade_behind_the_end_that_was_asked_for_is_left_to_the_next_sync(exchange: StubExchange) -> None:
    market = Market(exchange, *trades(20))
    any_time = {"start_ts": str(NOW_NS - 3_600 * SECOND_NS), "end_ts": str(NOW_NS + 3_600 * SECOND_NS)}
    exchange.serve("public/get-trades", lambda asked: market.page({**asked, **any_time}))
    market.rows.append(trade("BTC_USD", NOW_NS + 600 * SECOND_NS, 900))
    first = stream()
    assert "900" not in ids(read(first))
    market.rows.append(trade("BTC_USD", NOW_NS + 300 * SECOND_NS, 901))
    assert ids(read(stream(now_ms=NOW_MS + 3_600_000), first.state)) == ["900", "901"]


def test_a_state_that_knows_the_latest_trades_only_is_read_on_from(exchange: StubExchange) -> None:
    Market(exchange, *trades(20))
    latest_ns = NOW_NS - 10 * SECOND_NS
    assert ids(read(stream(), state(latest_ns, latest_ns, 9))) == [str(number) for number in range(9)]


@given(st.integers(0, 2**63), st.integers(1, 2**63), st.lists(st.text(min_size=1), max_size=3))
def test_a_cursor_reads_back_as_itself(read_to_ns: int, latest_ns: int, trade_ids: list[str]) -> None:
    cursor = TradePosition(read_to_ns, latest_ns, tuple(trade_ids))
    assert parse_trade_cursor(cursor.as_state()) == cursor


def test_the_cursor_of_an_instrument_without_trades_is_a_moment_alone() -> None:
    assert TradePosition(5).as_state() == ["5"]
    assert parse_trade_cursor(["5"]) == TradePosition(5)


@pytest.mark.parametrize(
    "garbage", [None, [], "5", 5, {}, [5], ["soon"], ["5", "soon", "1"], ["5", 6], [None], ["5", ""]]
)
def test_a_cursor_of_another_shape_is_not_used(garbage: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_trade_cursor(garbage)
