"""Long stretches of trades are read in parts by all lanes: the same trades, each once, and one cursor for all of it."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk.models import SyncMode
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.retrievers.paging.window_paginator import WindowPaginator
from source_cryptocom.retrievers.paging.windows import Window
from source_cryptocom.retrievers.trades.reader import PAGE_LIMIT
from source_cryptocom.retrievers.trades.split_window import (
    JUDGED_PAGES,
    MAX_PAGES,
)
from source_cryptocom.streams.market import Trade
from unit_tests.support.builders import sync, trade
from unit_tests.support.reading import Reading, read
from unit_tests.support.stub_exchange import Answer, Parameters, Refusal, StubExchange
from unit_tests.support.trade_market import MS, NOW_NS, SECOND_NS, Market, ids, state, stream, trades

BEGIN_NS = NOW_NS - 12 * 3_600 * SECOND_NS
KNOWN = trade("BTC_USD", BEGIN_NS, 999_999)
SAVED = state(BEGIN_NS, BEGIN_NS, 999_999)


def evenly(count: int) -> list[dict[str, Any]]:
    return [KNOWN, *trades(count, step_ns=(NOW_NS - BEGIN_NS) // (count + 2))]


def in_bursts() -> list[dict[str, Any]]:
    """Up to three hundred at a time, in a few milliseconds and with many ties."""
    dice = random.Random(7)
    moments = [dice.randrange(BEGIN_NS + 1, NOW_NS) for _ in range(60)]
    times = [moment + dice.randrange(12) * MS // 2 for moment in moments for _ in range(dice.randrange(1, 300))]
    return [KNOWN, *(trade("BTC_USD", min(ns, NOW_NS - 1), number) for number, ns in enumerate(times))]


def quiet_of_late() -> list[dict[str, Any]]:
    return [
        KNOWN,
        *trades(300, step_ns=40 * SECOND_NS),
        *(trade("BTC_USD", BEGIN_NS + 1 + number * MS, 10_000 + number) for number in range(9_000)),
    ]


Rows = list[dict[str, Any]]


def newest_first(market: Market) -> Callable[[Parameters], Answer]:
    return market.page


def oldest_first(market: Market) -> Callable[[Parameters], Answer]:
    return lambda asked: market.page(asked)[::-1]


def end_inclusive(market: Market) -> Callable[[Parameters], Answer]:
    return lambda asked: market.page({**asked, "end_ts": str(int(asked["end_ts"]) + 1)})


def whole_milliseconds(market: Market) -> Callable[[Parameters], Answer]:
    def page(asked: Parameters) -> Answer:
        start_ns, end_ns = int(asked["start_ts"]) // MS * MS, -(-int(asked["end_ts"]) // MS) * MS
        return market.page({**asked, "start_ts": str(start_ns), "end_ts": str(end_ns)})

    return page


@pytest.mark.slow
@pytest.mark.parametrize(
    "rows", [evenly(3_000), in_bursts(), quiet_of_late()], ids=["evenly", "bursts", "quiet of late"]
)
@pytest.mark.parametrize("serving", [newest_first, oldest_first, end_inclusive, whole_milliseconds])
def test_every_trade_comes_once_and_the_cursor_is_that_of_a_serial_reading(
    exchange: StubExchange, monkeypatch: pytest.MonkeyPatch, rows: Rows, serving: Callable[[Market], Any]
) -> None:
    market = Market(exchange, *rows)
    exchange.serve("public/get-trades", serving(market))
    shared = stream()
    found = ids(read(shared, SAVED))
    assert sorted(found) == sorted(row["d"] for row in rows[1:])
    monkeypatch.setattr("source_cryptocom.retrievers.trades.reader.split_window", lambda *_: [])
    serial = stream()
    assert sorted(ids(read(serial, SAVED))) == sorted(found)
    assert serial.state == shared.state


def lanes_of(table: Trade, saved: dict[str, Any], failing: list[BaseException]) -> Reading:
    """What the lanes give when each has a thread."""
    table.restore(saved, full_refresh=False)
    reading = Reading()

    def run(lane: Any) -> None:
        try:
            for record in table.read_records(SyncMode.incremental, stream_slice=lane):
                reading.events.append(("record", dict(record)))  # type: ignore[arg-type]
        except AirbyteTracedException as error:
            failing.append(error)

    threads = [
        threading.Thread(target=run, args=(lane,)) for lane in table.stream_slices(sync_mode=SyncMode.incremental)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return reading


def test_lanes_side_by_side_give_the_same(exchange: StubExchange) -> None:
    rows = in_bursts()
    Market(exchange, *rows)
    table, errors = stream(workers={"trade": 8}), list[BaseException]()
    reading = lanes_of(table, SAVED, errors)
    assert errors == []
    assert sorted(ids(reading)) == sorted(row["d"] for row in rows[1:])
    serial = stream()
    read(serial, SAVED)
    assert table.state == serial.state


def test_a_catch_up_has_more_lanes_than_instruments() -> None:
    ongoing, refreshed = stream(workers={"trade": 8}), stream(workers={"trade": 8})
    ongoing.restore(SAVED, full_refresh=False)
    assert len(list(ongoing.stream_slices(sync_mode=SyncMode.incremental))) == 8
    refreshed.restore(SAVED, full_refresh=True)
    assert len(list(refreshed.stream_slices(sync_mode=SyncMode.full_refresh))) == 1


@pytest.mark.parametrize("code", [99_999, 40_103])
@pytest.mark.parametrize("number", [1, 3, 7, 20])
def test_a_part_that_fails_leaves_the_cursor_where_it_was(exchange: StubExchange, number: int, code: int) -> None:
    market = Market(exchange, *evenly(5_000))
    exchange.serve(
        "public/get-trades",
        lambda asked: Refusal(400, code) if len(market.asked) == number else market.page(asked),
    )
    table, errors = stream(workers={"trade": 4}), list[BaseException]()
    lanes_of(table, SAVED, errors)
    assert len(errors) == 1
    assert table.state["cursors"] == SAVED["cursors"]
    assert "synced_at" not in table.state
    Market(exchange, *evenly(5_000))
    assert len(ids(read(stream(), table.state))) == 5_000


def test_what_is_left_of_an_instrument_that_failed_is_not_read(exchange: StubExchange) -> None:
    market = Market(exchange, *evenly(5_000))
    exchange.serve(
        "public/get-trades",
        lambda asked: Refusal(400, 99_999) if len(market.asked) == 3 else market.page(asked),
    )
    with pytest.raises(AirbyteTracedException, match="99999"):
        read(stream(), SAVED)
    assert len(market.asked) == 3


def _is_half_way(asked: Parameters) -> bool:
    return asked["instrument_name"] == "BTC_USD" and int(asked["end_ts"]) < (BEGIN_NS + NOW_NS) // 2


def test_an_instrument_refused_half_way_is_left_out_once_and_the_next_is_read(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    market = Market(exchange, *evenly(5_000))
    exchange.serve(
        "public/get-trades",
        lambda asked: Refusal(400, 209) if _is_half_way(asked) else market.page(asked),
    )
    table = Trade(sync(workers={"trade": 6}, listed=["BTC_USD", "ETH_USD"]))
    errors: list[BaseException] = []
    lanes_of(table, {**SAVED, "cursors": {**SAVED["cursors"], "ETH_USD": [str(NOW_NS - 1), "1"]}}, errors)
    assert errors == []
    assert table.state["cursors"]["BTC_USD"] == SAVED["cursors"]["BTC_USD"]
    assert [record.levelname for record in log.records if "BTC_USD is left out" in record.getMessage()] == ["WARNING"]


def test_trades_of_an_earlier_page_that_the_next_part_lacks_fail_the_instrument(exchange: StubExchange) -> None:
    market = Market(exchange, *evenly(5_000))

    def forgetful(asked: Parameters) -> Answer:
        if len(market.asked) == JUDGED_PAGES + 1:
            return market.page({**asked, "end_ts": str(int(asked["end_ts"]) - 2 * MS)})
        return market.page(asked)

    exchange.serve("public/get-trades", forgetful)
    table = stream()
    with pytest.raises(AirbyteTracedException, match="BTC_USD: a page lacks trades that an earlier one has"):
        read(table, SAVED)
    assert table.state["cursors"] == SAVED["cursors"]


def test_another_parts_page_is_no_part_of_this_one(exchange: StubExchange) -> None:
    market = Market(exchange, *evenly(5_000))
    pages: list[list[Any]] = []

    def again(asked: Parameters) -> Answer:
        pages.append(market.page(asked))
        return pages[1] if len(pages) == 9 else pages[-1]

    exchange.serve("public/get-trades", again)
    assert sorted(ids(read(stream(), SAVED)), key=int) == [str(number) for number in range(5_000)]


@pytest.mark.parametrize("rows", [evenly(9_000), quiet_of_late()], ids=["evenly", "quiet of late"])
def test_no_reader_holds_the_ids_of_a_whole_long_stretch(
    exchange: StubExchange, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    given_by_one_reader: list[int] = []
    whole_read = WindowPaginator.read

    def counted(self: WindowPaginator, window: Window, *stretch: Any) -> Any:
        given_by_one_reader.append(0)
        mine = len(given_by_one_reader) - 1
        for page in whole_read(self, window, *stretch):
            given_by_one_reader[mine] += len(page)
            yield page

    monkeypatch.setattr(WindowPaginator, "read", counted)
    Market(exchange, *rows)
    assert len(ids(read(stream(), SAVED))) == len(rows) - 1
    assert max(given_by_one_reader) <= MAX_PAGES * PAGE_LIMIT


@pytest.mark.slow
def test_a_shared_reading_costs_few_more_requests_than_a_serial_one(
    exchange: StubExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = Market(exchange, *evenly(12_000))
    read(stream(), SAVED)
    shared = len(market.asked)
    monkeypatch.setattr("source_cryptocom.retrievers.trades.reader.split_window", lambda *_: [])
    read(stream(), SAVED)
    assert shared <= 1.2 * (len(market.asked) - shared)
