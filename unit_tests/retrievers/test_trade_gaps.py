"""A warning where the exchange's own history of trades ends before the last sync did, and only there."""

from collections.abc import Mapping
from typing import Any

import pytest

from unit_tests.support.builders import DAY_MS, NOW_MS, trade
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import StubExchange
from unit_tests.support.trade_market import MS, NOW_NS, SECOND_NS, Market, ids, state, stream, trades, warnings


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


def test_a_quiet_instrument_that_was_read_every_week_has_no_gap(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    market = Market(exchange, trade("BTC_USD", NOW_NS - SECOND_NS, 1))
    saved: Mapping[str, Any] = {}
    for week in range(12):
        now_ms = NOW_MS + week * 7 * DAY_MS
        market.kept_since_ns = (now_ms - 50 * DAY_MS) * MS
        table = stream(now_ms=now_ms)
        read(table, saved)
        saved = table.state
    assert warnings(log) == []


def test_a_quiet_instrument_unread_longer_than_the_exchange_serves_may_have_a_gap(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    read_to_ns, kept_ns = NOW_NS - 40 * DAY_MS * MS, NOW_NS - 20 * DAY_MS * MS
    Market(exchange, trade("BTC_USD", kept_ns, 2), kept_since_ns=kept_ns)
    read(stream(), state(read_to_ns, NOW_NS - 60 * DAY_MS * MS))
    assert warnings(log) == [
        (
            "trade: BTC_USD may have a gap from 2026-07-08T12:00:00.000Z to 2026-07-28T12:00:00.000Z: "
            "the exchange's own history of trades ends there."
        )
    ]


def test_an_instrument_that_began_to_trade_after_its_first_sync_may_have_a_gap_too(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    kept_ns = NOW_NS - 20 * DAY_MS * MS
    Market(exchange, trade("BTC_USD", kept_ns, 1), kept_since_ns=kept_ns)
    read(stream(), state(NOW_NS - 75 * DAY_MS * MS))
    assert warnings(log) == [
        (
            "trade: BTC_USD may have a gap from 2026-06-03T12:00:00.000Z to 2026-07-28T12:00:00.000Z: "
            "the exchange's own history of trades ends there."
        )
    ]


def test_a_clock_that_was_set_back_is_no_gap(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    market = Market(exchange, *trades(3))
    first = stream()
    read(first)
    for back_ms in (1_000, 10_000, 120_000):
        saved = {**first.state, "synced_at": "2026-08-17T00:00:00.000Z"}
        earlier = stream(now_ms=NOW_MS - back_ms)
        assert ids(read(earlier, saved)) == []
        market.rows.append(trade("BTC_USD", NOW_NS, back_ms))
        assert ids(read(stream(now_ms=NOW_MS + 1_000), earlier.state)) == [str(back_ms)]
        market.rows.pop()
    assert warnings(log) == []


def test_an_instrument_that_never_had_a_trade_has_no_gap(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    Market(exchange, trade("BTC_USD", NOW_NS - SECOND_NS, 1))
    assert ids(read(stream(), state(NOW_NS - 20 * DAY_MS * MS))) == ["1"]
    assert warnings(log) == []
