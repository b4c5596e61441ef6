"""Workers are shared so that all tables end together."""

from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.concurrency.workers import MAX_WORKERS, workers_per_stream

requests_of_tables = st.dictionaries(st.sampled_from(["book", "trade", "candlestick"]), st.integers(1, 200), min_size=1)


@given(requests_of_tables, st.integers(2, 128), st.integers(0, 3))
def test_every_table_has_a_lane_and_all_lanes_have_a_worker(
    requests: dict[str, int], workers: int, single_worker_streams: int
) -> None:
    shares = workers_per_stream(requests, workers, single_worker_streams)
    assert set(shares) == set(requests)
    assert all(1 <= count <= MAX_WORKERS for count in shares.values())
    # Rounding up to one worker each can cost at most a worker a table.
    assert sum(shares.values()) <= max(workers - single_worker_streams, len(requests)) + len(requests) - 1


def test_a_table_has_lanes_in_proportion_to_its_requests() -> None:
    assert workers_per_stream({"book": 1, "trade": 1, "candlestick": 3}, workers=64, single_worker_streams=0) == {
        "book": 13,
        "trade": 13,
        "candlestick": 38,
    }


def test_what_rounding_leaves_goes_to_the_streams_that_would_end_last() -> None:
    requests = {"mark_price": 9, "index_price": 3.6, "trade": 2, "candlestick": 3, "book": 1, "funding_rate": 1.2}
    shares = workers_per_stream(requests, workers=64, single_worker_streams=4)
    assert sum(shares.values()) == 60
    assert max(requests[name] / shares[name] for name in requests) <= 1.1 * sum(requests.values()) / 60


def test_account_history_keeps_its_workers() -> None:
    assert workers_per_stream({"book": 1, "trade": 1}, workers=13, single_worker_streams=3) == {"book": 5, "trade": 5}


def test_a_table_alone_has_no_more_lanes_than_can_be_of_use() -> None:
    assert workers_per_stream({"book": 1}, workers=128, single_worker_streams=0) == {"book": MAX_WORKERS}


def test_with_fewer_workers_than_tables_each_still_has_a_worker() -> None:
    assert workers_per_stream({"book": 1, "trade": 1, "candlestick": 300}, workers=2, single_worker_streams=3) == {
        "book": 1,
        "trade": 1,
        "candlestick": 2,
    }
