"""The whole catalogue: every table in one sync, what an account without activity costs, and the demo's two syncs."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.market import MEGABYTE
from benchmarks.measure import Run, Workspace, exchange, print_table, run_connector, statistics
from demo.config_file import demo_config
from demo.simulated import LATENCY_SECONDS
from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.limits import PUBLIC
from simulated_exchange.market import Market
from simulated_exchange.resources import METHODS
from simulated_exchange.running import running_exchange
from source_cryptocom.streams import STREAMS

KEY = {"api_key": "demo-key-abcdef", "api_secret": "demo-secret-0123456789"}
LATENCY = 0.3
DEMO_DAYS = 25
"""As many as `python -m demo` reads where it is not told otherwise."""
OF_LONG_STANDING = frozenset(
    {
        *("instrument", "ticker", "trade", "book", "candlestick", "user_balance", "user_position", "open_order"),
        *("order_history", "user_trade", "transaction"),
    }
)
"""The tables that every account has; the others are of features that an account may lack, or of the derivatives."""


HEAD = ("method", "tables", "requests", "floor s", "429s")


@dataclass(frozen=True)
class MethodCost:
    """The requests of one method that were answered, and how many were refused as too many."""

    method: str
    requests: int
    rejected: int

    @property
    def floor(self) -> float:
        """The seconds that the method's published limit makes its requests take."""
        limit = METHODS[self.method].limit if self.method in METHODS else PUBLIC
        return self.requests * limit.seconds / limit.requests

    @property
    def cells(self) -> list[str]:
        tables = ", ".join(name for name, stream in STREAMS.items() if stream.method == self.method)
        return [self.method, tables, f"{self.requests:,}", f"{self.floor:.1f}", f"{self.rejected:,}"]


def _costs(counted: Mapping[str, Any]) -> list[MethodCost]:
    """Of every method that was asked, the slowest first."""
    costs = [
        MethodCost(method, seen["count"] - seen["rejected"], seen["rejected"])
        for method, seen in counted["methods"].items()
    ]
    return sorted(costs, key=lambda cost: cost.floor, reverse=True)


def _print_sync(title: str, run: Run, costs: list[MethodCost], start_up: float, methods: int | None = None) -> None:
    """The `methods` slowest ones, all where it is None, and the sums of all."""
    print_table(title, HEAD, [cost.cells for cost in costs[:methods]])
    floor = costs[0].floor + start_up
    requests, memory = sum(cost.requests for cost in costs), run.peak_memory / MEGABYTE
    print(
        f"{requests:,} requests, {run.total:,} records, peak {memory:.0f} MB, processor {run.processor:.1f} s. "
        f"Floor {floor:.1f} s: {costs[0].method}, and {start_up:.1f} s of start-up. "
        f"Wall {run.wall:.1f} s, wall/floor {run.wall / floor:.2f}.",
        flush=True,
    )


def _start_up() -> float:
    """Seconds until a process of the connector has printed its spec."""
    return run_connector(["main.py"], ["spec"]).wall


def whole_catalogue(instruments: int | None = None) -> None:
    """Every table with the connector's defaults, first sync; the published limits are enforced."""
    arguments = ["--latency", str(LATENCY), *(["--instruments", str(instruments)] if instruments else [])]
    with tempfile.TemporaryDirectory() as folder, exchange(*arguments) as root:
        run = Workspace(Path(folder)).read({"base_url": root, **KEY}, list(STREAMS))
        title = (
            f"All {len(STREAMS)} tables, {run.records['instrument']} instruments, first sync with the defaults, "
            f"{LATENCY * 1000:.0f} ms latency. A method's floor is its requests by its published limit."
        )
        _print_sync(title, run, _costs(statistics(root)), _start_up())


def without_activity(instruments: int | None = None) -> None:
    """An account in which nothing ever happened: what its optional tables cost."""
    optional = [name for name, stream in STREAMS.items() if name not in OF_LONG_STANDING and stream.is_private()]
    groups = {
        "all but instrument_fee_rate": [name for name in optional if name != "instrument_fee_rate"],
        "instrument_fee_rate": ["instrument_fee_rate"],
    }
    market = Market.from_capture(instruments=instruments)
    start_up, rows = _start_up(), []
    with (
        tempfile.TemporaryDirectory() as folder,
        running_exchange(Behaviour(latency_seconds=LATENCY), Account(), market) as running,
    ):
        for name, tables in groups.items():
            running.log.clear()
            run = Workspace(Path(folder)).read({"base_url": running.base_url, **KEY}, tables)
            costs = [cost for cost in _costs(running.log.statistics()) if cost.method.startswith("private/")]
            rows.append(
                [
                    name,
                    f"{len(tables)}",
                    f"{sum(cost.requests for cost in costs):,}",
                    f"{costs[0].method}: {costs[0].requests:,}",
                    f"{costs[0].floor:.1f}",
                    f"{run.wall - start_up:.1f}",
                ]
            )
    print_table(
        f"Private optional tables of an account without activity, {len(market.names)} instruments, "
        f"{LATENCY * 1000:.0f} ms latency. Seconds: by the limit of the slowest method; wall without {start_up:.1f} s "
        "of start-up. A table's windows are read one after the other, each a round trip.",
        ["tables", "number", "requests", "slowest method", "limit s", "wall s"],
        rows,
    )


def demo_account(instruments: int | None = None) -> None:
    """The first and the second sync of the account that `python -m demo` simulates, every table read both times."""
    arguments = ["--latency", str(LATENCY_SECONDS), "--days", str(DEMO_DAYS - 1)]
    arguments += ["--instruments", str(instruments)] if instruments else []
    with tempfile.TemporaryDirectory() as folder, exchange(*arguments) as root:
        workspace = Workspace(Path(folder))
        config = {**demo_config(root, DEMO_DAYS), "hours_between_syncs": 0}
        states: Any = None
        start_up = _start_up()
        for name in ("first", "second"):
            run = workspace.read(config, list(STREAMS), states)
            states = {**(states or {}), **run.states}
            title = f"The demo's account, {run.records['instrument']} instruments, {name} sync; the slowest methods"
            _print_sync(title, run, _costs(statistics(root)), start_up, methods=5)


def catalogue(instruments: int | None = None) -> None:
    """All three."""
    whole_catalogue(instruments)
    without_activity(instruments)
    demo_account(instruments)
