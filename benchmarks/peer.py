"""The market beside ccxt, the library of most programs that read exchanges: its asynchronous client in a venv."""

import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from benchmarks.market import TABLES
from benchmarks.measure import Workspace, exchange, print_table, statistics

LATENCY = 0.3
TIMEFRAMES = ("1m", "5m", "1h")
SCRIPT = """
import asyncio, sys
import ccxt.async_support as ccxt

async def main(root, timeframes):
    client = ccxt.cryptocom({"enableRateLimit": True, "timeout": 60_000})
    client.urls["api"] = {name: root for name in client.urls["api"]}
    client.urls["api"]["v1"] = root
    markets = await client.load_markets()
    symbols = list(markets)
    await client.fetch_tickers()
    rows = 0
    async def count(request):
        nonlocal rows
        got = await request
        rows += len(got["bids"]) if isinstance(got, dict) else len(got)
    requests = []
    for symbol in symbols:
        requests += [client.fetch_trades(symbol, limit=150), client.fetch_order_book(symbol, 50)]
        requests += [client.fetch_ohlcv(symbol, timeframe, limit=50) for timeframe in timeframes]
    failed = [error for error in await asyncio.gather(*map(count, requests), return_exceptions=True) if error]
    await client.close()
    print(f"ccxt: {len(symbols)} symbols, {rows:,} rows, {len(failed)} requests failed {failed[:1]}")

asyncio.run(main(sys.argv[1], sys.argv[2:]))
"""


def beside_ccxt(instruments: int = 930) -> None:
    """Instruments, tickers, trades, books and three timeframes of candles: wall and processor time."""
    arguments = ("--latency", str(LATENCY), "--instruments", str(instruments))
    with tempfile.TemporaryDirectory() as folder, exchange(*arguments) as root:
        python = _with_ccxt(Path(folder))
        statistics(root)
        wall, processor = _timed([python, "-c", SCRIPT, root, *TIMEFRAMES])
        theirs = sum(seen["count"] for seen in statistics(root)["methods"].values())
        run = Workspace(Path(folder)).read({"base_url": root, "hours_between_syncs": 0}, TABLES)
        ours = sum(seen["count"] for seen in statistics(root)["methods"].values())
    print_table(
        f"The market of {instruments} instruments at {LATENCY * 1000:.0f} ms latency",
        ["", "requests", "wall s", "processor s"],
        [
            ["ccxt, asynchronous", f"{theirs:,}", f"{wall:.1f}", f"{processor:.1f}"],
            ["this connector", f"{ours:,}", f"{run.wall:.1f}", f"{run.processor:.1f}"],
            ["ratio", "", f"{wall / run.wall:.2f}", f"{processor / run.processor:.2f}"],
        ],
    )


def _with_ccxt(folder: Path) -> str:
    """The interpreter of a new virtual environment that holds the newest ccxt."""
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "ccxt"], check=True)
    return python


def _timed(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a process, which prints what it did."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the peer ended with {process.returncode}")
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime
