"""Account history: requests against the least possible, and wall time against one request a second."""

import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks.measure import Workspace, exchange, print_table, statistics

DAYS = 60
ORDER_HISTORY = "private/get-order-history"


def promised(orders: int, days: int) -> float:
    """The most requests that a full read may take."""
    return 1.1 * (orders / 100 + days) + 5


def requests_and_time(order_counts: tuple[int, ...]) -> None:
    """A first sync of each account, under both readings of the exchange's windows."""
    rows = [_row(orders, tested) for orders in order_counts for tested in ("create", "update")]
    print_table(
        f"order_history of {DAYS} days, one request a second allowed",
        ["orders, window tests", "requests", "promised", "wall s", "wall/requests", "429s", "records"],
        rows,
    )


def _row(orders: int, tested: str) -> list[str]:
    arguments = ["--orders", str(orders), "--days", str(DAYS - 1), "--order-time-filter", tested, "--without-fills"]
    with tempfile.TemporaryDirectory() as folder, exchange(*arguments) as root:
        start = datetime.now(timezone.utc) - timedelta(days=DAYS)
        config: dict[str, Any] = {
            "base_url": root,
            "api_key": "demo-key-abcdef",
            "api_secret": "demo-secret-0123456789",
            "start_date": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        workspace = Workspace(Path(folder))
        begun = time.monotonic()
        run = workspace.read(config, ["order_history"])
        wall = time.monotonic() - begun
        seen = statistics(root)["methods"][ORDER_HISTORY]
        return [
            f"{orders:,}, {tested}",
            str(seen["count"]),
            f"{promised(orders, DAYS):.0f}",
            f"{wall:.0f}",
            f"{wall / seen['count']:.2f}",
            str(seen["rejected"]),
            f"{run.total:,}",
        ]
