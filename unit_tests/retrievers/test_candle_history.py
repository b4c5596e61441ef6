"""Candles read back in time: none is skipped, whichever of too many the exchange sends and wherever some lack."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.clock import OPENED_MS
from source_cryptocom.retrievers.candles.history import PAGE_LIMIT, CandleHistory, Duration, OtherCandles
from source_cryptocom.retrievers.candles.page import CandlePage
from unit_tests.support.builders import NOW_MS
from unit_tests.support.candle_market import MINUTE_MS, ago

MINUTE = Duration(MINUTE_MS, MINUTE_MS)
END_MS = NOW_MS + 1

KINDS = list(product(("newest", "oldest"), ("inclusive", "exclusive", "rounded")))


class Exchange:
    """One series' candles, by how many minutes ago each opened."""

    def __init__(self, minutes_ago: Iterable[int], counts_from: str = "newest", start: str = "inclusive") -> None:
        self.opens_ms = sorted(map(ago, minutes_ago))
        self.requests = 0
        self._counts_from = counts_from
        self._start = start

    def fetch(self, start_ms: int, end_ms: int, count: int) -> CandlePage:
        assert start_ms < end_ms
        assert 1 <= count <= PAGE_LIMIT
        self.requests += 1
        first_ms = {"exclusive": start_ms + 1, "rounded": start_ms // MINUTE_MS * MINUTE_MS}.get(self._start, start_ms)
        inside = self.opens_ms[bisect_left(self.opens_ms, first_ms) : bisect_left(self.opens_ms, end_ms)]
        page = inside[-count:] if self._counts_from == "newest" else inside[:count]
        return CandlePage(page, [{"t": open_ms} for open_ms in page])

    def history(self) -> CandleHistory:
        return CandleHistory(self.fetch, MINUTE, END_MS)


def opens(pages: Iterator[CandlePage], enough: int) -> list[int]:
    """The newest `enough` of the pages' candles; every page must lie before the ones that came earlier."""
    found: list[int] = []
    for page in pages:
        assert not found or page.opens_ms[-1] < found[0]
        found = [*page.opens_ms, *found]
        if len(found) >= enough:
            break
    return found[-enough:]


@st.composite
def quiet_series(draw: st.DrawFn) -> Sequence[int]:
    """Stretches with every candle, with some, and without any, as far back as the exchange goes."""
    minute, minutes = 0, []
    for length, step in draw(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 3_000)), max_size=5)):
        minute += draw(st.sampled_from([0, 1, 2, 299, 300, 301, 40_000]))
        minutes += [minute + step * number for number in range(length)]
        minute += step * length
    return [minute for minute in minutes if ago(minute) >= OPENED_MS]


@pytest.mark.parametrize(("counts_from", "start"), KINDS)
@given(quiet_series(), st.sampled_from([1, 50, 300, 700]))
def test_a_first_sync_gets_the_newest_candles(counts_from: str, start: str, minutes: list[int], wanted: int) -> None:
    exchange = Exchange(minutes, counts_from, start)
    assert opens(exchange.history().newest(wanted), wanted) == exchange.opens_ms[-wanted:]


@pytest.mark.parametrize(("counts_from", "start"), KINDS)
@given(quiet_series().filter(bool), st.integers(0, 10_000))
def test_a_later_sync_gets_every_candle_from_the_last_one_known(
    counts_from: str, start: str, minutes: list[int], known: int
) -> None:
    exchange = Exchange(minutes, counts_from, start)
    wanted = exchange.opens_ms[known % len(minutes) :]
    assert opens(exchange.history().since(wanted[0]), len(wanted)) == wanted


@pytest.mark.parametrize(("counts_from", "start"), KINDS)
@given(quiet_series(), st.integers(1, 100_000))
def test_a_series_that_was_empty_is_read_whole_and_no_further(
    counts_from: str, start: str, minutes: list[int], begin: int
) -> None:
    exchange = Exchange(minutes, counts_from, start)
    wanted = exchange.opens_ms[bisect_left(exchange.opens_ms, ago(begin)) :]
    found = opens(exchange.history().only_since(ago(begin)), len(minutes) + 1)
    assert [open_ms for open_ms in found if open_ms >= ago(begin)] == wanted


@pytest.mark.parametrize("counts_from", ["newest", "oldest"])
@pytest.mark.parametrize(
    ("minutes", "wanted", "requests"),
    [
        (range(10_000), 1, 1),
        (range(10_000), 50, 1),
        (range(10_000), 300, 1),
        (range(10_000), 700, 3),
        (range(20), 50, 2),
        (range(0), 50, 2),
        ([*range(20), *range(50, 10_000)], 50, 2),
    ],
    ids=["one", "fifty", "a page", "pages", "young", "empty", "with a hole"],
)
def test_no_more_requests_than_needed(counts_from: str, minutes: Sequence[int], wanted: int, requests: int) -> None:
    exchange = Exchange(minutes, counts_from)
    opens(exchange.history().newest(wanted), wanted)
    # Where the oldest of too many come, a page for a hole may have to be asked for again, narrower.
    assert exchange.requests <= requests + (counts_from == "oldest" and minutes == [*range(20), *range(50, 10_000)])


def test_an_exchange_that_always_sends_a_windows_beginning_is_an_error_and_no_loop() -> None:
    def same_page(start_ms: int, end_ms: int, count: int) -> CandlePage:
        times = [start_ms - 1] * count
        return CandlePage(times, [{"t": open_ms} for open_ms in times])

    with pytest.raises(OtherCandles):
        list(islice(CandleHistory(same_page, MINUTE, END_MS).newest(50), 99))


@pytest.mark.parametrize(("counts_from", "start"), KINDS)
def test_a_later_sync_within_a_page_is_one_request(counts_from: str, start: str) -> None:
    exchange = Exchange(range(10_000), counts_from, start)
    assert opens(exchange.history().since(ago(200)), 201) == exchange.opens_ms[-201:]
    assert exchange.requests == 1
