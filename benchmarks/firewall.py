"""A firewall in front of the exchange that refuses everything for a while in the middle of a market sync."""

import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Run, Workspace, print_table
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.faults import Fault
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange

TABLES = ("instrument", "ticker", "trade", "book", "candlestick")
PAGES = (Fault("html", count=None, status=429), Fault("html", count=None, status=403))


@dataclass(frozen=True)
class Outage:
    """A sync through a firewall that refused requests between two moments (monotonic s)."""

    run: Run
    begun: float
    ended: float
    arrivals: Sequence[float]

    def per_second(self, begin: float, end: float) -> float:
        return sum(begin <= arrival < end for arrival in self.arrivals) / (end - begin)


def sync_through_firewall(instruments: int, seconds: float, latency: float, tables: Sequence[str] = TABLES) -> Outage:
    """Reads so many instruments; once a fifth of the books are there, `seconds` of 429, then of 403, begin."""
    market = Market.from_capture(instruments=instruments)
    behaviour = Behaviour(latency_seconds=latency)
    with tempfile.TemporaryDirectory() as folder, running_exchange(behaviour, market=market) as exchange:
        moments: list[float] = []
        firewall = threading.Thread(target=_refuse, args=(exchange, instruments // 5, seconds, moments), daemon=True)
        firewall.start()
        config = {"base_url": exchange.base_url, "instruments": list(market.names), "hours_between_syncs": 0}
        run = Workspace(Path(folder)).read(config, tables)
        firewall.join()
        arrivals = sorted(record.arrival for records in exchange.requests.values() for record in records)
    begun, ended = moments
    return Outage(run, begun, ended, arrivals)


def _refuse(exchange: Exchange, after: int, seconds: float, moments: list[float]) -> None:
    while exchange.count("public/get-book") < after:
        time.sleep(0.02)
    moments.append(time.monotonic())
    for page in PAGES:
        exchange.faults.clear()
        exchange.faults.arm(page)
        time.sleep(seconds / 2)
    exchange.faults.clear()
    moments.append(time.monotonic())


def firewall(instruments: int = 930, seconds: float = 20) -> None:
    """Requests per second over all methods before, while and after everything is refused."""
    outage = sync_through_firewall(instruments, seconds, latency=0.3)
    first, last = outage.arrivals[0], outage.arrivals[-1]
    spans = [("before", first, outage.begun)]
    spans += [
        (f"refused, second {second + 1} to {second + 5}", outage.begun + second, outage.begun + second + 5)
        for second in range(0, int(seconds), 5)
    ]
    spans += [
        (f"after, second {second + 1} to {second + 5}", outage.ended + second, min(outage.ended + second + 5, last))
        for second in range(0, int(last - outage.ended), 5)
    ]
    print_table(
        f"A market sync of {instruments} instruments; a firewall refuses all requests for {seconds:.0f} seconds "
        f"(429, then 403). Complete after {outage.run.wall:.0f} s with {outage.run.total:,} records.",
        ["", "requests/s"],
        [[name, f"{outage.per_second(begin, end):.1f}"] for name, begin, end in spans if end > begin],
    )
