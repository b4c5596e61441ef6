"""The history of the account's value, back in time from now, by day and by hour."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.clock import MS_PER_HOUR, rfc3339
from source_cryptocom.streams.account import BalanceHistory
from unit_tests.support.builders import DAY_MS, NOW_MS, sync
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import Answer, Parameters, StubExchange

METHOD = "private/user-balance-history"
LENGTHS = {"D1": DAY_MS, "H1": MS_PER_HOUR}
REACH = {"D1": 30, "H1": 120}


def serve(
    exchange: StubExchange, times: Mapping[str, Sequence[int]], inclusive_end: bool = False, oldest_first: bool = False
) -> None:
    """Points at `times` in ms, within the reach of a request."""

    def page(asked: Parameters) -> Answer:
        timeframe, end_ms = asked["timeframe"], asked["end_time"] + inclusive_end
        begin_ms = end_ms - LENGTHS[timeframe] * REACH[timeframe]
        inside = sorted((ms for ms in times[timeframe] if begin_ms <= ms < end_ms), reverse=not oldest_first)
        return {"instrument_name": "USD", "data": [{"t": ms, "c": f"{ms}.50"} for ms in inside]}

    exchange.serve(METHOD, page)


def points(timeframe: str, count: int) -> list[int]:
    length = LENGTHS[timeframe]
    newest = NOW_MS // length * length
    return [newest - number * length for number in range(count)]


def read_times(
    state: dict[str, Any] | None = None, days: float = 60, full_refresh: bool = False
) -> dict[str, list[str]]:
    table = BalanceHistory(sync(start_date=rfc3339(NOW_MS - round(days * DAY_MS))))
    found: dict[str, list[str]] = {"D1": [], "H1": []}
    for record in read(table, state, full_refresh).records:
        found[record["timeframe"]].append(record["timestamp"])
    return found


@pytest.mark.parametrize("inclusive_end", [False, True])
@pytest.mark.parametrize("oldest_first", [False, True])
def test_every_point_since_start_date_comes_once(
    exchange: StubExchange, inclusive_end: bool, oldest_first: bool
) -> None:
    times = {"D1": points("D1", 90), "H1": points("H1", 90 * 24)}
    serve(exchange, times, inclusive_end, oldest_first)
    start_ms = NOW_MS - 60 * DAY_MS
    assert {name: sorted(found) for name, found in read_times().items()} == {
        name: [rfc3339(ms) for ms in sorted(expected) if ms >= start_ms] for name, expected in times.items()
    }
    assert {(asked["timeframe"], asked["limit"], type(asked["end_time"])) for asked in exchange.asked(METHOD)} == {
        ("D1", 30, int),
        ("H1", 120, int),
    }


def test_a_gap_that_is_wider_than_a_request_reaches_costs_no_point_before_it(exchange: StubExchange) -> None:
    times = {"D1": points("D1", 50)[45:], "H1": points("H1", 600)[300:]}
    serve(exchange, times)
    assert {name: sorted(found) for name, found in read_times().items()} == {
        name: [rfc3339(ms) for ms in sorted(expected)] for name, expected in times.items()
    }


def test_a_later_sync_reads_the_last_points_again_which_may_not_be_final(exchange: StubExchange) -> None:
    serve(exchange, {"D1": points("D1", 40), "H1": points("H1", 40)})
    table = BalanceHistory(sync())
    read(table)
    assert table.state["cursors"] == {name: str(points(name, 1)[0]) for name in ("D1", "H1")}
    found = read_times(dict(table.state))
    assert found == {name: [rfc3339(ms) for ms in points(name, 2)] for name in ("D1", "H1")}


def test_the_cursor_does_not_go_back_where_the_exchange_withholds_the_last_point(exchange: StubExchange) -> None:
    serve(exchange, {"D1": points("D1", 40), "H1": points("H1", 40)})
    table = BalanceHistory(sync())
    read(table)
    saved = dict(table.state)
    serve(exchange, {"D1": points("D1", 40)[1:], "H1": points("H1", 40)[1:]})
    later = BalanceHistory(sync())
    read(later, saved)
    assert later.state["cursors"] == saved["cursors"]


def test_a_full_refresh_that_was_broken_off_does_not_read_a_timeframe_again(exchange: StubExchange) -> None:
    serve(exchange, {"D1": points("D1", 3), "H1": points("H1", 3)})
    saved = {"version": 1, "full_refresh": True, "cursors": {"D1": str(points("D1", 1)[0])}}
    found = read_times(saved, full_refresh=True)
    assert found["D1"] == []
    assert len(found["H1"]) == 3


def test_a_point_without_a_time_stops_the_table(exchange: StubExchange) -> None:
    exchange.serve(METHOD, lambda _: {"instrument_name": "USD", "data": [{"c": "1.50"}]})
    with pytest.raises(AirbyteTracedException, match="timestamp, part of its key, is missing"):
        read(BalanceHistory(sync()))


@pytest.mark.parametrize("days", [1, 30, 60])
def test_an_account_without_history_is_asked_no_more_often_than_its_days_need(
    exchange: StubExchange, days: int
) -> None:
    serve(exchange, {"D1": [], "H1": []})
    read_times(days=days)
    assert len(exchange.asked(METHOD)) <= days // 30 + days * 24 // 120 + 2
