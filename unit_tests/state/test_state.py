"""State: what a sync may claim, and what the next one makes of it."""

from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateType, FailureType, Type
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.clock import OPENED_MS, rfc3339
from source_cryptocom.config import ConfigError
from source_cryptocom.retrievers.history.state import HistoryState, OrderWatermark
from source_cryptocom.state.market_cursor import MarketState, parse_market_state
from source_cryptocom.state.state import LOOKBACK_MS, UnusableState, is_plausible, state_message
from unit_tests.support.builders import NOW_MS

FIELD = "update_time"
CURSOR = "2026-08-16T23:06:39.729Z"
CURSOR_MS = 1_786_921_599_729

times = st.integers(min_value=OPENED_MS, max_value=NOW_MS + LOOKBACK_MS)
names = st.text(alphabet="ab1_", min_size=1, max_size=4)
watched = st.dictionaries(names, times, max_size=5)


def history(**state: Any) -> HistoryState:
    return HistoryState.parse({"version": 1, FIELD: CURSOR, **state}, FIELD, NOW_MS)


def market(**state: Any) -> MarketState:
    return parse_market_state({"version": 1, **state}, NOW_MS)


known_orders = st.none() | st.builds(OrderWatermark, times, times)


@given(times, watched, st.booleans(), known_orders)
def test_a_history_state_reads_back_as_itself(
    cursor_ms: int, open_orders: dict[str, int], refreshing: bool, orders: OrderWatermark | None
) -> None:
    state = HistoryState(cursor_ms, open_orders, refreshing, orders)
    assert HistoryState.parse(state.as_state(FIELD), FIELD, NOW_MS) == state


@given(st.none() | times, st.dictionaries(names, names, max_size=5), st.booleans())
def test_a_market_state_reads_back_as_itself(synced_ms: int | None, cursors: dict[str, Any], refreshing: bool) -> None:
    state = MarketState(synced_ms, cursors, refreshing)
    assert parse_market_state(state.as_state(), NOW_MS) == state


def test_a_state_from_before_the_exchange_opened_is_no_state_of_this_connector() -> None:
    with pytest.raises(UnusableState, match=r"^update_time 2018-12-31T23:59:59.999Z lies before the exchange opened$"):
        history(**{FIELD: rfc3339(OPENED_MS - 1)})


def test_a_history_state_is_short_where_there_is_little_to_say() -> None:
    assert HistoryState(CURSOR_MS).as_state(FIELD) == {"version": 1, FIELD: CURSOR}


def test_a_history_state_names_the_orders_it_watches_and_a_refresh_that_goes_on() -> None:
    assert HistoryState(CURSOR_MS, {"7001": 5}, refreshing=True).as_state("event_time") == {
        "version": 1,
        "event_time": CURSOR,
        "open_orders": {"7001": 5},
        "full_refresh": True,
    }


def test_a_market_state_says_what_it_has() -> None:
    assert MarketState().as_state() == {"version": 1}
    assert MarketState(0).as_state() == {"version": 1, "synced_at": "1970-01-01T00:00:00.000Z"}
    assert MarketState(CURSOR_MS, {"BTC_USD": ["5"]}, refreshing=True).as_state() == {
        "version": 1,
        "synced_at": CURSOR,
        "cursors": {"BTC_USD": ["5"]},
        "full_refresh": True,
    }


def test_a_state_is_a_snapshot() -> None:
    open_orders, cursors = {"7001": 5}, {"BTC_USD": "5"}
    states = HistoryState(CURSOR_MS, open_orders).as_state(FIELD), MarketState(None, cursors).as_state()
    open_orders.clear()
    cursors.clear()
    assert (states[0]["open_orders"], states[1]["cursors"]) == ({"7001": 5}, {"BTC_USD": "5"})


def test_a_parsed_state_does_not_change_with_the_one_it_was_read_from() -> None:
    open_orders, cursors = {"7001": 5}, {"BTC_USD": "5"}
    parsed = history(open_orders=open_orders), market(cursors=cursors)
    open_orders.clear()
    cursors.clear()
    assert (parsed[0].followed, parsed[1].cursors) == ({"7001": 5}, {"BTC_USD": "5"})


def test_the_parts_of_a_state_are_read() -> None:
    assert history(open_orders={"7001": 5}, full_refresh=True) == HistoryState(CURSOR_MS, {"7001": 5}, True)
    assert market(synced_at=CURSOR, cursors={"a": 1}, full_refresh=True) == MarketState(CURSOR_MS, {"a": 1}, True)
    assert history() == HistoryState(CURSOR_MS, {}, False)
    assert market() == MarketState(None, {}, False)


@pytest.mark.parametrize("flag", [False, None, "true", 1, {}])
def test_only_a_true_flag_marks_an_unfinished_refresh(flag: Any) -> None:
    assert not history(full_refresh=flag).refreshing
    assert not market(full_refresh=flag).refreshing


def test_a_cursor_in_another_time_zone_is_the_same_moment() -> None:
    assert history(**{FIELD: "2026-08-17T01:06:39.729+02:00"}).cursor_ms == CURSOR_MS


