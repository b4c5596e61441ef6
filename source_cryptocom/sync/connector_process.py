"""The connector as a process of its own: it alone reads the config, so no other package sees the key."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

COMMAND = (sys.executable, "-c", "from source_cryptocom.sync.connector import main; main()")
_LAST_WORDS = 5


class ConnectorFailed(Exception):
    """The connector has ended without an answer; the text is a sentence."""


@dataclass(frozen=True)
class Stream:
    """A table to read: its columns as in the JSON schema, and its key.

    `incremental`: it keeps a state, and its rows add up; the others hold what is true now.
    """

    name: str
    columns: Mapping[str, Mapping[str, Any]]
    key: Sequence[str]
    incremental: bool
    private: bool


@dataclass(frozen=True)
class Plan:
    """`slips`: what keeps the sync from beginning, a clause each. `account`: a hash of its id, None where unknown."""

    slips: Sequence[str]
    streams: Sequence[Stream]
    account: str | None


class ConnectorProcess:
    """Starts when it is made, so that it loads while its owner does other things."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this Python
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self._last_words: list[str] = []

    def __enter__(self) -> "ConnectorProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def plan(self, config: str | None, fields: Mapping[str, Any], tables: Sequence[str]) -> Plan:
        """What the connector makes of it. Raises ConnectorFailed."""
        self._write({"config": config, "fields": fields, "tables": tables})
        for line in self.lines():
            message = json.loads(line)
            if message["type"] == "PLAN":
                streams = [Stream(**stream) for stream in message["streams"]]
                return Plan(message["slips"], streams, message["account"])
        raise ConnectorFailed(self.end())

    def begin(self, states: Sequence[Mapping[str, Any]]) -> None:
        """Start the reading from the states of earlier syncs."""
        self._write({"states": states})

    def lines(self) -> Iterator[bytes]:
        """Messages as they come."""
        if self._process.stdout is None:
            return
        # One line each: an iterator over the file would read ahead, and keep what the next iterator needs.
        while line := self._process.stdout.readline():
            if line.startswith(b"{"):
                yield line
            else:
                self._last_words = [*self._last_words, line.decode(errors="replace").rstrip()][-_LAST_WORDS:]

    def end(self) -> str:
        """Waits for the end; a sentence where it failed, else nothing."""
        code = self._process.wait()
        said = " ".join(self._last_words)
        return f"The connector has ended with code {code}. {said}".strip() if code else ""

    def _write(self, message: Mapping[str, Any]) -> None:
        if self._process.stdin:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
