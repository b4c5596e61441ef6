"""`source-cryptocom sync` in a process forked from a server, which imports its packages, two seconds, only once.

It forks the connector in turn. What depends on how the command starts and ends runs as `sync_without_waits` instead.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn
from unittest import mock

from integration_tests.without_waits import without_waits
from source_cryptocom.run import run
from source_cryptocom.sync import connector, connector_process, transfer, warehouse  # noqa: F401 - for what is forked

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__, "integration_tests.process"])


@dataclass(frozen=True)
class Finished:
    stdout: str
    stderr: str
    code: int | None


def run_sync(folder: Path, arguments: Sequence[str]) -> Finished:
    """Runs `source-cryptocom sync ARGUMENTS` in `folder`."""
    with tempfile.TemporaryDirectory() as printed:
        files = [Path(printed) / name for name in ("stdout", "stderr")]
        process = _CONTEXT.Process(target=_sync, args=(str(folder), list(arguments), [str(file) for file in files]))
        process.start()
        process.join()
        stdout, stderr = (file.read_text(encoding="utf-8") for file in files)
        return Finished(stdout, stderr, process.exitcode)


def _sync(folder: str, arguments: list[str], files: Sequence[str]) -> None:
    os.chdir(folder)
    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    forks = SimpleNamespace(Popen=_ForkedConnector, PIPE=None, STDOUT=None)
    with mock.patch.object(connector_process, "subprocess", forks):
        run(["sync", *arguments])


class _ForkedConnector:
    """As much of subprocess.Popen as ConnectorProcess uses."""

    def __init__(self, command: Sequence[str], **pipes: Any) -> None:
        to_read, asks = os.pipe()
        says, to_write = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            os.close(asks)
            os.close(says)
            _connector(to_read, to_write)
        os.close(to_read)
        os.close(to_write)
        self.stdin, self.stdout = os.fdopen(asks, "wb"), os.fdopen(says, "rb")
        self._code: int | None = None

    def kill(self) -> None:
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)

    def communicate(self) -> None:
        self.wait()

    def wait(self) -> int:
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._code


def _connector(to_read: int, to_write: int) -> NoReturn:
    for descriptor, number in ((to_read, 0), (to_write, 1), (to_write, 2)):
        os.dup2(descriptor, number)
    # multiprocessing has put another stdin in place.
    sys.stdin = os.fdopen(0)
    code: Any = 0
    try:
        with without_waits():
            connector.main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1 if code else 0)
