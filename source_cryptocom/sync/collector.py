"""What the connector has sent and no load has taken yet: rows as Arrow tables, and the states that come after them."""

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from source_cryptocom.sync.connector_process import Stream

EXTRACTED_AT = "_airbyte_extracted_at"
"""When the connector read the row; within a sync later than that of the row before, whatever the clock does."""
LISTS = ("expired_settlement_price",)
"""Tables without a state whose rows stay true when the exchange does not list them any more."""
ROWS_AT_A_TIME = 5_000
_TIME = pa.timestamp("us", "UTC")
_US_PER_MS = 1_000


@dataclass(frozen=True)
class Batch:
    """What one load writes. A table in `snapshots` replaces what was there; the others are merged into it.

    `states`: by table; they stand for rows of this batch and of those before, and for none that come later.
    """

    tables: Mapping[str, pa.Table]
    snapshots: Mapping[str, pa.Table]
    states: Mapping[str, Any]

    @property
    def rows(self) -> int:
        return sum(table.num_rows for table in (*self.tables.values(), *self.snapshots.values()))

    def __bool__(self) -> bool:
        return bool(self.tables or self.snapshots or self.states)


class TableRows:
    """Rows of one table, most of them as Arrow already."""

    def __init__(self, stream: Stream) -> None:
        self._columns = stream.columns
        self._rows: list[Mapping[str, Any]] = []
        self._times: list[int] = []
        self._tables: list[pa.Table] = []
        self.count = 0

    def add(self, row: Mapping[str, Any], time_us: int) -> None:
        self._rows.append(row)
        self._times.append(time_us)
        self.count += 1
        if len(self._rows) == ROWS_AT_A_TIME:
            self._pack()

    def take(self) -> pa.Table:
        """All rows, which are not here any more afterwards."""
        self._pack()
        tables, self._tables, self.count = self._tables, [], 0
        return pa.concat_tables(tables, promote_options="default")

    def _pack(self) -> None:
        rows, self._rows = self._rows, []
        times, self._times = self._times, []
        columns = {name: _column([row.get(name) for row in rows], column) for name, column in self._columns.items()}
        # What the exchange has added since the schema was written: text, whatever it is, so that it never changes type.
        for name in sorted(set().union(*rows) - columns.keys()):
            columns[name] = pa.array([_text(row.get(name)) for row in rows], pa.string())
        columns[EXTRACTED_AT] = pa.array(times, pa.int64()).cast(_TIME)
        self._tables.append(pa.table(columns))


class Collector:
    """Takes records and states in the order of the connector. Thread-safe."""

    def __init__(self, streams: Iterable[Stream], existing: Collection[str] = ()) -> None:
        """`existing`: tables that the target has. Another one is made even where it has no row."""
        self._streams = {stream.name: stream for stream in streams}
        self._snapshots = {name for name, stream in self._streams.items() if not stream.incremental} - set(LISTS)
        self._existing = set(existing)
        self._lock = threading.Lock()
        self._rows = {name: TableRows(stream) for name, stream in self._streams.items()}
        self._read: set[str] = set()
        self._states: dict[str, Any] = {}
        self._last_us = 0

    def add_record(self, record: Mapping[str, Any]) -> None:
        """`record` as in a RECORD message."""
        with self._lock:
            self._last_us = max(self._last_us + 1, record["emitted_at"] * _US_PER_MS)
            self._rows[record["stream"]].add(record["data"], self._last_us)

    def add_state(self, state: Mapping[str, Any]) -> None:
        """`state` as in a STATE message. A snapshot has one at its end, unless it was skipped."""
        table = state["stream"]["stream_descriptor"]["name"]
        with self._lock:
            self._read.add(table)
            if self._streams[table].incremental:
                self._states[table] = state

    @property
    def waiting(self) -> int:
        """Rows that the next load would take."""
        with self._lock:
            return sum(self._rows[name].count for name in self._rows if self._is_ready(name))

    def take(self) -> Batch:
        """What can be loaded now. A snapshot that is not whole yet stays."""
        with self._lock:
            taken = {
                name: rows.take()
                for name, rows in self._rows.items()
                if self._is_ready(name)
                and (rows.count or name in self._snapshots or name in self._read - self._existing)
            }
            self._existing.update(taken)
            states, self._states = self._states, {}
            self._read.clear()
        return Batch(
            {name: table for name, table in taken.items() if name not in self._snapshots},
            {name: table for name, table in taken.items() if name in self._snapshots},
            states,
        )

    def _is_ready(self, name: str) -> bool:
        return name not in self._snapshots or name in self._read


def _column(values: list[Any], declared: Mapping[str, Any]) -> pa.Array:
    """A column as the JSON schema declares it."""
    kinds = [declared["type"]] if isinstance(declared["type"], str) else declared["type"]
    [kind] = [kind for kind in kinds if kind != "null"]
    if kind in {"array", "object"}:
        return pa.array([_text(value) for value in values], pa.string())
    if kind == "string":
        texts = pa.array(values, pa.string())
        return texts.cast(TEXT_FORMATS[declared["format"]]) if declared.get("format") in TEXT_FORMATS else texts
    return pa.array(values, PLAIN_TYPES[kind])


TEXT_FORMATS = {"date-time": _TIME, "date": pa.date32()}
PLAIN_TYPES = {"integer": pa.int64(), "boolean": pa.bool_(), "number": pa.float64()}


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
