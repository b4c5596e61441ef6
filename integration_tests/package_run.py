"""The connector as its users have it: a command, in a folder, whose messages are read from stdout."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration_tests.connector import config_for
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS


@dataclass(frozen=True)
class Messages:
    """What a command printed."""

    everything: list[dict[str, Any]]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.everything if message["type"] == kind]


@dataclass(frozen=True)
class Command:
    """The words that start the connector, and the folder that it works in: a path within that is the same for both."""

    words: tuple[str | Path, ...]
    folder: Path

    def run(self, *arguments: str, code: int = 0, environment: Mapping[str, str] | None = None) -> Messages:
        """Runs a command that has to end with an exit code."""
        finished = subprocess.run(
            [*self.words, *arguments],
            cwd=self.folder,
            env={**os.environ, **(environment or {})},
            check=False,
            capture_output=True,
        )
        assert finished.returncode == code, finished.stdout + finished.stderr
        return Messages([json.loads(line) for line in finished.stdout.decode("utf-8").splitlines()])


@contextmanager
def small_exchange() -> Iterator[Exchange]:
    """Two instruments and a day of an account."""
    account = seeded_account(time.time_ns(), orders=40, days=1)
    with running_exchange(Behaviour(enforce_limits=False), account, Market.from_capture(instruments=2)) as running:
        yield running


def write_config(folder: Path, exchange: Exchange, days: int = 1, **fields: Any) -> None:
    """Writes a `config.json` that reads the last `days` days."""
    start = rfc3339((time.time_ns() - days * DAY_NS) // 1_000_000)
    (folder / "config.json").write_text(json.dumps(config_for(exchange, start_date=start, **fields)), encoding="utf-8")


def discovered_tables(command: Command) -> dict[str, dict[str, Any]]:
    """What `discover` says of each table, after a `check` that succeeds."""
    [checked] = command.run("check", "--config", "config.json").of_type("CONNECTION_STATUS")
    assert checked["connectionStatus"]["status"] == "SUCCEEDED"
    [discovered] = command.run("discover", "--config", "config.json").of_type("CATALOG")
    return {stream["name"]: stream for stream in discovered["catalog"]["streams"]}


def read_every_table(command: Command, tables: Mapping[str, dict[str, Any]]) -> set[str]:
    """The tables that `read` ends as complete, each read incrementally where it can be."""
    configured = [
        {"stream": stream, "sync_mode": stream["supported_sync_modes"][-1], "destination_sync_mode": "append"}
        for stream in tables.values()
    ]
    (command.folder / "catalog.json").write_text(json.dumps({"streams": configured}), encoding="utf-8")
    messages = command.run("read", "--config", "config.json", "--catalog", "catalog.json")
    assert messages.of_type("RECORD")
    traces = [message["trace"].get("stream_status", {}) for message in messages.of_type("TRACE")]
    return {trace["stream_descriptor"]["name"] for trace in traces if trace.get("status") == "COMPLETE"}
