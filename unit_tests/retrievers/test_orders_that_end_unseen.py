"""An order that has left the open orders and is not yet in the history is found later, whatever the windows test."""

from typing import Any

import pytest
import requests_mock
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, NS_PER_MS
from source_cryptocom.retrievers.history.order_lookback import order_lookback
from source_cryptocom.retrievers.history.state import HistoryState, OrderWatermark
from source_cryptocom.state.state import LOOKBACK_MS
from unit_tests.support.builders import NOW_MS
from unit_tests.support.lagging_account import SECOND_MS, START_MS, LaggingAccount, TimedOrder
from unit_tests.support.reading import Reading
from unit_tests.support.stub_exchange import StubExchange, keep_account_secret

FILTERS = ("create", "update")
MOST_LAG_MS = 100 * SECOND_MS
"""The margin less what a sync of three days takes."""


@pytest.mark.parametrize("filter_by", FILTERS)
@pytest.mark.parametrize("lag_ms", [10 * SECOND_MS, MOST_LAG_MS])
def test_an_order_that_no_list_shows_is_emitted_by_the_next_sync(
    filter_by: str, lag_ms: int, exchange: StubExchange
) -> None:
    second_sync_ms = START_MS + MS_PER_DAY
    unseen = TimedOrder(7001, second_sync_ms - 12 * MS_PER_HOUR, 12 * MS_PER_HOUR - SECOND_MS, lag_ms)
    account = LaggingAccount(exchange, [unseen], filter_by)
    state: dict[str, Any] = {}
    found = []
    for at_ms in (START_MS + MS_PER_HOUR, second_sync_ms, second_sync_ms + MS_PER_DAY, second_sync_ms + 2 * MS_PER_DAY):
        account.now_ms, reading = at_ms, Reading()
        state = account.sync(state, reading)
        found.append([record["order_id"] for record in reading.records])
    assert found == [[], [], ["7001"], []]


def test_a_sync_that_follows_at_once_leaves_the_search_to_the_next_one(exchange: StubExchange) -> None:
    second_sync_ms = START_MS + MS_PER_DAY
    unseen = TimedOrder(7001, second_sync_ms - 12 * MS_PER_HOUR, 12 * MS_PER_HOUR - SECOND_MS, MOST_LAG_MS)
    account = LaggingAccount(exchange, [unseen], "create")
    state = account.sync({}, Reading())
    for wait_ms, wanted in ((0, []), (30 * SECOND_MS, []), (40 * SECOND_MS, []), (MS_PER_HOUR, ["7001"])):
        account.now_ms, reading = max(account.now_ms, second_sync_ms) + wait_ms, Reading()
        state = account.sync(state, reading)
        assert [record["order_id"] for record in reading.records] == wanted


@pytest.mark.parametrize("answered_after_ms", [130 * SECOND_MS, 200 * SECOND_MS])
@pytest.mark.parametrize("gap_ms", [180 * SECOND_MS, 235 * SECOND_MS])
def test_an_order_that_ends_while_the_open_orders_are_asked_for_is_emitted(
    answered_after_ms: int, gap_ms: int, exchange: StubExchange
) -> None:
    second_ms = START_MS + MS_PER_DAY
    ended_ms = second_ms + answered_after_ms
    unseen = TimedOrder(7001, second_ms - 12 * MS_PER_HOUR, ended_ms - second_ms + 12 * MS_PER_HOUR, 54 * SECOND_MS)
    account = LaggingAccount(exchange, [unseen], "create")
    state = account.sync({}, Reading())
    found = []
    for at_ms, delay_ms in ((second_ms, answered_after_ms), (second_ms + gap_ms, 0), (second_ms + MS_PER_DAY, 0)):
        account.now_ms, account.open_list_takes_ms, reading = max(account.now_ms, at_ms), delay_ms, Reading()
        state = account.sync(state, reading)
        found += [record["order_id"] for record in reading.records]
    assert set(found) == {"7001"}


def timed_orders() -> st.SearchStrategy[list[TimedOrder]]:
    spans = st.one_of(st.integers(0, 200 * SECOND_MS), st.integers(0, MS_PER_DAY))
    parts = st.tuples(st.integers(-MS_PER_DAY, 2 * MS_PER_DAY), spans, st.integers(0, MOST_LAG_MS))
    return st.lists(parts, max_size=8).map(
        lambda all_parts: [
            TimedOrder(7000 + n, START_MS + at, open_for, lag) for n, (at, open_for, lag) in enumerate(all_parts)
        ]
    )


class Died(Exception):
    """The process was killed."""


