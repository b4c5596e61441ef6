"""`make bench`: everything, some twenty minutes; `python -m benchmarks PART` for a part."""

import sys
from collections.abc import Callable

from benchmarks.catalogue import catalogue
from benchmarks.firewall import firewall
from benchmarks.history import requests_and_time
from benchmarks.market import cost_per_record, speed
from benchmarks.peer import beside_ccxt
from benchmarks.start_up import spec_time
from benchmarks.versions import beside_the_last_version

PARTS: dict[str, Callable[[], None]] = {
    "start-up": spec_time,
    "versions": beside_the_last_version,
    "peer": beside_ccxt,
    "market": lambda: speed(0.3, (100, 300, 930)),
    "firewall": firewall,
    "catalogue": catalogue,
    "records": lambda: cost_per_record(0.02),
    "history": lambda: requests_and_time((0, 20, 50, 500, 3_000, 12_000)),
}


def main(wanted: list[str]) -> None:
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        sys.exit(f"No such part: {', '.join(unknown)}. There are {', '.join(PARTS)}.")
    print("Every ratio is of two measurements in this run, on this machine.", flush=True)
    for part in wanted or PARTS:
        PARTS[part]()


if __name__ == "__main__":
    main(sys.argv[1:])
