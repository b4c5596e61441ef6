"""Every sample of an instrument is read, whatever the exchange leaves open about its answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import pytest
from airbyte_cdk.utils import AirbyteTracedException
from hypothesis import given, settings
from hypothesis import strategies as st

from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, NS_PER_MS, rfc3339
from source_cryptocom.retrievers.paging.windows import Window
from source_cryptocom.retrievers.per_instrument.valuations import PAGE_SIZE, LargestPage, Sample, samples_in
from source_cryptocom.streams.market import FundingRate, IndexPrice, MarkPrice
from unit_tests.support.builders import NOW_MS, instrument, sync
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import Parameters, StubExchange

METHOD = "public/get-valuations"
PERPETUAL = {"inst_type": "PERPETUAL_SWAP", "underlying_symbol": "BTCUSD-INDEX"}


@dataclass
class SampleServer:
    """Samples at `times` in ms; an answer holds `most` of them, the newest or the oldest of the window."""

    times: Sequence[int]
    most: int
    keeps: Literal["newest", "oldest"] = "newest"
    inclusive_end: bool = False
    asked: list[Window] = field(default_factory=list)

    def fetch(self, window: Window) -> list[Sample]:
        self.asked.append(window)
        start, end = window.start_ns // NS_PER_MS, window.end_ns // NS_PER_MS + self.inclusive_end
        found = sorted(time for time in self.times if start <= time < end)
        found = found[-self.most :] if self.keeps == "newest" else found[: self.most]
        return [(time * NS_PER_MS, {"t": time, "v": str(time)}) for time in found]


servers = st.builds(
    SampleServer,
    times=st.lists(st.integers(0, 300), max_size=60, unique=True),
    most=st.integers(2, 12),
    keeps=st.sampled_from(["newest", "oldest"]),
    inclusive_end=st.booleans(),
)


def window(start_ms: int, end_ms: int) -> Window:
    return Window(start_ms * NS_PER_MS, end_ms * NS_PER_MS)


@settings(max_examples=200)
@given(server=servers, room=st.integers(1, 400), cuts=st.lists(st.integers(1, 300), max_size=5, unique=True))
def test_irregular_samples_come_once_each_whatever_a_page_holds(
    server: SampleServer, room: int, cuts: list[int]
) -> None:
    edges = [0, *sorted(cuts), 301]
    largest = LargestPage()
    found = [
        row["t"]
        for start, end in pairwise(edges)
        for page in samples_in(window(start, end), server.fetch, room * NS_PER_MS, largest.may_be_cut)
        for row in page
    ]
    assert sorted(found) == sorted(server.times)


@given(
    interval=st.integers(2, 20),
    offset=st.integers(0, 19),
    count=st.integers(0, 60),
    most=st.integers(2, 70),
    keeps=st.sampled_from(["newest", "oldest"]),
    inclusive_end=st.booleans(),
)
def test_regular_samples_cost_no_request_where_none_has_room(
    interval: int, offset: int, count: int, most: int, keeps: Any, inclusive_end: bool
) -> None:
    times = [offset % interval + number * interval for number in range(count)]
    server = SampleServer(times, most, keeps, inclusive_end)
    whole = window(0, count * interval)
    pages = samples_in(whole, server.fetch, interval * NS_PER_MS, lambda rows: False)
    assert sorted(row["t"] for page in pages for row in page) == times
    if most > count:
        assert server.asked == [whole]


def serve_samples(exchange: StubExchange, times: Sequence[int], most: int = PAGE_SIZE) -> None:
    def answer(asked: Parameters) -> dict[str, Any]:
        inside = [time for time in times if int(asked["start_ts"]) <= time < int(asked["end_ts"])]
        rows = [{"v": "0.000001230", "t": time} for time in sorted(inside)[-min(most, int(asked["count"])) :]]
        return {"data": rows[::-1], "instrument_name": "ANOTHER-NAME"}

    exchange.serve(METHOD, answer)


def serve_instruments(exchange: StubExchange, *rows: dict[str, Any]) -> None:
    exchange.serve("public/get-instruments", lambda _: list(rows))


def test_funding_rates_are_read_from_start_date_on_and_continued_at_the_next_hour(exchange: StubExchange) -> None:
    serve_instruments(exchange, instrument("BTCUSD-PERP", **PERPETUAL), instrument("BTC_USD"), {"symbol": None})
    hours = [NOW_MS - 3 * MS_PER_DAY + number * MS_PER_HOUR for number in range(3 * 24)]
    serve_samples(exchange, hours)
    first = read(FundingRate(sync(start_date=rfc3339(hours[0]))))
    assert sorted(record["timestamp"] for record in first.records) == [rfc3339(ms) for ms in hours]
    assert first.records[0] == {"instrument": "BTCUSD-PERP", "timestamp": rfc3339(hours[0]), "value": "0.000001230"}
    asked = exchange.asked(METHOD)[0]
    assert {name: asked[name] for name in ("instrument_name", "valuation_type", "count")} == {
        "instrument_name": "BTCUSD-PERP",
        "valuation_type": "funding_hist",
        "count": "500",
    }

    table = FundingRate(sync(start_date=rfc3339(hours[0])))
    read(table)
    later = read(FundingRate(sync(now_ms=NOW_MS + MS_PER_HOUR)), table.state)
    assert later.records == []
    serve_samples(exchange, [*hours, NOW_MS])
    later = read(FundingRate(sync(now_ms=NOW_MS + MS_PER_HOUR)), table.state)
    assert [record["timestamp"] for record in later.records] == [rfc3339(NOW_MS)]


def test_a_first_sync_of_mark_prices_takes_the_last_day_of_every_instrument(exchange: StubExchange) -> None:
    serve_instruments(exchange, instrument("BTCUSD-PERP", **PERPETUAL), instrument("BTC_USD"))
    minutes = [NOW_MS - number * 25_000 for number in range(2 * 24 * 144)]
    serve_samples(exchange, minutes)
    records = read(MarkPrice(sync())).records
    of_the_day = {rfc3339(ms) for ms in minutes if ms >= NOW_MS - MS_PER_DAY}
    for name in ("BTCUSD-PERP", "BTC_USD"):
        times = [record["timestamp"] for record in records if record["instrument"] == name]
        assert len(times) == len(set(times))
        assert set(times) == of_the_day


def test_a_day_of_prices_costs_nine_requests_an_instrument_and_one_more(
    exchange: StubExchange,
) -> None:
    names = ["BTC_USD", "ETH_USD", "CRO_USD"]
    serve_instruments(exchange, *map(instrument, names))
    every_20_seconds = [NOW_MS - number * 20_000 for number in range(2 * 24 * 180)]
    serve_samples(exchange, every_20_seconds)
    table = MarkPrice(sync())
    assert len(read(table).records) == len(names) * (24 * 180 + 1)
    assert len(exchange.asked(METHOD)) == 9 * len(names) + 1
    assert MarkPrice.retriever.requests_per_instrument(table.context.config, 0) == 9

    known = len(exchange.asked(METHOD))
    later = read(MarkPrice(sync(now_ms=NOW_MS + MS_PER_HOUR)), table.state)
    assert later.records == []
    assert len(exchange.asked(METHOD)) == known + len(names) + 1


def test_an_exchange_that_gives_fewer_rows_costs_requests_and_no_sample(exchange: StubExchange) -> None:
    serve_instruments(exchange, instrument("BTC_USD"))
    uneven = [NOW_MS - MS_PER_DAY + number * 60_000 + number % 7 * 1_000 for number in range(24 * 60)]
    serve_samples(exchange, uneven, most=25)
    assert len(read(MarkPrice(sync())).records) == len(uneven)


def test_each_index_is_asked_for_once_by_its_own_name(exchange: StubExchange) -> None:
    serve_instruments(
        exchange,
        instrument("BTCUSD-PERP", **PERPETUAL),
        instrument("BTCUSD-261225", **{**PERPETUAL, "inst_type": "FUTURE"}),
        instrument("BTC_USD"),
    )
    serve_samples(exchange, [NOW_MS - MS_PER_MINUTE])
    assert [record["instrument"] for record in read(IndexPrice(sync())).records] == ["BTCUSD-INDEX"]
    assert {asked["instrument_name"] for asked in exchange.asked(METHOD)} == {"BTCUSD-INDEX"}


def test_a_sample_without_a_time_stops_the_table(exchange: StubExchange) -> None:
    serve_instruments(exchange, instrument("BTC_USD"))
    exchange.serve(METHOD, lambda _: [{"v": "1.5"}])
    with pytest.raises(AirbyteTracedException, match="a sample has no time"):
        read(MarkPrice(sync()))
