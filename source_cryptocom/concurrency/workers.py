"""Shares the workers among the tables that make many requests.

A lane is one long partition that takes the next instrument from its table's work list. The CDK's engine has one
first-in first-out pool of workers and a worker that waits for the request budget keeps its place: with a partition per
instrument the tables would be read one after the other. With as many lanes as workers each table has its own share.
"""

from collections.abc import Mapping

# More than this many requests in flight exceed any method's rate at any plausible round trip, and only cost switching.
MAX_WORKERS = 60


def workers_per_stream(requests: Mapping[str, int], workers: int, single_lane_tables: int) -> dict[str, int]:
    """Lanes in proportion to each table's requests, so that all end together; at least one each.

    `requests`: how many a table makes per instrument. `single_lane_tables`: how many long tables (account history)
    keep one worker each.
    """
    total = sum(requests.values())
    available = max(workers - single_lane_tables, len(requests))
    return {table: max(1, min(MAX_WORKERS, available * count // total)) for table, count in requests.items()}
