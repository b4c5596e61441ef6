"""Runs the connector against a simulated exchange the way a platform does, and sorts what it prints."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    FailureType,
    SyncMode,
)
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput, read
from airbyte_cdk.test.models import ExpectedOutcome

from integration_tests.without_waits import without_waits
from simulated_exchange.exchange import Exchange
from source_cryptocom import SourceCryptocom

LOGGER = logging.getLogger("airbyte")
KEY, SECRET = "demo-key-abcdef", "demo-secret-0123456789"

State = list[AirbyteStateMessage]


def config_for(exchange: Exchange, with_key: bool = True, **fields: Any) -> dict[str, Any]:
    """A config that reads the simulated exchange; `fields` add to it or replace."""
    account = {"api_key": KEY, "api_secret": SECRET} if with_key else {}
    every_table = {"hours_between_syncs": 0, "prices_of_all_instruments": True}
    return {**account, "base_url": exchange.base_url, **every_table, **fields}


def configured_catalog(
    config: Mapping[str, Any], tables: Sequence[str], sync_mode: str, generations: Mapping[str, int] | None = None
) -> ConfiguredAirbyteCatalog:
    """The discovered tables named, each in `sync_mode` where it offers that, else in full refresh.

    `generations` by table, as a platform that counts them adds to the catalog.
    """
    found = {stream.name: stream for stream in SourceCryptocom().discover(LOGGER, config).streams}
    streams = []
    for table in tables:
        mode = SyncMode(sync_mode)
        offered = mode in (found[table].supported_sync_modes or [])
        streams.append(
            ConfiguredAirbyteStream(
                stream=found[table],
                sync_mode=mode if offered else SyncMode.full_refresh,
                destination_sync_mode=DestinationSyncMode.append,
                generation_id=(generations or {}).get(table),
            )
        )
    return ConfiguredAirbyteCatalog(streams=streams)


@dataclass(frozen=True)
class Output:
    """What one run printed."""

    entrypoint: EntrypointOutput

    @cached_property
    def messages(self) -> list[AirbyteMessage]:
        """All of it, read once: the wrapper keeps it in a file and reads that at every look."""
        return list(self.entrypoint.get_message_iterator())

    @cached_property
    def records(self) -> dict[str, list[dict[str, Any]]]:
        """Records by table, in the order of printing."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for message in self.messages:
            if message.record:
                found[message.record.stream].append(dict(message.record.data))
        return dict(found)

    @cached_property
    def state(self) -> State:
        """The last state of each stream, as the platform gives it to the next run."""
        last: dict[str, AirbyteStateMessage] = {}
        for message in self.messages:
            if message.state and message.state.stream:
                last[message.state.stream.stream_descriptor.name] = message.state
        return [
            AirbyteStateMessageSerializer.load(AirbyteStateMessageSerializer.dump(state)) for state in last.values()
        ]

    def state_of(self, table: str) -> dict[str, Any]:
        """The last state of one table."""
        for state in self.state:
            if state.stream and state.stream.stream_descriptor.name == table and state.stream.stream_state:
                return dict(state.stream.stream_state.__dict__)
        return {}

    def errors(self, table: str | None = None) -> list[tuple[FailureType | None, str]]:
        """(failure type, sentence) of each error trace, of one table or of all."""
        return [
            (message.trace.error.failure_type, message.trace.error.message)
            for message in self.messages
            if message.trace and message.trace.error
            if table is None or (message.trace.error.stream_descriptor or _NO_STREAM).name == table
        ]

    @property
    def failed(self) -> bool:
        """Whether the run ended with an error that is no table's: as a process it would have exited with 1."""
        return any(
            message.trace.error.stream_descriptor is None
            for message in self.messages
            if message.trace and message.trace.error
        )

    def status(self, table: str) -> AirbyteStreamStatus:
        """The table's last status."""
        return self.entrypoint.get_stream_statuses(table)[-1]

    def log(self, level: str) -> list[str]:
        """The log lines of a level, such as WARN."""
        return [message.log.message for message in self.messages if message.log and message.log.level.value == level]


class _NoStream:
    name = None


_NO_STREAM = _NoStream()


def sync(
    config: Mapping[str, Any],
    tables: Sequence[str],
    sync_mode: str = "full_refresh",
    state: State | None = None,
    expecting_failure: bool = False,
    generations: Mapping[str, int] | None = None,
) -> Output:
    """One read through the real entrypoint, without the waits of a real exchange."""
    with without_waits():
        catalog = configured_catalog(config, tables, sync_mode, generations)
        outcome = ExpectedOutcome.EXPECT_EXCEPTION if expecting_failure else ExpectedOutcome.EXPECT_SUCCESS
        return Output(read(SourceCryptocom(), config, catalog, state, expected_outcome=outcome))


def by_key(records: Iterable[Mapping[str, Any]], *columns: str) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    """Records by their key. Fails on a key that comes twice."""
    found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for record in records:
        key = tuple(record[column] for column in columns)
        assert key not in found, f"{key} was emitted twice"
        found[key] = record
    return found
