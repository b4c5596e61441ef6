"""Shares the workers among the streams that make many requests.

A worker reads one long partition that gets the next instrument from a queue which all workers of the stream share. The
CDK's engine has one first-in first-out pool of threads, and one that waits for the request budget keeps its place: with
a partition per instrument the streams would be read one after the other. With as many partitions as threads each
stream has its own share.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from source_cryptocom.clock import MS_PER_HOUR
from source_cryptocom.config import Config, ConfigError
from source_cryptocom.retrievers.base import Retriever
from source_cryptocom.state.market_cursor import parse_market_state
from source_cryptocom.state.state import State, UnusableState

# More requests in flight than this exceed any method's limit at any plausible round trip, and only cost switching.
MAX_WORKERS = 60
# Of one sync, over all of its tables of history.
MOST_THREADS_AHEAD = 12


def threads_ahead(retrievers: Iterable[Retriever], num_workers: int) -> int:
    """How many of `num_workers` read account history ahead.

    Few where tables are read per instrument: such a sync ends when these do, and they need the threads.
    """
    asked = list(retrievers)
    if not any(retriever.reads_history for retriever in asked):
        return 0
    if any(retriever.per_instrument for retriever in asked):
        return num_workers // 16
    return min(MOST_THREADS_AHEAD, num_workers // 5)


def share_workers(
    retrievers: Mapping[str, Retriever], incremental_states: Mapping[str, State], config: Config, now: int
) -> dict[str, int]:
    """Workers for each per-instrument stream that is about to be read at `now` (ms).

    `incremental_states`: the saved states of the streams that are read on from them.
    """
    requests = {
        name: retriever.requests_per_instrument(config, _hours_since(incremental_states.get(name, {}), now))
        for name, retriever in retrievers.items()
        if retriever.per_instrument
    }
    long_reads = sum(retriever.takes_long for retriever in retrievers.values())
    return workers_per_stream(requests, config.num_workers, long_reads) if requests else {}


def workers_per_stream(requests: Mapping[str, float], workers: int, single_worker_streams: int) -> dict[str, int]:
    """Workers in proportion to each stream's requests, so that all end together; at least one each.

    What is left of rounding down goes where it would cost most: a small stream with two workers of its 2.9 would end
    last. `requests`: how many a stream makes per instrument. `single_worker_streams`: how many long streams (account
    history) keep one worker each.
    """
    total = sum(requests.values())
    available = max(workers - single_worker_streams, len(requests))
    shares = {name: max(1, int(available * count / max(total, 1))) for name, count in requests.items()}
    for _ in range(available - sum(shares.values())):
        slowest = max(shares, key=lambda name: requests[name] / shares[name])
        shares[slowest] += 1
    return {name: min(share, MAX_WORKERS) for name, share in shares.items()}


def _hours_since(state: State, now: int) -> float:
    """Since the stream was last read; 0 where it never was. An unusable state is the stream's to complain of."""
    with suppress(UnusableState, ConfigError):
        synced_ms = parse_market_state(state, now).synced_ms
        return max(now - synced_ms, 0) / MS_PER_HOUR if synced_ms else 0
    return 0
