"""The connector as a process of its own: what it prints, how it exits, and what is left when it is killed.

Processes are forked from a server that has the connector imported already, which spares two seconds for each.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, TypeAlias
from unittest import mock

import orjson
from airbyte_cdk.models import AirbyteStateMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput

import source_cryptocom.entrypoint  # noqa: F401 - so that the processes have it imported
from integration_tests.connector import Output, State, configured_catalog
from integration_tests.shared_clock import SharedClock
from integration_tests.without_waits import without_waits
from source_cryptocom.logs.log_file import FILE_NAME
from source_cryptocom.retrievers.per_instrument import reader as per_instrument
from source_cryptocom.run import run

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
_STDOUT, _STDERR = "stdout.txt", "stderr.txt"

Kill: TypeAlias = Callable[[], None]


@dataclass(frozen=True)
class Finished:
    """A process that has ended. `code` is negative where a signal ended it; `log_file` is empty where there is none."""

    code: int | None
    stdout: str
    stderr: str
    log_file: str

    @property
    def everything(self) -> str:
        """All that a person could read."""
        return "\n".join((self.stdout, self.stderr, self.log_file))

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The Airbyte messages on stdout. Fails on a line that is no JSON, but for one that a kill cut short."""
        lines = self.stdout.splitlines()
        if self.code is not None and self.code < 0 and not self.stdout.endswith("\n"):
            lines = lines[:-1]
        return [json.loads(line) for line in lines]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of one type of message: LOG, TRACE, RECORD, STATE, CONNECTION_STATUS."""
        names = {"CONNECTION_STATUS": "connectionStatus"}
        return [message[names.get(kind, kind.lower())] for message in self.messages if message["type"] == kind]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [trace["error"] for trace in self.of_type("TRACE") if trace["type"] == "ERROR"]

    @property
    def output(self) -> Output:
        return Output(EntrypointOutput(messages=[json.dumps(message) for message in self.messages]))


@dataclass(frozen=True)
class Running:
    """A process that has been started in `folder`, its working directory."""

    process: ForkServerProcess
    folder: Path

    def kill(self) -> None:
        """As `kill -9` does: nothing is flushed, nothing is tidied."""
        self.process.kill()

    @property
    def printed(self) -> int:
        """How many bytes are on its stdout by now."""
        path = self.folder / _STDOUT
        return path.stat().st_size if path.exists() else 0

    def finish(self, seconds: float = 600) -> Finished:
        """Waits for the end. Fails where it does not come in time."""
        self.process.join(seconds)
        hangs = self.process.exitcode is None
        if hangs:
            self.process.kill()
            self.process.join()
        assert not hangs, f"the connector still ran after {seconds} seconds"
        return Finished(self.process.exitcode, *(self._text(name) for name in (_STDOUT, _STDERR, FILE_NAME)))

    def _text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""


class ClockOfAProcess:
    """A clock that stands still at `at_ns`, but for how far the machine's is ahead: that may change while it runs."""

    def __init__(self, at_ns: int, ahead_ns: int = 0) -> None:
        self.at_ns = at_ns
        self._ahead_ns = _CONTEXT.Value("q", ahead_ns)

    def jump(self, ahead_ns: int) -> None:
        """From now on the machine's clock is so far ahead of the exchange's."""
        self._ahead_ns.value = ahead_ns

    def patch_connector(self) -> AbstractContextManager[None]:
        """Within it the connector takes its time from here."""
        clock = SharedClock(self.at_ns)
        return clock.patch_connector(lambda: self.at_ns + self._ahead_ns.value)


def start(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    clock: ClockOfAProcess | None = None,
) -> Running:
    """Starts `source-cryptocom ARGUMENTS` in `folder`, by the clock given or this machine's."""
    process = _CONTEXT.Process(target=_connector, args=(str(folder), arguments, dict(environment or {}), clock))
    process.start()
    return Running(process, folder)


def start_read(
    folder: Path,
    config: Mapping[str, Any],
    tables: Sequence[str],
    sync_mode: str = "full_refresh",
    state: State | None = None,
    flags: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    clock: ClockOfAProcess | None = None,
) -> Running:
    """Starts a sync; its files are written into `folder` first."""
    arguments = read_arguments(folder, config, tables, sync_mode, state)
    return start(folder, *arguments, *flags, environment=environment, clock=clock)


def sync_until_killed(
    arguments: Sequence[str],
    clock: SharedClock,
    after_lines: int | None = None,
    arm: Callable[[Kill], None] | None = None,
) -> tuple[Output, bool]:
    """What reached stdout, and whether the process was killed before it ended.

    It is killed when so many lines have been read, or by what `arm` gets before it starts. Its stdout is a pipe, so it
    runs no further ahead. States of the per-instrument tables come after every instrument, not every ten seconds.
    """
    reader, writer = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_connector_into_pipe, args=(writer, list(arguments), clock.ns))
    if arm:
        arm(process.kill)
    process.start()
    writer.close()
    with os.fdopen(os.dup(reader.fileno()), "rb") as stdout:
        printed = list(islice(stdout, after_lines))
        if after_lines is not None:
            process.kill()
        printed += stdout.readlines()
    reader.close()
    process.join()
    return as_output(printed), process.exitcode == -signal.SIGKILL


def as_output(lines: Sequence[bytes]) -> Output:
    """Lines of stdout, but for a last one that was cut short."""
    return Output(EntrypointOutput(messages=[line.decode() for line in lines if line.endswith(b"\n")]))


def read_arguments(
    folder: Path, config: Mapping[str, Any], tables: Sequence[str], sync_mode: str, state: State | None = None
) -> list[str]:
    """The command line of a sync, its files written into `folder`."""
    catalog = orjson.dumps(ConfiguredAirbyteCatalogSerializer.dump(configured_catalog(config, tables, sync_mode)))
    arguments = [
        *("read", "--config", written(folder, "config.json", config)),
        *("--catalog", written(folder, "catalog.json", catalog.decode())),
    ]
    if state is not None:
        states = [AirbyteStateMessageSerializer.dump(one) for one in state]
        arguments += ["--state", written(folder, "state.json", orjson.dumps(states).decode())]
    return arguments


def written(folder: Path, name: str, content: Any) -> str:
    """The path of a file with `content`: a text as it is, anything else as JSON."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def _connector(
    folder: str, arguments: Sequence[str], environment: Mapping[str, str], clock: ClockOfAProcess | None
) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    for number, name in ((1, _STDOUT), (2, _STDERR)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    with without_waits(), clock.patch_connector() if clock else nullcontext():
        run(list(arguments))


def _connector_into_pipe(stdout: Connection, arguments: Sequence[str], now_ns: int) -> None:
    os.dup2(stdout.fileno(), 1)
    every_instrument = mock.patch.object(per_instrument, "CHECKPOINT_SECONDS", 0.0)
    with without_waits(), every_instrument, SharedClock(now_ns).patch_connector(), suppress(BrokenPipeError):
        run(list(arguments))