@pytest.mark.parametrize("version", [None, "1", 1.0, True, 0, -1, [], {}])
def test_a_state_that_this_connector_did_not_write_is_not_used(version: Any) -> None:
    with pytest.raises(UnusableState, match=r"^it was not written by this connector$"):
        history(version=version)
    with pytest.raises(UnusableState, match=r"^it was not written by this connector$"):
        market(version=version)


def test_a_state_without_a_version_is_not_used() -> None:
    with pytest.raises(UnusableState, match=r"^it was not written by this connector$"):
        HistoryState.parse({FIELD: CURSOR}, FIELD, NOW_MS)
    with pytest.raises(UnusableState, match=r"^it was not written by this connector$"):
        parse_market_state({"synced_at": CURSOR}, NOW_MS)


@pytest.mark.parametrize("parse", [history, market])
def test_a_later_versions_state_is_a_config_error_with_both_versions(parse: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(version=2)
    assert raised.value.failure_type is FailureType.config_error
    assert raised.value.message == (
        "The saved state was written by a later version of this connector (state version 2, this one knows 1). "
        "Upgrade the connector. Or refresh the table, which reads it from the start: in Airbyte with "
        '"Refresh and retain records", because Clear deletes for good what the exchange no longer has.'
    )


@pytest.mark.parametrize(
    "garbage",
    [None, "", "soon", 5.5, [], {}, ["2026"], "2026-13-01T00:00:00Z", 1_786_921_599, True, "9" * 30, "-5", -5],
)
def test_a_time_that_cannot_be_read_is_named(garbage: Any) -> None:
    with pytest.raises(UnusableState) as raised:
        history(**{FIELD: garbage})
    assert str(raised.value) == f"update_time is {garbage!r}, which is not a time"
    with pytest.raises(UnusableState, match=r"^synced_at "):
        market(synced_at=garbage)


def test_a_history_state_without_its_cursor_is_not_used() -> None:
    with pytest.raises(UnusableState, match=r"^update_time is None, which is not a time$"):
        HistoryState.parse({"version": 1, "event_time": CURSOR}, FIELD, NOW_MS)


def test_a_state_from_the_future_is_not_used() -> None:
    with pytest.raises(UnusableState, match=r"^update_time 2026-08-17T12:03:00.001Z lies in the future$"):
        history(**{FIELD: "2026-08-17T12:03:00.001Z"})


def test_a_sync_in_the_future_says_nothing_against_the_cursors() -> None:
    assert market(synced_at="2026-08-17T12:03:00Z").synced_ms == NOW_MS + LOOKBACK_MS
    assert market(synced_at="2026-08-17T12:03:00.001Z", cursors={"a": 1}) == MarketState(None, {"a": 1})


def test_a_state_a_little_ahead_of_this_machines_clock_is_used() -> None:
    assert history(**{FIELD: "2026-08-17T12:03:00Z"}).cursor_ms == NOW_MS + LOOKBACK_MS


@pytest.mark.parametrize(
    ("cursor_ms", "plausible"),
    [(OPENED_MS - 1, False), (OPENED_MS, True), (NOW_MS + LOOKBACK_MS, True), (NOW_MS + LOOKBACK_MS + 1, False)],
)
def test_a_cursor_lies_between_the_exchanges_opening_and_a_little_ahead_of_now(cursor_ms: int, plausible: bool) -> None:
    assert is_plausible(cursor_ms, NOW_MS) is plausible


def test_the_margin_covers_two_clocks_a_minute_off() -> None:
    assert LOOKBACK_MS == 180_000


@pytest.mark.parametrize(
    "garbage",
    [None, [], "7001", 5, {"7001": "5"}, {"7001": 0}, {"7001": -1}, {"7001": True}, {"7001": 5, "7002": None}],
)
def test_open_orders_that_hold_no_creation_times_are_not_used(garbage: Any) -> None:
    with pytest.raises(UnusableState, match=r"^open_orders does not hold creation times$"):
        history(open_orders=garbage)


@pytest.mark.parametrize("created_ms", [1, NOW_MS + LOOKBACK_MS])
def test_the_earliest_and_the_latest_order_there_can_be_are_watched(created_ms: int) -> None:
    assert history(open_orders={"7001": created_ms}).followed == {"7001": created_ms}


def test_an_order_that_is_yet_to_be_made_makes_a_state_unusable() -> None:
    with pytest.raises(UnusableState, match=r"^open_orders does not hold creation times$"):
        history(open_orders={"7001": NOW_MS + LOOKBACK_MS + 1})


@pytest.mark.parametrize("garbage", [None, [], "BTC_USD", 5])
def test_cursors_that_are_no_object_are_not_used(garbage: Any) -> None:
    with pytest.raises(UnusableState, match=r"^cursors is not an object$"):
        market(cursors=garbage)


def content(message: AirbyteMessage) -> tuple[str, dict[str, Any]]:
    assert message.type is Type.STATE
    assert message.state is not None
    assert message.state.type is AirbyteStateType.STREAM
    assert message.state.stream is not None
    assert message.state.stream.stream_state is not None
    return message.state.stream.stream_descriptor.name, dict(message.state.stream.stream_state.__dict__)


def test_a_state_message_belongs_to_one_stream_and_does_not_change_any_more() -> None:
    state = {"version": 1, FIELD: CURSOR}
    message = state_message("order_history", state)
    state.clear()
    assert content(message) == ("order_history", {"version": 1, FIELD: CURSOR})
