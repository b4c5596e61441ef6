"""The least an Airbyte source can do: the CDK's engine, and records that are in memory already.

`python -m benchmarks.bare_source read --config FILE --catalog FILE`; the config is `{"workers": n, "tables": {name:
{"sample": FILE, "records": n, "partitions": n}}}`: each table repeats the records of its sample until all are made.
"""

import json
import logging
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import launch
from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConnectorSpecification, SyncMode
from airbyte_cdk.sources.concurrent_source.concurrent_source_adapter import ConcurrentSourceAdapter
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.streams.core import StreamData

from source_cryptocom.concurrency.engine import Engine, build_engine

LOGGER = logging.getLogger("airbyte")


class BareStream(Stream):
    """Emits its share of the sample's repetitions from each partition."""

    primary_key = None

    def __init__(self, name: str, sample: str, records: int, partitions: int) -> None:
        self.name = name
        self._sample: list[dict[str, Any]] = json.loads(Path(sample).read_text())
        self._records = records
        self._partitions = partitions

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]  # the CDK's own is wrapped in a cache
        return {"type": "object", "properties": {}}

    def stream_slices(self, **_: Any) -> Iterable[Mapping[str, Any]]:
        share, rest = divmod(self._records, self._partitions)
        return [{"partition": n, "records": share + (n < rest)} for n in range(self._partitions)]

    def read_records(
        self,
        sync_mode: SyncMode,
        cursor_field: list[str] | None = None,
        stream_slice: Mapping[str, Any] | None = None,
        stream_state: Mapping[str, Any] | None = None,
    ) -> Iterable[StreamData]:
        wanted = (stream_slice or {})["records"]
        while wanted > 0:
            yield from self._sample[:wanted]
            wanted -= len(self._sample)


class BareSource(ConcurrentSourceAdapter):
    """Nothing but its streams."""

    def __init__(self) -> None:
        super().__init__(build_engine(2, 1, LOGGER).concurrent_source)
        self._engine: Engine | None = None

    @property
    def message_repository(self) -> MessageRepository | None:
        return self._engine.message_repository if self._engine else super().message_repository

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:
        return ConnectorSpecification(connectionSpecification={"type": "object", "properties": {}})

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, Any]:
        return True, None

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        return [
            self.convert_to_concurrent_stream(LOGGER, BareStream(name, **table), ConnectorStateManager())
            for name, table in config["tables"].items()
        ]

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: Any = None,
    ) -> Any:
        self._engine = build_engine(config["workers"], len(catalog.streams), logger)
        self._concurrent_source = self._engine.concurrent_source
        yield from super().read(logger, config, catalog, state)


if __name__ == "__main__":
    launch(BareSource(), sys.argv[1:])
