"""A sync in a process of its own that dies by `kill -9`, and what had reached its stdout by then.

Processes are forked from a server that has the connector imported already, which spares two seconds for each.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
from airbyte_cdk.models import AirbyteStateMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput

from integration_tests.connector import Output, State, configured_catalog
from integration_tests.impatient import impatient
from integration_tests.shared_clock import SharedClock
from source_cryptocom.retrievers.per_instrument import reader as per_instrument
from source_cryptocom.run import run

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])

Kill = Callable[[], None]


def read_arguments(
    folder: Path, config: Mapping[str, Any], tables: Sequence[str], mode: str, state: State | None = None
) -> list[str]:
    """The command line of a sync, its files written into `folder`."""
    catalog = ConfiguredAirbyteCatalogSerializer.dump(configured_catalog(config, tables, mode))
    states = [AirbyteStateMessageSerializer.dump(message) for message in state or []]
    arguments = ["read"]
    for name, content in {"config": config, "catalog": catalog, "state": states}.items():
        path = folder / f"{name}.json"
        path.write_bytes(orjson.dumps(content))
        arguments += [f"--{name}", str(path)]
    return arguments


def sync_until_killed(
    arguments: Sequence[str],
    clock: SharedClock,
    after_lines: int | None = None,
    arm: Callable[[Kill], None] | None = None,
) -> tuple[Output, bool]:
    """What reached stdout, and whether the process was killed before it ended.

    It is killed when so many lines have been read, or by what `arm` gets before it starts. States of the per-instrument
    tables come after every instrument, not every ten seconds.
    """
    reader, writer = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_sync, args=(writer, list(arguments), clock.ns))
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


def _sync(stdout: Connection, arguments: list[str], now_ns: int) -> None:
    os.dup2(stdout.fileno(), 1)
    every_instrument = mock.patch.object(per_instrument, "CHECKPOINT_SECONDS", 0.0)
    with impatient(), every_instrument, SharedClock(now_ns).rules_the_connector(), suppress(BrokenPipeError):
        run(arguments)
