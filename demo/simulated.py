"""The simulated exchange as a process of its own, for as long as it is needed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from demo.console import Console, Problem

LATENCY_SECONDS = 0.1
LIMIT_WINDOWS = 10
"""Connector, exchange and loading share this machine: what leaves in time does not always arrive in time."""


@contextmanager
def simulated_exchange(console: Console, days: int, instruments: int) -> Iterator[str]:
    """Its REST root on a free loopback port; its account was opened inside the days. Raises Problem."""
    command = [sys.executable, "-m", "simulated_exchange", "--port", "0", "--latency", str(LATENCY_SECONDS)]
    command += ["--limit-windows", str(LIMIT_WINDOWS), "--days", str(days - 1), "--instruments", str(instruments)]
    console.step("starting a simulated exchange: no key is needed, and nothing leaves this machine")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first_line = process.stdout.readline() if process.stdout else ""
            if not first_line.startswith("listening on "):
                raise Problem("The simulated exchange did not start. Run it by hand: " + " ".join(command[1:]))
            base_url = first_line.split()[-1]
            console.step(f"it listens on {base_url} and keeps the real exchange's request limits")
            yield base_url
        finally:
            process.terminate()
