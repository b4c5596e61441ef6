"""The simulated market's candles: alignment, windows, pages and the one that is forming."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from itertools import pairwise

import pytest

from integration_tests.market_readers import (
    HOUR_NS,
    NOON_MS,
    SECOND_NS,
    Clock,
    Rows,
    candles,
)
from simulated_exchange.expected_market import (
    expected_candles,
    rfc3339,
)
from simulated_exchange.market import Market
from simulated_exchange.market_candles import TIMEFRAMES
from simulated_exchange.market_profiles import DAY_MS, HOUR_MS


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def market(clock: Clock) -> Market:
    return Market.from_capture(now_ns=clock)


@pytest.mark.parametrize(
    ("timeframe", "seconds", "opens_at"),
    [
        ("1m", {60}, "%S=00"),
        ("5m", {300}, "%S=00"),
        ("15m", {900}, "%S=00"),
        ("30m", {1800}, "%S=00"),
        ("1h", {3600}, "%M:%S=00:00"),
        ("2h", {7200}, "%M:%S=00:00"),
        ("4h", {14400}, "%M:%S=00:00"),
        ("6h", {21600}, "%M:%S=00:00"),
        ("12h", {43200}, "%M:%S=00:00"),
        ("1D", {86400}, "%T=00:00:00"),
        ("7D", {7 * 86400}, "%a %T=Mon 00:00:00"),
        ("14D", {14 * 86400}, "%a %T=Mon 00:00:00"),
        ("1M", {28 * 86400, 29 * 86400, 30 * 86400, 31 * 86400}, "%d %T=01 00:00:00"),
    ],
)
def test_candles_are_aligned_and_follow_each_other(
    market: Market, timeframe: str, seconds: set[int], opens_at: str
) -> None:
    rows = candles(market, market.names[0], timeframe, None, NOON_MS + DAY_MS, count=300)
    opens = [datetime.fromtimestamp(row["t"] / 1000, timezone.utc) for row in rows]
    form, _, expected = opens_at.partition("=")

    assert len(opens) > 5
    assert {moment.strftime(form) for moment in opens} == {expected}
    assert {int((later - earlier).total_seconds()) for earlier, later in pairwise(opens)} <= seconds
    assert all(row["t"] // 1000 % min(seconds) == 0 for row in rows if min(seconds) <= 86400)
    assert all(float(row["l"]) <= min(float(row["o"]), float(row["c"])) for row in rows)
    assert all(float(row["h"]) >= max(float(row["o"]), float(row["c"])) for row in rows)


def test_a_candle_window_includes_its_start_and_excludes_its_end(market: Market) -> None:
    name, start_ms = market.names[0], NOON_MS - HOUR_MS
    opens = [row["t"] for row in candles(market, name, "5m", start_ms, NOON_MS)]
    assert opens == list(range(start_ms, NOON_MS, 300_000))
    assert [row["t"] for row in candles(market, name, "5m", start_ms + 1, NOON_MS + 1)] == [*opens[1:], NOON_MS]
    assert [row["t"] for row in candles(market, name, "5m", start_ms, NOON_MS, count=2)] == opens[-2:]
    assert candles(market, name, "5m", NOON_MS, start_ms) == []


@pytest.mark.parametrize("timeframe", ["1m", "4h", "1M"])
@pytest.mark.parametrize("rank", [0, 300, 929])
def test_candle_pages_back_to_back_add_up_to_the_truth(market: Market, rank: int, timeframe: str) -> None:
    name = market.names[rank]
    start_ms = max(market.profile(name).listed_ms, NOON_MS - TIMEFRAMES[timeframe].length_ms * 50)
    pages: Rows = []
    end_ms = NOON_MS + DAY_MS
    while rows := candles(market, name, timeframe, start_ms, end_ms, count=13):
        pages = rows + pages
        end_ms = rows[0]["t"]

    words = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}
    emitted = [
        {word: row[letter] for letter, word in words.items()}
        | {"instrument": name, "timeframe": timeframe, "timestamp": rfc3339(row["t"])}
        for row in pages
    ]
    assert emitted
    assert emitted == expected_candles(market, name, timeframe, start_ms, NOON_MS + DAY_MS)


def test_the_forming_candle_changes_until_it_is_complete_and_then_never(market: Market, clock: Clock) -> None:
    name, later_ms = market.names[0], NOON_MS + DAY_MS
    clock.ns = NOON_MS * 1_000_000
    seen = []
    for _ in range(4):
        seen.append(candles(market, name, "1m", NOON_MS, NOON_MS + 1)[0])
        clock.ns += 20 * SECOND_NS
    clock.ns += HOUR_NS
    assert {row["t"] for row in seen} == {NOON_MS}
    assert len({json.dumps(row) for row in seen}) == 4
    assert seen[0]["v"] == "0"
    assert seen[0]["o"] == seen[0]["c"]
    assert seen[3] == candles(market, name, "1m", NOON_MS, NOON_MS + 1)[0]
    assert candles(market, name, "1m", None, later_ms, count=1)[-1]["t"] == NOON_MS + HOUR_MS + 60_000


def test_candles_without_a_trade_have_no_volume_and_one_price(market: Market) -> None:
    rows = candles(market, market.names[400], "1m", None, NOON_MS, count=300)
    still = [row for row in rows if row["v"] == "0"]
    assert 0 < len(still) < len(rows)
    assert all(row["o"] == row["h"] == row["l"] == row["c"] for row in still)
