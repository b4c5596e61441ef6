"""Account history: requests and wall time of a first sync, by what the exchange serves, before and after.

Before: windows of a day. Requests are counted for every cell, against the exchange without its limits: at one request a
second all of them would take hours. The wall time is that of the connector's pace; a few cells are held against the
clock, with the limits kept.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from typing import Any

import requests

from benchmarks.measure import Run, Workspace, exchange, print_table, run_connector, statistics
from source_cryptocom.api.rate_limits import HISTORY

ORDER_HISTORY = "private/get-order-history"
SERVED = {
    "any width": "none",
    "week, else cut": "week",
    "week, else empty": "empty_week",
    "day, else cut": "day",
    "day, else empty": "empty_day",
    "day, else refused": "refuse",
}
BEFORE = "before: windows of a day"
TIMED = ((60, 50, "any width"), (60, 50, "week, else empty"), (60, 500, "day, else refused"))
PACED = ("main.py",)
UNPACED = ("-m", "integration_tests.without_waits")
"""The connector without the pace of one request a second, as a command."""
FIXED_WINDOWS = ("-m", "benchmarks.fixed_windows")
"""The same, with windows of a day."""
SECONDS_A_REQUEST = (HISTORY.milliseconds + HISTORY.margin_ms) / 1000


def requests_and_time(order_counts: tuple[int, ...], days_read: tuple[int, ...] = (60, 180)) -> None:
    """A first sync of each account under each of what the exchange may do."""
    accounts = [(days, orders) for days in days_read for orders in order_counts]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = dict(zip(accounts, pool.map(lambda account: _all_counted(*account), accounts), strict=True))
    start_up = median(run_connector(["main.py"], ["spec"]).wall for _ in range(3))
    rows = [
        [f"{days} days, {served}", *(_cell(counted[days, orders][served], start_up) for orders in order_counts)]
        for days in days_read
        for served in (BEFORE, *SERVED)
    ]
    print_table(
        f"order_history, first sync: requests, and the seconds that they take at the connector's pace, a request every "
        f"{SECONDS_A_REQUEST:.2f} s, with {start_up:.1f} s of start-up; by orders",
        ["days, served", *(f"{orders:,}" for orders in order_counts)],
        rows,
    )
    print_table(
        "Some of these against the clock, one request a second allowed",
        ["days, orders, served", "requests", "s at the pace", "wall s", "429s"],
        [_timed(*cell, start_up) for cell in TIMED],
    )


def _seconds(requested: int, start_up: float) -> float:
    return start_up + (requested - 1) * SECONDS_A_REQUEST


def _cell(requested: int, start_up: float) -> str:
    return f"{requested} {_seconds(requested, start_up):4.0f} s"


def _all_counted(days: int, orders: int) -> dict[str, int]:
    """The requests for one account, before and under each of what the exchange may do."""
    with _account(days, orders, "--no-limits") as root:
        before = {BEFORE: _count(root, days, orders, "none", FIXED_WINDOWS)["count"]}
        return before | {name: _count(root, days, orders, cap, UNPACED)["count"] for name, cap in SERVED.items()}


def _timed(days: int, orders: int, served: str, start_up: float) -> list[str]:
    with _account(days, orders, "--window-cap", SERVED[served]) as root:
        run = _read(root, days, orders, PACED)
        seen = statistics(root)["methods"][ORDER_HISTORY]
    return [
        f"{days}, {orders}, {served}",
        str(seen["count"]),
        f"{_seconds(seen['count'], start_up):.0f}",
        f"{run.wall:.0f}",
        str(seen["rejected"]),
    ]


@contextmanager
def _account(days: int, orders: int, *arguments: str) -> Iterator[str]:
    """The root of an exchange with so many orders, which lie in so many days."""
    with exchange("--orders", str(orders), "--days", str(days - 1), "--without-fills", *arguments) as root:
        yield root


def _count(root: str, days: int, orders: int, cap: str, module: Sequence[str]) -> dict[str, Any]:
    """The requests for orders, as the exchange counted them where it serves so much."""
    behaviour = root.replace("/exchange/v1", "/_exchange/behaviour")
    requests.post(behaviour, json={"window_cap": cap}, timeout=10).raise_for_status()
    statistics(root)
    _read(root, days, orders, module)
    seen: dict[str, Any] = statistics(root)["methods"][ORDER_HISTORY]
    return seen


def _read(root: str, days: int, orders: int, module: Sequence[str]) -> Run:
    """A first sync. Raises where rows are missing."""
    start = datetime.now(timezone.utc) - timedelta(days=days)
    config = {
        "base_url": root,
        "api_key": "demo-key-abcdef",
        "api_secret": "demo-secret-0123456789",
        "start_date": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    with tempfile.TemporaryDirectory() as folder:
        run = Workspace(Path(folder)).read(config, ["order_history"], module=module)
    if run.total != orders:
        raise RuntimeError(f"{run.total} of {orders} orders came: {json.dumps([root, days, orders, module])}")
    return run
