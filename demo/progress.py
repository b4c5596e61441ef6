"""PyAirbyte's own progress needs a live terminal; this one prints a line now and then, which reads well everywhere."""

import time
from collections.abc import Generator, Iterable
from typing import Any

from airbyte.progress import ProgressStyle, ProgressTracker
from airbyte_cdk.models import Level

from demo.console import Console

SECONDS_BETWEEN_LINES = 5.0
LARGEST = 4
KIND_LENGTH = 60
"""Warnings that begin alike are of one kind: a request that is tried again, an instrument that is refused."""


class ProgressLines(ProgressTracker):
    """Rows and the largest tables every few seconds, and each kind of warning once."""

    def __init__(self, console: Console, **participants: Any) -> None:
        self._console = console
        self._told = time.monotonic()
        self._writing = False
        self._warned: set[str] = set()
        super().__init__(ProgressStyle.PLAIN, **participants)

    def tally_records_read(
        self, messages: Iterable[Any], *, auto_close_streams: bool = False
    ) -> Generator[Any, Any, None]:
        return super().tally_records_read(self._watched(messages), auto_close_streams=auto_close_streams)

    def _watched(self, messages: Iterable[Any]) -> Iterable[Any]:
        for message in messages:
            if message.log and message.log.level.value == Level.WARN.value:
                self._warn(message.log.message)
            yield message

    def _warn(self, text: str) -> None:
        kind = text[:KIND_LENGTH]
        if kind not in self._warned:
            self._warned.add(kind)
            self._console.step(f"the connector warns: {text}")

    def _update_display(self, *, force_refresh: bool = False) -> None:
        if self.finalize_start_time and not self._writing:
            self._writing = True
            self._console.step(f"read {self.total_records_read:,} rows; writing them into the tables")
        elif not self._writing and time.monotonic() - self._told >= SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            self._console.step(self._counts())

    def _counts(self) -> str:
        counts = self.stream_read_counts
        largest = sorted(counts, key=lambda table: (-counts[table], table))[:LARGEST]
        named = ", ".join(f"{table} {counts[table]:,}" for table in largest)
        return f"{self.total_records_read:,} rows of {len(counts)} tables so far" + (f": {named}, ..." if named else "")
