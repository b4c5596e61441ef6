"""A platform and a destination by the rules of generations, as far as they concern full refreshes.

A job gives each table a new generation and no state. A later attempt of the job keeps both for a table that
`discover` calls resumable, and gives any other one a new generation and no state again. The destination keeps rows
with their generation; where it overwrites, a job that succeeded leaves those of the last generation alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from integration_tests.connector import LOGGER, Output, State, sync
from source_cryptocom import SourceCryptocom

Row = dict[str, Any]


@dataclass
class Platform:
    """A connection in full refresh. `counts_generations`: whether the source's catalog has their numbers."""

    config: Mapping[str, Any]
    tables: Sequence[str]
    overwrite: bool = True
    counts_generations: bool = True
    _generations: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _states: State = field(default_factory=list)
    _rows: dict[str, list[tuple[int, Row]]] = field(default_factory=lambda: defaultdict(list))

    def new_job(self, succeeds: bool = True) -> Output:
        """The first attempt of a new job."""
        return self._attempt(self.tables, succeeds)

    def next_attempt(self, succeeds: bool = True) -> Output:
        """Another attempt of the last job."""
        streams = SourceCryptocom().discover(LOGGER, self.config).streams
        return self._attempt([stream.name for stream in streams if not stream.is_resumable], succeeds)

    def rows(self, table: str) -> list[Row]:
        """What the destination's table holds."""
        return [row for _, row in self._rows[table]]

    def _attempt(self, anew: Sequence[str], succeeds: bool) -> Output:
        for table in anew:
            self._generations[table] += 1
        self._states = [one for one in self._states if one.stream and one.stream.stream_descriptor.name not in anew]
        generations = self._generations if self.counts_generations else None
        output = sync(self.config, self.tables, "full_refresh", self._states, not succeeds, generations)
        for table, rows in output.records.items():
            self._rows[table] += [(self._generations[table], row) for row in rows]
        printed = {one.stream.stream_descriptor.name for one in output.state if one.stream}
        self._states = [
            *(one for one in self._states if one.stream and one.stream.stream_descriptor.name not in printed),
            *output.state,
        ]
        if succeeds and self.overwrite:
            for table, kept in self._rows.items():
                self._rows[table] = [(number, row) for number, row in kept if number == self._generations[table]]
        return output
