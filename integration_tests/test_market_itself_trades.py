"""The simulated market's trades: windows, ties, pages and bursts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from integration_tests.market_readers import (
    DAY_NS,
    HOUR_NS,
    NOON_MS,
    SECOND_NS,
    Clock,
    as_emitted,
    trades,
)
from simulated_exchange.expected_market import (
    expected_trades,
)
from simulated_exchange.market import Market
from simulated_exchange.market_profiles import DAY_MS
from simulated_exchange.market_trades import burst


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def market(clock: Clock) -> Market:
    return Market.from_capture(now_ns=clock)


def test_trades_equal_the_truth_in_any_window_and_order_of_asking(clock: Clock) -> None:
    asked, untouched = Market.from_capture(now_ns=clock), Market.from_capture(now_ns=clock)
    for name in (asked.names[0], asked.names[100], asked.names[500]):
        for start_ns, end_ns in ((clock.ns - 90 * SECOND_NS, clock.ns), (clock.ns - HOUR_NS, clock.ns - HOUR_NS // 3)):
            rows = [as_emitted(row) for row in trades(asked, name, start_ns, end_ns)]
            assert rows == expected_trades(untouched, name, start_ns, end_ns)


def test_trades_come_newest_first_and_ids_are_unique_although_times_are_not(market: Market, clock: Clock) -> None:
    rows = trades(market, market.names[0], clock.ns - HOUR_NS, clock.ns)
    order = [(row["tn"], int(row["d"])) for row in rows]
    sharing = Counter(row["tn"] for row in rows)

    assert order == sorted(set(order), reverse=True)
    assert len({row["d"] for row in rows}) == len(rows)
    assert 0.12 < 1 - len(sharing) / len(rows) < 0.22
    assert max(sharing.values()) == 5
    assert 0.12 < sum(row["d"] != str(row["tn"]) for row in rows) / len(rows) < 0.22
    assert all(row["t"] == row["tn"] // 1_000_000 and row["tn"] > 2**53 for row in rows)
    assert len({row["t"] for row in rows}) < len(sharing), "two matches in one millisecond"


def test_a_trade_window_includes_its_start_and_excludes_its_end(market: Market, clock: Clock) -> None:
    name = market.names[0]
    rows = trades(market, name, clock.ns - HOUR_NS, clock.ns)
    (tied_ns, size), *_ = Counter(row["tn"] for row in rows).most_common(1)
    newest, oldest = rows[0]["tn"], rows[-1]["tn"]

    assert size == 5
    assert len(trades(market, name, tied_ns, tied_ns + 1)) == 5
    assert trades(market, name, tied_ns, tied_ns) == []
    assert trades(market, name, oldest, newest + 1) == rows
    assert trades(market, name, oldest + 1, newest) == [row for row in rows if oldest < row["tn"] < newest]


@pytest.mark.parametrize("page", [7, 25, 150])
def test_pages_back_to_back_add_up_to_the_truth(market: Market, clock: Clock, page: int) -> None:
    name, start_ns = market.names[30], clock.ns - 12 * HOUR_NS
    found: dict[str, dict[str, Any]] = {}
    end_ns = clock.ns
    while rows := trades(market, name, start_ns, end_ns, count=page):
        assert len(rows) <= page
        found |= {row["d"]: row for row in rows}
        end_ns = rows[-1]["tn"] + 1 if len(rows) == page else start_ns

    truth = expected_trades(market, name, start_ns, clock.ns)
    assert len(truth) > 2 * page
    assert [as_emitted(row) for row in found.values()] == truth


def test_the_market_moves_on_with_the_clock_and_knows_no_future(market: Market, clock: Clock) -> None:
    name, later_ns = market.names[0], clock.ns + DAY_NS
    before = trades(market, name, clock.ns - HOUR_NS, later_ns)
    assert max(row["tn"] for row in before) <= clock.ns

    start_ns = clock.ns - HOUR_NS
    clock.ns += 60 * SECOND_NS
    after = trades(market, name, start_ns, later_ns)
    assert len(after) > len(before)
    assert after[-len(before) :] == before

    clock.ns = after[0]["tn"]
    assert trades(market, name, start_ns, later_ns)[0] == after[0], "a trade is known at its own nanosecond"
    clock.ns -= 1
    assert trades(market, name, start_ns, later_ns)[0]["tn"] < after[0]["tn"]


def test_the_history_of_trades_ends_at_the_start_of_a_day(clock: Clock) -> None:
    market = Market.from_capture(now_ns=clock, history_days=3)
    oldest = trades(market, market.names[30], 0, clock.ns)[-1]["tn"]
    assert market.history_start_ns == (NOON_MS - DAY_MS // 2 - 3 * DAY_MS) * 1_000_000
    assert market.history_start_ns <= oldest < market.history_start_ns + HOUR_NS


def test_the_busiest_trade_always_most_fill_a_page_a_week_and_some_never_trade(market: Market, clock: Clock) -> None:
    in_an_hour = [len(trades(market, name, clock.ns - HOUR_NS, clock.ns, count=151)) for name in market.names[:5]]
    in_a_week = [len(trades(market, name, clock.ns - 7 * DAY_NS, clock.ns, count=150)) for name in market.names]

    assert min(in_an_hour) == 151
    assert in_a_week.count(150) > 800
    assert 10 < in_a_week.count(0) < 50
    assert any(0 < count < 20 for count in in_a_week)


def test_a_burst_is_served_among_the_other_trades_once_its_time_has_come(market: Market, clock: Clock) -> None:
    name, at_ns = market.names[0], clock.ns + SECOND_NS
    market.add_trades(name, burst(at_ns, 400, price="0.000000001", quantity="7.50"))
    assert trades(market, name, at_ns, at_ns + 1) == []

    clock.ns += 10 * SECOND_NS
    start_ns = clock.ns - 60 * SECOND_NS
    everything = trades(market, name, start_ns, clock.ns)
    at_once = [row for row in everything if row["tn"] == at_ns]
    assert len(at_once) == len({row["d"] for row in at_once}) == 400
    assert {(row["p"], row["q"]) for row in at_once} == {("0.000000001", "7.50")}
    assert len(everything) > 450
    assert trades(market, name, start_ns, clock.ns, count=150) == everything[:150]
    assert [as_emitted(row) for row in everything] == expected_trades(market, name, start_ns, clock.ns)
