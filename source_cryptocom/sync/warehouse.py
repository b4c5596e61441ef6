"""Writes batches where they belong, by dlt: rows merged on their keys, snapshots replaced, states with the rows.

dlt keeps the states in the target. It gives back those of loads that were completed and no others, so a sync that is
killed between rows and state begins where the last completed load ended. Its working folder is made for one sync: what
a killed one has left there is never needed.
"""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from source_cryptocom.file_modes import make_private
from source_cryptocom.sync.collector import EXTRACTED_AT, Batch
from source_cryptocom.sync.connector_process import Plan
from source_cryptocom.sync.earlier_database import states_of_earlier_database
from source_cryptocom.sync.folder_lock import folder_lock
from source_cryptocom.sync.target import Target

NAME = "source_cryptocom"
TIME_COLUMNS = ("timestamp", "event_time", "update_time", "create_time", "snapshot_time", "updated_at")
"""The first of these that a table has is the time of its rows; tables without one hold what is true now."""
_STREAMS, _ACCOUNT = "streams", "account"
_OPTIONS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "RUNTIME__INTERCEPT_SIGNALS": "false",  # Ctrl-C ends a sync at once: what is not loaded is read again
    "LOAD__TRUNCATE_STAGING_DATASET": "true",
    "LOAD__RAISE_ON_MAX_RETRIES": "1",
    "DLT_DISABLE_PLUGINS": "true",
}


class AnotherAccount(Exception):
    """The target holds the rows of another account than the key's."""


@dataclass(frozen=True)
class Span:
    """Rows of a table in the target, from the time of the first to that of the last, where rows have a time."""

    table: str
    rows: int
    first: datetime | None
    last: datetime | None


class Warehouse:
    """The open target."""

    def __init__(self, target: Target, schema: str, plan: Plan, connection: Any) -> None:
        import dlt  # noqa: PLC0415 - it takes seconds, and a slip should be told before

        logging.getLogger("dlt").setLevel(logging.CRITICAL)
        self._dlt = dlt
        self._target = target
        self._streams = {stream.name: stream for stream in plan.streams}
        self._connection = connection
        credentials = connection or target.address or None
        self._pipeline = dlt.pipeline(
            NAME,
            destination=dlt.destinations.__dict__[target.destination](credentials=credentials),
            dataset_name=schema,
            pipelines_dir=str(target.work / "pipelines"),
        )
        self._pipeline.sync_destination()
        known = self._pipeline.state.get("sources", {}).get(NAME, {})
        self._states: dict[str, Any] = dict(known.get(_STREAMS, {}))
        if connection and not known:
            self._states.update(states_of_earlier_database(connection))
        self._account = known.get(_ACCOUNT) or plan.account
        if plan.account not in {None, self._account}:
            raise AnotherAccount

    @property
    def states(self) -> list[Any]:
        """The states of earlier syncs, of the tables that are read."""
        return [state for table, state in self._states.items() if table in self._streams]

    @property
    def tables(self) -> set[str]:
        """Those that the target has."""
        return {table for schema in self._pipeline.schemas.values() for table in schema.tables}

    def load(self, batch: Batch) -> None:
        """Rows, then the states that stand for them. Raises what dlt raises."""
        self._states.update(batch.states)
        self._pipeline.run(self._source(batch))

    def spans(self, tables: Sequence[str]) -> Iterator[Span]:
        """What the target holds of each of the tables."""
        existing = self.tables
        with self._pipeline.sql_client() as client:
            for table in tables:
                if table not in existing:
                    continue
                time = next((name for name in TIME_COLUMNS if name in self._streams[table].columns), None)
                ends = f"min({time}), max({time})" if time else "NULL, NULL"
                name = client.make_qualified_table_name(table)
                [row] = client.execute_sql(f"SELECT count(*), {ends} FROM {name}") or [(0, None, None)]  # noqa: S608
                yield Span(table, *row)

    def export(self, tables: Sequence[str]) -> None:
        """Writes each of the tables as a parquet file, where the target is a folder of them."""
        if self._target.folder is None:
            return
        for table in tables:
            path, new = self._target.folder / f"{table}.parquet", self._target.work / f"{table}.parquet"
            order = ", ".join(self._streams[table].key) or "ALL"
            self._connection.execute(
                f"COPY (FROM main.{table} ORDER BY {order}) TO '{_quoted(new)}' (FORMAT parquet, COMPRESSION zstd)"
            )
            new.replace(path)

    def _source(self, batch: Batch) -> Any:
        dlt, state = self._dlt, {_STREAMS: dict(self._states), _ACCOUNT: self._account}

        def remember() -> Iterator[Any]:
            dlt.current.source_state().update(state)
            yield from ()

        def resources() -> Iterator[Any]:
            for name, rows in batch.tables.items():
                merge = {"disposition": "merge", "strategy": "delete-insert"}
                yield self._resource(name, rows, merge)
            for name, rows in batch.snapshots.items():
                yield self._resource(name, rows, "replace")
            yield dlt.resource(remember, name="states")

        return dlt.source(resources, name=NAME)()

    def _resource(self, name: str, rows: Any, disposition: Any) -> Any:
        stream = self._streams[name]
        columns: Any = {
            column: {"data_type": "json"} for column, declared in stream.columns.items() if _is_nested(declared)
        }
        # Of a row that comes twice the later one stays.
        columns[EXTRACTED_AT] = {"dedup_sort": "desc"}
        return self._dlt.resource(
            [rows], name=name, primary_key=list(stream.key), write_disposition=disposition, columns=columns
        )


@contextmanager
def open_warehouse(target: Target, schema: str, plan: Plan) -> Iterator[Warehouse]:
    """The target, which no other sync on this machine may use meanwhile.

    Raises FolderInUse, AnotherAccount, and what dlt and DuckDB raise.
    """
    os.environ.update(_OPTIONS)
    # dlt looks for settings there: not in the folder in which the command happens to run.
    os.environ["DLT_PROJECT_DIR"] = os.environ["DLT_DATA_DIR"] = str(target.work)
    with ExitStack() as opened:
        target.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened.enter_context(folder_lock(target.work))
        opened.callback(shutil.rmtree, target.work, ignore_errors=True)
        _empty(target.work)
        yield Warehouse(target, schema, plan, opened.enter_context(_database(target)))


@contextmanager
def _database(target: Target) -> Iterator[Any]:
    """A connection that keeps every other process out of the file; None where the target is no file."""
    if target.database is None:
        yield None
        return
    with duckdb.connect(str(target.database)) as connection:
        make_private(target.database)
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _empty(folder: Path) -> None:
    """Removes what a sync that was killed has left."""
    shutil.rmtree(folder / "pipelines", ignore_errors=True)
    for path in folder.glob("*.parquet"):
        path.unlink()


def _is_nested(declared: Mapping[str, Any]) -> bool:
    return bool({"array", "object"} & set(declared["type"]))


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
