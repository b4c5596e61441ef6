"""Runs commands as processes of their own and measures them: wall time, processor time, memory."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

SAMPLE_SIZE = 10_000


@dataclass(frozen=True)
class Run:
    """One process. Seconds; bytes.

    `records`: by table; `states`: the last STATE of each table, as sent; `sample`: the first SAMPLE_SIZE records.
    """

    wall: float
    processor: float
    peak_memory: int
    records: Counter[str]
    states: Mapping[str, Mapping[str, Any]]
    sample: Sequence[Mapping[str, Any]]

    @property
    def total(self) -> int:
        return sum(self.records.values())


def run_connector(module: Sequence[str], arguments: Sequence[str], checkout: Path | None = None) -> Run:
    """Runs `python MODULE ARGUMENTS`, an Airbyte source, and reads what it prints. Raises RuntimeError if it fails.

    `checkout`: the folder of another version of the connector, which runs with the packages that are installed here.
    """
    records: Counter[str] = Counter()
    states: dict[str, Mapping[str, Any]] = {}
    sample: list[Mapping[str, Any]] = []
    started = time.monotonic()
    # Its output goes to a file first: a reader in the same second would compete for the processor.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([sys.executable, *module, *arguments], stdout=output, cwd=checkout)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        for line in output:
            if line.startswith(b'{"type":"RECORD"'):
                records[_table(line)] += 1
                if len(sample) < SAMPLE_SIZE:
                    sample.append(json.loads(line)["record"]["data"])
            elif line.startswith(b'{"type":"STATE"'):
                state = json.loads(line)["state"]
                states[state["stream"]["stream_descriptor"]["name"]] = state
    if process.returncode:
        raise RuntimeError(f"{' '.join(module)} {arguments[0]} ended with {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, _memory(usage), records, states, sample)


def _table(line: bytes) -> str:
    """The table's name comes first in a RECORD: found without reading the whole of it."""
    start = line.index(b'"stream":"') + len(b'"stream":"')
    return line[start : line.index(b'"', start)].decode()


def _memory(usage: resource.struct_rusage) -> int:
    """Linux counts in kB, macOS in bytes."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@contextmanager
def exchange(*arguments: str) -> Iterator[str]:
    """The simulated exchange in a process of its own; yields its root, which ends with /exchange/v1."""
    command = [sys.executable, "-m", "simulated_exchange", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("the exchange has no output")
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def statistics(root: str) -> dict[str, Any]:
    """What the exchange has counted since the last call, per method."""
    url = root.replace("/exchange/v1", "/_exchange/statistics")
    counted: dict[str, Any] = requests.get(url, timeout=10).json()
    requests.delete(url, timeout=10).raise_for_status()
    return counted


class Workspace:
    """Config, catalog and state files for the connector's command line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, content: Any) -> str:
        path = self._folder / name
        path.write_text(json.dumps(content))
        return str(path)

    def read(
        self,
        config: Mapping[str, Any],
        tables: Sequence[str],
        states: Mapping[str, Any] | None = None,
        module: Sequence[str] = ("main.py",),
        checkout: Path | None = None,
    ) -> Run:
        """One incremental sync of `tables`, from `states` where given."""
        catalog = {"streams": [_configured(table) for table in tables]}
        arguments = ["--config", self.write("config.json", config), "--catalog", self.write("catalog.json", catalog)]
        if states:
            saved = [{"type": "STREAM", "stream": state["stream"]} for state in states.values()]
            arguments += ["--state", self.write("state.json", saved)]
        return run_connector(module, ["read", *arguments], checkout)


def _configured(table: str) -> dict[str, Any]:
    return {
        "stream": {"name": table, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
        "sync_mode": "incremental",
        "destination_sync_mode": "append",
    }


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table a person can read, right-aligned but for its first column."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    print(f"\n{title}")
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells[1:]]), flush=True)
