"""From the connector's messages to loads: a thread reads while the main one loads."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from source_cryptocom.sync.collector import Batch, Collector
from source_cryptocom.sync.connector_process import ConnectorProcess
from source_cryptocom.sync.progress import Progress

ROWS_OF_A_LOAD = 250_000
SECONDS_BETWEEN_LOADS = 30.0
MOST_ROWS_WAITING = 1_000_000
_LOOK_AGAIN_SECONDS = 0.2
_LINES_BETWEEN_LOOKS = 1_000


@dataclass
class Outcome:
    """`errors`: a sentence by table; "" is the connector's own. `complete`: tables that were read whole."""

    errors: dict[str, str] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)


class Transfer:
    """Reads the connector's messages to their end, and loads what has come every now and then."""

    def __init__(self, connector: ConnectorProcess, collector: Collector, progress: Progress) -> None:
        self._connector = connector
        self._collector = collector
        self._progress = progress
        self._ended = threading.Event()
        self._failure: BaseException | None = None
        self.outcome = Outcome()

    def run(self, load: Callable[[Batch], None]) -> Outcome:
        """`load` is called with what is ready, at last with the rest. Raises what it raises."""
        threading.Thread(target=self._read, name="connector", daemon=True).start()
        loaded_at = time.monotonic()
        while not self._ended.wait(_LOOK_AGAIN_SECONDS):
            waiting = self._collector.waiting
            if waiting >= ROWS_OF_A_LOAD or (waiting and time.monotonic() - loaded_at >= SECONDS_BETWEEN_LOADS):
                self._load(load)
                loaded_at = time.monotonic()
        if self._failure:
            raise self._failure
        self._load(load)
        if (sentence := self._connector.end()) and not self.outcome.errors:
            self.outcome.errors[""] = sentence
        return self.outcome

    def _load(self, load: Callable[[Batch], None]) -> None:
        if batch := self._collector.take():
            self._progress.doing(f"loading {batch.rows:,} of them")
            load(batch)
            self._progress.doing("")

    def _read(self) -> None:
        try:
            for number, line in enumerate(self._connector.lines()):
                self._take(orjson.loads(line))
                while number % _LINES_BETWEEN_LOOKS == 0 and self._collector.waiting >= MOST_ROWS_WAITING:
                    time.sleep(_LOOK_AGAIN_SECONDS)
        except BaseException as error:  # noqa: BLE001 - the main thread raises it
            self._failure = error
        finally:
            self._ended.set()

    def _take(self, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "RECORD":
            self._collector.add_record(message["record"])
            self._progress.add(message["record"]["stream"])
        elif kind == "STATE":
            self._collector.add_state(message["state"])
        elif kind == "LOG":
            self._log(message["log"])
        elif kind == "TRACE":
            self._trace(message["trace"])

    def _log(self, log: Mapping[str, Any]) -> None:
        if log["level"] == "WARN":
            self._progress.warn(log["message"])
        else:
            self._progress.note(log["message"])

    def _trace(self, trace: Mapping[str, Any]) -> None:
        if trace["type"] == "STREAM_STATUS":
            status = trace["stream_status"]
            table = status["stream_descriptor"]["name"]
            if status["status"] == "STARTED":
                self._progress.begin(table)
            elif status["status"] in {"COMPLETE", "INCOMPLETE"}:
                self._progress.end(table)
                if status["status"] == "COMPLETE":
                    self.outcome.complete.add(table)
        elif trace["type"] == "ERROR":
            error = trace["error"]
            table = (error.get("stream_descriptor") or {}).get("name", "")
            # The last one has no table, and says no more than those of the tables.
            if table or not self.outcome.errors:
                self.outcome.errors[table] = error["message"]
