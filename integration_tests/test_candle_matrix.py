"""Candles are complete, each once, under every combination of what the exchange leaves open."""

from collections.abc import Iterator

import pytest

from integration_tests.candle_matrix import (
    ALL,
    BY_THE_MINUTE,
    EVERY_TIMEFRAME,
    LONGER,
    METHOD,
    PAUSES,
    Chain,
    Combination,
    new_world,
)
from integration_tests.shared_clock import DAY_NS, SharedClock
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market

World = tuple[Exchange, Market, SharedClock]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with new_world() as created:
        yield created


@pytest.fixture(autouse=True)
def every_request_names_its_window_and_its_count(world: World) -> Iterator[None]:
    exchange, _, _ = world
    exchange.log.clear()
    yield
    for request in exchange.requests[METHOD]:
        assert {"start_ts", "end_ts", "count"} <= set(request.params)
        assert int(request.params["start_ts"]) < int(request.params["end_ts"])
        assert 1 <= int(request.params["count"]) <= 300


@pytest.mark.parametrize("combination", ALL, ids=str)
def test_every_candle_is_emitted_under(combination: Combination, world: World) -> None:
    chain = Chain(*world, combination)
    cells = [chain.first(EVERY_TIMEFRAME, 50), chain.later(LONGER, PAUSES["13 hours"]), chain.later(LONGER, 9 * DAY_NS)]
    assert [cell.problems for cell in cells] == [[], [], []]
    assert all(cell.rows > 0 for cell in cells)


@pytest.mark.parametrize("combination", ALL[:4], ids=str)
def test_days_of_minutes_are_complete_under(combination: Combination, world: World) -> None:
    chain = Chain(*world, combination)
    cells = [chain.first(BY_THE_MINUTE, 700), chain.later(BY_THE_MINUTE, 3 * DAY_NS)]
    assert [cell.problems for cell in cells] == [[], []]
    # A page of 300 for all minutes; one request more a series where some of them have no candle.
    series, minutes = len(BY_THE_MINUTE.series), 3 * 24 * 60
    assert cells[1].requests <= series * (minutes // 300 + 2)


def test_a_first_sync_makes_one_request_a_series_where_no_candle_is_missing(world: World) -> None:
    cell = Chain(*world, ALL[0]).first(BY_THE_MINUTE, 50)
    assert (cell.rows, cell.requests) == (100, 2)