class DyingReading(Reading):
    """Ends the sync after so many records and states."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.events = _Dying(after)


class _Dying(list[tuple[str, dict[str, Any]]]):
    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def append(self, event: tuple[str, dict[str, Any]]) -> None:
        super().append(event)
        if len(self) > self._after:
            raise Died


gaps = st.one_of(st.integers(1, 300 * SECOND_MS), st.integers(MS_PER_MINUTE, 40 * MS_PER_HOUR))
THE_END = [(3 * MS_PER_DAY, 99), (MS_PER_HOUR, 99)]
deaths = st.sampled_from([0, 1, 2, 3, 99, 99])


@pytest.mark.slow
@given(timed_orders(), st.lists(st.tuples(gaps, deaths), min_size=1, max_size=6), st.sampled_from(FILTERS))
def test_whatever_lags_and_whoever_dies_every_order_is_emitted(
    all_orders: list[TimedOrder], syncs: list[tuple[int, int]], filter_by: str
) -> None:
    with requests_mock.Mocker() as mocker:
        keep_account_secret(mocker)
        account = LaggingAccount(StubExchange(mocker), all_orders, filter_by)
        state: dict[str, Any] = {}
        found: set[str] = set()
        begun_ms = None
        for gap_ms, dies_after in [*syncs, *THE_END]:
            account.now_ms += gap_ms
            begun_ms = account.now_ms if not state else begun_ms
            reading = DyingReading(dies_after)
            try:
                state = account.sync(state, reading)
            except Died:
                state = reading.states[-1] if reading.states else state
            found |= {record["order_id"] for record in reading.records}
    # One that was placed before start_date, and had ended before a sync left a state, is asked for by nobody.
    listed_ms = (begun_ms or 0) + SECOND_MS
    wanted = {str(timed.number) for timed in all_orders if timed.placed_ms >= START_MS or timed.ended_ms > listed_ms}
    assert wanted <= found


def known(cursor_ms: int, complete_until_ms: int, listed_ms: int) -> HistoryState:
    return HistoryState(cursor_ms, orders=OrderWatermark(complete_until_ms, listed_ms))


YESTERDAY_MS, MARGIN_MS = NOW_MS - MS_PER_DAY, LOOKBACK_MS


def test_a_first_sync_reads_nothing_again() -> None:
    plan = order_lookback(HistoryState(YESTERDAY_MS), YESTERDAY_MS, NOW_MS)
    assert list(plan.windows()) == []
    assert plan.known == OrderWatermark(YESTERDAY_MS, NOW_MS)
    assert plan.is_new(0)


def test_an_hourly_sync_reads_the_hour_before_again_for_what_changed_since() -> None:
    last_ms = NOW_MS - MS_PER_HOUR
    plan = order_lookback(known(last_ms, last_ms - MS_PER_HOUR, last_ms), last_ms - MARGIN_MS, NOW_MS)
    (window,) = plan.windows()
    assert window.start_ns == (last_ms - MS_PER_HOUR - MARGIN_MS) * NS_PER_MS
    assert window.end_ns == (last_ms - MARGIN_MS) * NS_PER_MS
    since_ns = (last_ms - MARGIN_MS) * NS_PER_MS
    assert [plan.is_new(changed_ns) for changed_ns in (since_ns - 1, since_ns, None)] == [False, True, True]
    assert plan.known == OrderWatermark(last_ms, NOW_MS)


def test_rows_read_before_an_interruption_count_as_new_since_the_open_list() -> None:
    listed_ms = NOW_MS - MS_PER_HOUR
    plan = order_lookback(known(YESTERDAY_MS, YESTERDAY_MS - 1, listed_ms), YESTERDAY_MS - MARGIN_MS, NOW_MS)
    assert plan.end_ms == YESTERDAY_MS - MARGIN_MS
    assert plan.changed_since_ms == listed_ms - MARGIN_MS


def test_what_is_read_again_begins_where_orders_were_last_known_the_newest_first() -> None:
    last_ms = NOW_MS - MS_PER_HOUR
    saved = known(last_ms, last_ms - 60 * MS_PER_DAY, last_ms)
    plan = order_lookback(saved, last_ms - MARGIN_MS, NOW_MS)
    windows = list(plan.windows())
    assert windows[0].end_ns == (last_ms - MARGIN_MS) * NS_PER_MS
    assert windows[-1].start_ns == (last_ms - 60 * MS_PER_DAY - MARGIN_MS) * NS_PER_MS
    assert len(windows) == 60


def test_what_is_known_is_never_unlearned() -> None:
    later_ms = NOW_MS + MS_PER_MINUTE
    plan = order_lookback(known(NOW_MS, later_ms, YESTERDAY_MS), NOW_MS - MARGIN_MS, NOW_MS)
    assert plan.known == OrderWatermark(later_ms, NOW_MS)


@pytest.mark.parametrize(("waited_ms", "settled"), [(MARGIN_MS - 1, False), (MARGIN_MS, True)])
def test_only_a_sync_that_comes_late_enough_settles_what_the_last_one_missed(waited_ms: int, settled: bool) -> None:
    last_ms = NOW_MS - waited_ms
    plan = order_lookback(known(last_ms, YESTERDAY_MS, last_ms), last_ms - MARGIN_MS, NOW_MS)
    assert plan.known == OrderWatermark(last_ms if settled else YESTERDAY_MS, NOW_MS)
