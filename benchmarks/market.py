"""The whole market: wall time against what the exchange's limits allow, and what each record costs."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import requests

from benchmarks.measure import Run, Workspace, exchange, print_table, run_connector, statistics

TABLES = ("instrument", "ticker", "trade", "book", "candlestick")
REQUESTS_PER_SECOND = 100
ROUNDS = 3
MEGABYTE = 1_000_000


def _config(root: str, instruments: Sequence[str], **fields: Any) -> dict[str, Any]:
    return {"base_url": root, "instruments": list(instruments), "hours_between_syncs": 0, **fields}


def _names(root: str) -> list[str]:
    rows = requests.get(f"{root}/public/get-instruments", timeout=10).json()["result"]["data"]
    return [row["symbol"] for row in rows]


def _start_up(workspace: Workspace, root: str) -> Run:
    """A sync of next to nothing: one request."""
    return workspace.read(_config(root, []), ["ticker"])


def speed(latency: float, counts: Sequence[int]) -> None:
    """Wall time for more and more instruments, the floor it cannot go below, and a second sync after the largest."""
    with tempfile.TemporaryDirectory() as folder, exchange("--latency", str(latency)) as root:
        workspace = Workspace(Path(folder))
        names = _names(root)
        start_up = _start_up(workspace, root)
        statistics(root)
        rows = []
        states: Any = None
        for count in counts:
            run = workspace.read(_config(root, names[:count]), TABLES)
            rows.append(_speed_row(f"{count} instruments", run, statistics(root), start_up))
            states = run.states
        second = workspace.read(_config(root, names[: counts[-1]]), TABLES, states)
        rows.append(_speed_row(f"{counts[-1]}, second sync", second, statistics(root), start_up))
        print_table(
            f"The market at {latency * 1000:.0f} ms latency, {REQUESTS_PER_SECOND} requests a second for each method. "
            f"Start-up {start_up.wall:.1f} s.",
            ["", "requests", "slowest method", "floor s", "wall s", "wall/floor", "429s", "records", "peak MB"],
            rows,
        )
        sizes = ", ".join(f"{table} {_size(state) / 1000:.1f} kB" for table, state in sorted(states.items()))
        print(f"State after {counts[-1]} instruments: {sizes}")


def _size(state: Any) -> int:
    return len(str(state["stream"].get("stream_state", {})))


def _speed_row(name: str, run: Run, counted: dict[str, Any], start_up: Run) -> list[str]:
    methods = counted["methods"]
    answered = {method: seen["count"] - seen["rejected"] for method, seen in methods.items()}
    slowest = max(answered.values())
    floor = slowest / REQUESTS_PER_SECOND + start_up.wall
    return [
        name,
        f"{sum(seen['count'] for seen in methods.values()):,}",
        f"{slowest:,}",
        f"{floor:.1f}",
        f"{run.wall:.1f}",
        f"{run.wall / floor:.2f}",
        f"{counted['rejected_share']:.2%}",
        f"{run.total:,}",
        f"{run.peak_memory / MEGABYTE:.0f}",
    ]


def cost_per_record(latency: float) -> None:
    """Processor time that the connector adds to the bare CDK's, told apart by records and by requests.

    Two syncs with the same requests, one with six times the candles, give what one more record costs; a bare CDK source
    that emits as many of the same records from memory gives what it must cost. Everything ROUNDS times, in turns.
    """
    with tempfile.TemporaryDirectory() as folder, exchange("--latency", str(latency)) as root:
        workspace = Workspace(Path(folder))
        start_up = _start_up(workspace, root)
        statistics(root)
        rounds = [_costs(workspace, root) for _ in range(ROUNDS)]
        requests_made = sum(seen["count"] for seen in statistics(root)["methods"].values()) // (2 * ROUNDS)
    bare, ratio = median(costs.bare for costs in rounds), median(costs.own / costs.bare for costs in rounds)
    own = bare * ratio
    few, many, bare_many = rounds[-1].few, rounds[-1].many, rounds[-1].bare_many
    per_request = (few.processor - start_up.processor - own * few.total) / requests_made
    print_table(
        f"Processor time at {latency * 1000:.0f} ms latency: {many.total:,} candles, 300 a page, median of {ROUNDS}",
        ["", "us", "ratio to bare"],
        [
            ["a record, bare CDK source", f"{bare * 1e6:.1f}", "1.00"],
            ["a record, this connector", f"{own * 1e6:.1f}", f"{ratio:.2f}"],
            ["  added by this connector", f"{(own - bare) * 1e6:.1f}", f"{ratio - 1:.2f}"],
            ["  in each round", "", " ".join(f"{costs.own / costs.bare - 1:.2f}" for costs in rounds)],
            ["a request", f"{per_request * 1e6:.0f}", "-"],
        ],
    )
    print(
        f"Peak memory: {many.peak_memory / MEGABYTE:.0f} MB, bare CDK {bare_many.peak_memory / MEGABYTE:.0f} MB. "
        f"Records a second: {many.total / (many.wall - start_up.wall):,.0f}, "
        f"bare CDK {bare_many.total / (bare_many.wall - start_up.wall):,.0f}."
    )


@dataclass(frozen=True)
class _Costs:
    """One round's runs, and seconds of processor time for one more record."""

    few: Run
    many: Run
    bare_many: Run
    own: float
    bare: float


def _costs(workspace: Workspace, root: str) -> _Costs:
    few, many = (workspace.read(_config(root, [], candlestick_count=candles), ["candlestick"]) for candles in (50, 300))
    bare_few, bare_many = (_bare(workspace, run.total, many) for run in (few, many))
    added = many.total - few.total
    return _Costs(
        few,
        many,
        bare_many,
        own=(many.processor - few.processor) / added,
        bare=(bare_many.processor - bare_few.processor) / added,
    )


def _bare(workspace: Workspace, records: int, like: Run) -> Run:
    sample = workspace.write("sample.json", like.sample)
    tables = {"candlestick": {"sample": sample, "records": records, "partitions": 60}}
    config = workspace.write("bare.json", {"workers": 64, "tables": tables})
    stream = {"name": "candlestick", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    catalog = {"streams": [{"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}]}
    arguments = ["read", "--config", config, "--catalog", workspace.write("bare_catalog.json", catalog)]
    return run_connector(["-m", "benchmarks.bare_source"], arguments)
