"""Account history: requests of a first sync by what the exchange serves, counted and timed.

Requests are counted for every cell, against the exchange without its limits; at one request a second they are the wall
time. A few cells are timed with the limits kept, to hold that against the clock.
"""

import json
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks.measure import Workspace, exchange, print_table, statistics

ORDER_HISTORY = "private/get-order-history"
SERVED = {
    "any width": "none",
    "week, else cut": "week",
    "week, else empty": "empty_week",
    "day, else cut": "day",
    "day, else empty": "empty_day",
    "day, else refused": "refuse",
}
TIMED = ((60, 50, "any width"), (60, 50, "week, else empty"))
UNPACED = ("-m", "integration_tests.impatient")
"""The connector without the pace of one request a second, as a command."""
FIXED_WINDOWS = ("-m", "benchmarks.fixed_windows")
"""The same, with windows of a day."""


def requests_and_time(order_counts: tuple[int, ...], days_read: tuple[int, ...] = (60, 180)) -> None:
    """A first sync of each account under each of what the exchange may do."""
    counts = [f"{orders:,}" for orders in order_counts]
    for days in days_read:
        rows = [["windows of a day", *(_counted(days, orders, "none", FIXED_WINDOWS) for orders in order_counts)]]
        rows += [[served, *(_counted(days, orders, cap) for orders in order_counts)] for served, cap in SERVED.items()]
        print_table(
            f"order_history of {days} days: requests, at one a second the wall time; by orders",
            ["served", *counts],
            rows,
        )
    print_table(
        "timed, one request a second allowed",
        ["days, orders, served", "requests", "wall s", "429s"],
        [_timed(*cell) for cell in TIMED],
    )


def _counted(days: int, orders: int, cap: str, module: tuple[str, ...] = UNPACED) -> str:
    return str(_read(days, orders, cap, module, "--no-limits")["count"])


def _timed(days: int, orders: int, served: str) -> list[str]:
    begun = time.monotonic()
    seen = _read(days, orders, SERVED[served])
    return [f"{days}, {orders}, {served}", str(seen["count"]), f"{time.monotonic() - begun:.0f}", str(seen["rejected"])]


def _read(days: int, orders: int, cap: str, module: tuple[str, ...] = ("main.py",), *more: str) -> dict[str, Any]:
    """The requests for orders, as the exchange counted them. Raises where rows are missing."""
    arguments = ["--orders", str(orders), "--days", str(days - 1), "--window-cap", cap, "--without-fills", *more]
    with tempfile.TemporaryDirectory() as folder, exchange(*arguments) as root:
        start = datetime.now(timezone.utc) - timedelta(days=days)
        config: dict[str, Any] = {
            "base_url": root,
            "api_key": "demo-key-abcdef",
            "api_secret": "demo-secret-0123456789",
            "start_date": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        run = Workspace(Path(folder)).read(config, ["order_history"], module=module)
        if run.total != orders:
            raise RuntimeError(f"{run.total} of {orders} orders came: {json.dumps(arguments)}")
        seen: dict[str, Any] = statistics(root)["methods"][ORDER_HISTORY]
        return seen
