"""PyAirbyte runs the connector and loads its rows into DuckDB."""

import contextlib
import io
import logging
import sysconfig
from collections.abc import Collection
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import airbyte
import duckdb
from airbyte.exceptions import PyAirbyteError

from demo.cache import QuickCache
from demo.console import Console, Problem
from demo.progress import ProgressLines

CONNECTOR = "source-cryptocom"


class _Errors(logging.Handler):
    """Collects the connector's error sentences: PyAirbyte only logs them."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.sentences: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.sentences.append(record.getMessage())


def load(config: dict[str, Any], database: Path, console: Console, left_out: Collection[str]) -> list[str]:
    """`check`, `discover` and `read` of every table that the config opens but those `left_out`; gives their names.

    Raises Problem.
    """
    errors = _Errors()
    log = logging.getLogger(f"airbyte.{CONNECTOR}")
    log.addHandler(errors)
    tracker = partial(ProgressLines, console)
    with contextlib.redirect_stderr(io.StringIO()), mock.patch("airbyte.sources.base.ProgressTracker", tracker):
        try:
            # Better now than after the reading: another program may have it open, or it is no database.
            duckdb.connect(str(database)).close()
            return _load(config, database, console, left_out)
        except duckdb.Error as error:
            raise Problem(f"The database {database} cannot be used: {error}") from None
        except PyAirbyteError as error:
            raise Problem(_sentences(error, errors.sentences)) from None
        finally:
            log.removeHandler(errors)


def _load(config: dict[str, Any], database: Path, console: Console, left_out: Collection[str]) -> list[str]:
    executable = Path(sysconfig.get_path("scripts")) / CONNECTOR
    source = airbyte.get_source(CONNECTOR, config=config, local_executable=executable)
    source.check()
    console.step("check: the exchange answers" + (", and the key can read" if config.get("api_key") else ""))
    found = source.get_available_streams()
    console.step(f"discover: {len(found)} tables: {', '.join(found)}")
    tables = [table for table in found if table not in left_out]
    but = " and ".join(table for table in found if table in left_out)
    console.step("reading all of them" + (f" but {but}, which have millions of rows a day" if but else ""))
    source.select_streams(tables)
    started = datetime.now(timezone.utc)
    with contextlib.redirect_stdout(io.StringIO()), QuickCache(db_path=database) as cache:
        # Without another look at the config, which `check` has judged: that starts the connector once more.
        source.read(cache, skip_validation=True)
    snapshots = [
        stream.name
        for stream in source.discovered_catalog.streams
        if stream.name in tables and "incremental" not in {mode.value for mode in stream.supported_sync_modes or []}
    ]
    _drop_what_is_gone(database, snapshots, started)
    console.step(f"all tables are in {database}")
    return tables


def _drop_what_is_gone(database: Path, snapshots: list[str], started: datetime) -> None:
    """PyAirbyte merges a snapshot into the rows of the last one; an order that is open no more would stay."""
    with duckdb.connect(str(database)) as connection:
        for table in snapshots:
            stale = f"DELETE FROM {table} WHERE _airbyte_extracted_at < ?"  # noqa: S608
            connection.execute(stale, [started.replace(tzinfo=None)])


def _sentences(error: PyAirbyteError, said: list[str]) -> str:
    """The connector's own words where it said something, then where its log is."""
    reason = (error.context or {}).get("failure_reason")
    lines = [str(reason)] if reason else list(dict.fromkeys(said))
    lines = lines or [str(error.original_exception or error.get_message())]
    if error.log_file:
        lines.append(f"The whole log: {error.log_file}")
    return "\n        ".join(lines)
