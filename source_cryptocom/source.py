"""The Airbyte source: spec, check, discover and read."""

import logging
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    FailureType,
    Status,
    StreamDescriptor,
    SyncMode,
    Type,
)
from airbyte_cdk.sources.concurrent_source.concurrent_source_adapter import ConcurrentSourceAdapter
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams import NO_CURSOR_STATE_KEY, Stream
from airbyte_cdk.sources.utils.schema_helpers import split_config
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as stream_status

from source_cryptocom.api.client import CHECK_RETRIES
from source_cryptocom.api.key_access import HISTORY_METHODS
from source_cryptocom.catalog import lanes, unknown_tables
from source_cryptocom.clock import now_ms
from source_cryptocom.concurrency.engine import Engine, build_engine
from source_cryptocom.config import Config, ConfigError, normalize_config, parse_config
from source_cryptocom.context import Assignment, SyncContext
from source_cryptocom.files import read_file
from source_cryptocom.logs.log_file import log_file
from source_cryptocom.logs.redaction import mask_log, redact, redact_error, redact_trace, register_secrets
from source_cryptocom.state.state import StateEmittingCursor
from source_cryptocom.streams import CheckpointedStream, ExchangeStream, private_tables, public_tables
from source_cryptocom.streams.market import Instrument

LOGGER = logging.getLogger("airbyte")
WORST_FIRST = (FailureType.system_error, FailureType.transient_error, FailureType.config_error)
# In place of a config that cannot be used; a name that nobody can write into one.
PROBLEM = f"_problem_{uuid4().hex}"


@dataclass(frozen=True)
class _Reading:
    """A read that is under way."""

    catalog: ConfiguredAirbyteCatalog
    states: ConnectorStateManager
    engine: Engine
    tables: list[ExchangeStream] = field(default_factory=list)

    def saved(self, table: str) -> dict[str, Any]:
        """The table's state as its last sync left it."""
        return {
            name: value
            for name, value in self.states.get_stream_state(table, None).items()
            if name != NO_CURSOR_STATE_KEY
        }

    def lanes(self, config: Config) -> dict[str, int]:
        return lanes(config, self.catalog, self.saved, now_ms())


def _with_namespace(states: list[AirbyteStateMessage]) -> list[StreamDescriptor]:
    """Streams that no table of this source can be."""
    descriptors = [state.stream.stream_descriptor for state in states if state.stream]
    return [descriptor for descriptor in descriptors if descriptor.namespace]


