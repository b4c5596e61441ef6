"""The Airbyte source: spec, check, discover and read."""

import logging
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
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

from source_cryptocom.checkpoint import CheckpointCursor
from source_cryptocom.client import CHECK_PATIENCE
from source_cryptocom.clock import now_ms
from source_cryptocom.config import Config, ConfigError, parse_config, tidied_config
from source_cryptocom.engine import Engine, build_engine
from source_cryptocom.files import read_file
from source_cryptocom.lanes import lanes_per_table
from source_cryptocom.log_file import log_file
from source_cryptocom.redaction import mask_log, redact, redact_error, redact_trace, register_secrets
from source_cryptocom.streams import (
    PRIVATE_TABLES,
    PUBLIC_TABLES,
    CheckpointedStream,
    ExchangeStream,
    candlestick,
    names,
    private_tables,
    public_tables,
    trade,
)
from source_cryptocom.streams.account import UserBalance
from source_cryptocom.streams.market import Instrument
from source_cryptocom.sync import Assignment, Sync

LOGGER = logging.getLogger("airbyte")
# In place of a config that cannot be used.
PROBLEM = "_problem"


@dataclass(frozen=True)
class _Reading:
    """A read that is under way."""

    catalog: ConfiguredAirbyteCatalog
    states: ConnectorStateManager
    engine: Engine


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
        tidied = tidied_config(config)
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
        return read_file("state", state_path, super().read_state)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        succeeded, sentence = self.check_connection(logger, config)
        return AirbyteConnectionStatus(status=Status.SUCCEEDED if succeeded else Status.FAILED, message=sentence)

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, str | None]:
        """Proves that the exchange answers and, with a key, that the key can read; names unknown instruments."""
        try:
            parsed = self._parse(config)
            for warning in parsed.warnings:
                logger.warning(warning)
            sync = Sync(parsed, patience=CHECK_PATIENCE)
            known = set(Instrument(sync).listing.names())
            unknown = [name for name in parsed.instruments if name not in known]
            if unknown:
                return False, f"instruments: the exchange does not know {', '.join(unknown)}."
            if parsed.credentials:
                UserBalance(sync).rows({})
        except AirbyteTracedException as error:
            return False, str(error)
        return True, None

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        """The tables that the config can read; while a catalog is read, as the engine reads them."""
        parsed = self._parse(config)
        lanes = self._lanes(parsed, self._reading.catalog) if self._reading else {}
        sync = Sync(parsed, lanes=lanes)
        tables = public_tables(sync) + (private_tables(sync) if parsed.credentials else [])
        if self._reading is None:
            return list(tables)
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
            try:
                for message in self._read(logger, config, parsed, catalog, state):
                    yield redact_trace(message) if message.type is Type.TRACE else message
            except AirbyteTracedException as error:
                raise redact_error(error) from None

    def _read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        parsed: Config,
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None,
    ) -> Iterator[AirbyteMessage]:
        unknown = self._unknown_tables(parsed, catalog)
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
            self._reading = None
        if failure:
            raise failure

    def _parse(self, config: Mapping[str, Any]) -> Config:
        main_config, _ = split_config(config)
        if PROBLEM in main_config:
            raise ConfigError(main_config[PROBLEM])
        # Before it is parsed: a secret may stand in a wrong field, too, and be quoted from there.
        register_secrets(*(str(main_config.get(name) or "") for name in ("api_key", "api_secret")))
        return parse_config(main_config, now_ms())

    @staticmethod
    def _unknown_tables(parsed: Config, catalog: ConfiguredAirbyteCatalog) -> dict[str, ConfigError]:
        """An error for each table that does not exist. Raises ConfigError for tables that need a key and have none."""
        private = names(PRIVATE_TABLES)
        asked = [stream.stream.name for stream in catalog.streams]
        locked = [name for name in asked if name in private]
        if locked and not parsed.credentials:
            raise ConfigError(
                f"These tables need an API key: {', '.join(locked)}. Set api_key and api_secret, or leave the tables "
                "out of the connection."
            )
        known = names(PUBLIC_TABLES) + private
        return {
            name: ConfigError(
                f"The table {name} does not exist. Refresh the connection's schema; there are {', '.join(known)}."
            )
            for name in asked
            if name not in known
        }

    @staticmethod
    def _lanes(parsed: Config, catalog: ConfiguredAirbyteCatalog) -> dict[str, int]:
        requests = {
            "book": 1,
            "trade": -(-parsed.trade_count // trade.PAGE_LIMIT),
            "candlestick": len(parsed.candlestick_timeframes) * -(-parsed.candlestick_count // candlestick.PAGE_LIMIT),
        }
        asked = {stream.stream.name for stream in catalog.streams}
        history = {"order_history", "user_trade", "transaction"} & asked
        wanted = {table: count for table, count in requests.items() if table in asked}
        return lanes_per_table(wanted, parsed.num_workers, len(history)) if wanted else {}

    def _concurrent(self, table: ExchangeStream, reading: _Reading) -> Stream:
        """A table as the engine reads it: with its saved state, and a cursor that prints its states."""
        if not isinstance(table, CheckpointedStream):
            return self.convert_to_concurrent_stream(LOGGER, table, reading.states)
        modes = {stream.stream.name: stream.sync_mode for stream in reading.catalog.streams}
        saved = reading.states.get_stream_state(table.name, None)
        saved.pop(NO_CURSOR_STATE_KEY, None)
        table.assign(Assignment(modes.get(table.name) != SyncMode.incremental, saved))
        cursor = CheckpointCursor(table, reading.engine.message_repository)
        return self.convert_to_concurrent_stream(LOGGER, table, reading.states, cursor)