class SourceCryptocom(ConcurrentSourceAdapter):
    """Reads the Crypto.com Exchange: public market data, and with a key the account's balances, orders and history."""

    def __init__(self) -> None:
        super().__init__(build_engine(2, 1, LOGGER).concurrent_source)
        self._reading: _Reading | None = None
        for logger in (LOGGER, LOGGER.getChild(self.name)):
            mask_log(logger)

    @property
    def name(self) -> str:
        return "source-cryptocom"

    @property
    def message_repository(self) -> MessageRepository | None:
        return self._reading.engine.message_repository if self._reading else super().message_repository

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """The config without blanks around its texts and without empty ones: an empty field means absent.

        One that cannot be used becomes the sentence that says why, and every command ends with that: the CDK's own
        check against the spec, which comes next, would say neither which field is wrong nor more than the first.
        """
        tidied = normalize_config(config)
        try:
            self._parse(tidied)
        except ConfigError as error:
            return {PROBLEM: redact(str(error))}
        return tidied

    @staticmethod
    def read_config(config_path: str) -> MutableMapping[str, Any]:
        return read_file("config", config_path, ConcurrentSourceAdapter.read_config)

    @classmethod
    def read_catalog(cls, catalog_path: str) -> ConfiguredAirbyteCatalog:
        return read_file("catalog", catalog_path, super().read_catalog)

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        return read_file("state", state_path, cls._usable_states)

    @classmethod
    def _usable_states(cls, path: str) -> list[AirbyteStateMessage]:
        states = super().read_state(path)
        ConnectorStateManager(states)  # raises ValueError for a kind of state that no table can take up
        return states

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        succeeded, sentence = self.check_connection(logger, config)
        return AirbyteConnectionStatus(status=Status.SUCCEEDED if succeeded else Status.FAILED, message=sentence)

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, str | None]:
        """Proves that the exchange answers and, with a key, that the key can read; names unknown instruments."""
        try:
            parsed = self._parse(config)
            for warning in parsed.warnings:
                logger.warning(warning)
            context = SyncContext(parsed, retry_policy=CHECK_RETRIES)
            known = set(Instrument(context).listing.names())
            unknown = [name for name in parsed.instruments if name not in known]
            if unknown:
                return False, f"instruments: the exchange does not know {', '.join(unknown)}."
            if context.key_access:
                context.key_access.require_balance()
                refusals = context.key_access.refused_history(context.clock())
                if len(refusals) == len(HISTORY_METHODS):
                    return False, f"The key reads the balance, but no account history. {refusals[0]}"
                for refusal in refusals:
                    logger.warning(str(refusal))
        except AirbyteTracedException as error:
            return False, str(error)
        return True, None

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        """The tables that the config can read; while a catalog is read, as the engine reads them."""
        parsed = self._parse(config)
        context = SyncContext(parsed, lanes=self._reading.lanes(parsed) if self._reading else {})
        tables = public_tables(context) + (private_tables(context) if parsed.credentials else [])
        if self._reading is None:
            return list(tables)
        self._reading.tables.extend(tables)
        return [self._concurrent(table, self._reading) for table in tables]

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        parsed = self._parse(config)
        with log_file(parsed.log, logger):
            for warning in parsed.warnings:
                logger.warning(warning)
            failures: set[FailureType | None] = set()
            try:
                for message in self._read(logger, config, parsed, catalog, state):
                    if message.type is Type.TRACE and message.trace and message.trace.error:
                        failures.add(message.trace.error.failure_type)
                        redact_trace(message)
                    yield message
            except AirbyteTracedException as error:
                # The engine's last error is always the user's fault; it is as bad as the worst of the tables'.
                error.failure_type = next((kind for kind in WORST_FIRST if kind in failures), error.failure_type)
                raise redact_error(error) from None

    def _read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        parsed: Config,
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None,
    ) -> Iterator[AirbyteMessage]:
        for descriptor in _with_namespace(state or []):
            logger.warning(
                f"{descriptor.name}: the saved state with the namespace {descriptor.namespace} is not used, because "
                "the tables of this source have none. Without another state the table is read from the start."
            )
        unknown = unknown_tables(parsed, catalog)
        # By name: a table that is listed twice is read once.
        known_streams = {stream.stream.name: stream for stream in catalog.streams if stream.stream.name not in unknown}
        known = ConfiguredAirbyteCatalog(streams=list(known_streams.values()))
        engine = build_engine(parsed.num_workers, len(known.streams), logger)
        self._reading = _Reading(known, ConnectorStateManager(state), engine)
        self._concurrent_source = engine.concurrent_source
        failure: AirbyteTracedException | None = None
        try:
            for name, error in unknown.items():
                failure = error
                yield stream_status(StreamDescriptor(name=name), AirbyteStreamStatus.INCOMPLETE)
                yield error.as_airbyte_message(stream_descriptor=StreamDescriptor(name=name))
            if known.streams:
                yield from super().read(logger, config, known, state)
        finally:
            engine.stop()
            for table in self._reading.tables:
                table.warn_of_odd_values()
            self._reading = None
        if failure:
            raise failure

    def _parse(self, config: Mapping[str, Any]) -> Config:
        try:
            main_config, _ = split_config(config)
        except ValueError as error:
            raise ConfigError(f"The configuration cannot be used. {' '.join(str(error).split())}.") from None
        if PROBLEM in main_config:
            raise ConfigError(main_config[PROBLEM])
        # Before it is parsed: a secret may stand in a wrong field, too, and be quoted from there.
        register_secrets(*(str(main_config.get(name) or "").strip() for name in ("api_key", "api_secret")))
        return parse_config(main_config, now_ms())

    def _concurrent(self, table: ExchangeStream, reading: _Reading) -> Stream:
        """A table as the engine reads it: with its saved state, and a cursor that prints its states."""
        if not isinstance(table, CheckpointedStream):
            return self.convert_to_concurrent_stream(LOGGER, table, reading.states)
        modes = {stream.stream.name: stream.sync_mode for stream in reading.catalog.streams}
        table.assign(Assignment(modes.get(table.name) != SyncMode.incremental, reading.saved(table.name)))
        cursor = StateEmittingCursor(table, reading.engine.message_repository)
        return self.convert_to_concurrent_stream(LOGGER, table, reading.states, cursor)
