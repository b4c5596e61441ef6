"""The Airbyte source: spec, check, discover and read."""

import logging
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from typing import Any
from uuid import uuid4

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    FailureType,
    Status,
    StreamDescriptor,
    SyncMode,
    Type,
)
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.streams import Stream
from airbyte_cdk.sources.utils.schema_helpers import split_config
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as stream_status

from source_cryptocom.api.endpoint import ExchangeApi
from source_cryptocom.api.key_access import KeyAccess
from source_cryptocom.api.retry_policy import CHECK_RETRIES
from source_cryptocom.clock import MS_PER_DAY, now_ms
from source_cryptocom.concurrency.record_page import RecordPage
from source_cryptocom.concurrency.workers import share_workers, threads_ahead
from source_cryptocom.config import Config, ConfigError, normalize_config, older_history_notice, parse_config
from source_cryptocom.context import SyncContext
from source_cryptocom.file_modes import warning_of_readers
from source_cryptocom.files import read_catalog, read_config, read_state
from source_cryptocom.logs.end_of_sync import tell_of_unknown_fields, warn_of_tables_left_alone
from source_cryptocom.logs.log_file import log_file
from source_cryptocom.logs.redaction import mask_log, redact, redact_error, redact_trace, register_secrets
from source_cryptocom.state.full_refresh import FullRefresh
from source_cryptocom.state.restored import latest_claim_ms, saved_state, with_namespace, without_empty_namespace
from source_cryptocom.streams import STREAMS, IncrementalExchangeStream
from source_cryptocom.streams.market import MILLIONS_OF_ROWS
from source_cryptocom.streams.samples import sample_requests
from source_cryptocom.suggestions import did_you_mean, folded

LOGGER = logging.getLogger("airbyte")
WORST_FIRST = (FailureType.system_error, FailureType.transient_error, FailureType.config_error)
# What an account without any special feature has.
ACCOUNT_HISTORY = {"order_history", "user_trade", "transaction"}
SECRET_FIELDS = {"APIKEY", "APISECRET"}
# Carries the error of an invalid config; unguessable, so no user's config contains it.
INVALID_CONFIG_KEY = f"_problem_{uuid4().hex}"


class SourceCryptocom(AbstractSource):
    """Reads the Crypto.com Exchange: public market data, and with a key the account's balances, orders and history.

    `emits_pages`: `read` gives a RecordPage in place of its RECORD messages. The connector's own entrypoint knows what
    to do with one; the CDK's does not.
    """

    emits_pages = False

    def __init__(self, at_exit: ExitStack | None = None) -> None:
        """`at_exit` closes the log file, which then holds what the command logs after the source has done its part."""
        self._at_exit = at_exit
        for logger in (LOGGER, LOGGER.getChild(self.name)):
            mask_log(logger)

    @property
    def name(self) -> str:
        return "source-cryptocom"

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """The config without blanks around its texts and without empty ones: an empty field means absent.

        One that cannot be used becomes the sentence that says why, and every command ends with that: the CDK's own
        check against the spec, which comes next, would say neither which field is wrong nor more than the first.
        """
        tidied = normalize_config(config)
        try:
            self._parse(tidied)
        except ConfigError as error:
            return {INVALID_CONFIG_KEY: redact(str(error))}
        return tidied

    @staticmethod
    def read_config(config_path: str) -> MutableMapping[str, Any]:
        if warning := warning_of_readers(config_path):
            LOGGER.warning(warning)
        return read_config(config_path)

    @classmethod
    def read_catalog(cls, catalog_path: str) -> ConfiguredAirbyteCatalog:
        return read_catalog(catalog_path)

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        return read_state(state_path)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        with self._log_file(config):
            succeeded, sentence = self.check_connection(logger, config)
            if sentence:
                logger.error(sentence)
        return AirbyteConnectionStatus(status=Status.SUCCEEDED if succeeded else Status.FAILED, message=sentence)

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        with self._log_file(config):
            parsed = self._parse(config)
            catalog = AirbyteCatalog(streams=[stream.as_airbyte_stream() for stream in _streams(parsed)])
            if not parsed.instruments and not parsed.prices_of_all_instruments:
                catalog.streams = [stream for stream in catalog.streams if stream.name not in MILLIONS_OF_ROWS]
                logger.info(
                    f"{' and '.join(MILLIONS_OF_ROWS)} of all instruments are millions of rows a day, so they are left "
                    "out. Name instruments, or set prices_of_all_instruments."
                )
            logger.info(f"{len(catalog.streams)} tables can be read.")
        return catalog

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, str | None]:
        """Proves that the exchange answers and, with a key, that the key can read; names unknown instruments."""
        try:
            parsed = self._parse(config)
            for warning in parsed.warnings:
                logger.warning(warning)
            context = SyncContext(parsed, ExchangeApi(parsed.base_url, parsed.credentials, CHECK_RETRIES))
            known = set(context.instruments.names())
            unknown = [name for name in parsed.instruments if name not in known]
            if unknown:
                named = ", ".join(f"{name}{did_you_mean(name, known)}" for name in unknown)
                return False, f"instruments: the exchange does not know {named}."
            context.require_past_dates()
            if key_access := context.api.key_access:
                sentence = self._check_key(logger, key_access, context.clock())
                return sentence is None, sentence
        except AirbyteTracedException as error:
            return False, str(error)
        return True, None

    @staticmethod
    def _check_key(logger: logging.Logger, key_access: KeyAccess, now_ms: int) -> str | None:
        """Logs which tables the key can read; a sentence where it cannot read the account's history.

        Raises ExchangeError for what fails for another reason than the key.
        """
        key_access.require_balance()
        samples = sample_requests(now_ms)
        refusals = key_access.refusals(samples)
        history = [refusals[table] for table in sorted(ACCOUNT_HISTORY & refusals.keys())]
        for refusal in history:
            if not refusal.refuses_method:
                raise refusal
        if len(history) == len(ACCOUNT_HISTORY):
            return f"The key reads the balance, but no account history. {history[0]}"
        readable = [sample.table for sample in samples if sample.table not in refusals]
        logger.info(f"The key can read {', '.join(readable)}.")
        for table, refusal in refusals.items():
            logger.warning(f"The key cannot read {table}. {refusal}")
        return None

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        """The tables that the config can read."""
        return _streams(self._parse(config))

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        parsed = self._parse(config)
        with self._log_file(config):
            for warning in parsed.warnings:
                logger.warning(warning)
            for descriptor in with_namespace(state or []):
                logger.warning(
                    f"{descriptor.name}: the saved state with the namespace {descriptor.namespace} is not used, "
                    "because the tables of this source have none. Without another state the table is read from the "
                    "start."
                )
            failures: set[FailureType | None] = set()
            try:
                for message in self._read(parsed, catalog, state):
                    if message.type is Type.TRACE and message.trace and message.trace.error:
                        failures.add(message.trace.error.failure_type)
                        redact_trace(message)
                    if isinstance(message, RecordPage) and not self.emits_pages:
                        yield from message.messages()
                    else:
                        yield message
            except AirbyteTracedException as error:
                # The engine's last error is always the user's fault; it is as bad as the worst of the tables'.
                error.failure_type = next((kind for kind in WORST_FIRST if kind in failures), error.failure_type)
                raise redact_error(error) from None

    def _read(
        self, config: Config, catalog: ConfiguredAirbyteCatalog, state: list[AirbyteStateMessage] | None
    ) -> Iterator[AirbyteMessage]:
        # By name: a table that is listed twice is read once.
        asked = {stream.stream.name: stream for stream in catalog.streams}
        require_key(config, asked)
        unknown = [name for name in asked if name not in STREAMS]
        for name in unknown:
            yield stream_status(StreamDescriptor(name=name), AirbyteStreamStatus.INCOMPLETE)
            yield unknown_table(name).as_airbyte_message(stream_descriptor=StreamDescriptor(name=name))
        known = {name: stream for name, stream in asked.items() if name in STREAMS}
        if known:
            yield from self._read_concurrently(config, known, ConnectorStateManager(without_empty_namespace(state)))
        if unknown:
            raise unknown_table(unknown[-1])

    def _read_concurrently(
        self, config: Config, asked: Mapping[str, ConfiguredAirbyteStream], states: ConnectorStateManager
    ) -> Iterator[AirbyteMessage]:
        # The engine brings the CDK's half for low-code sources, half a second that other commands do without.
        from source_cryptocom.concurrency.engine import build_engine  # noqa: PLC0415
        from source_cryptocom.concurrency.streams import concurrent_stream  # noqa: PLC0415

        saved = {name: saved_state(states, name) for name in asked}
        refreshes = {
            name: FullRefresh(stream.generation_id)
            for name, stream in asked.items()
            if stream.sync_mode is not SyncMode.incremental
        }
        incremental = {name: saved[name] for name in asked if name not in refreshes}
        retrievers = {name: STREAMS[name].retriever for name in asked}
        first = [name for name, retriever in retrievers.items() if retriever.reads_history and not saved[name]]
        if first and config.default_start:
            LOGGER.warning(older_history_notice(first, now_ms()))
        ahead = threads_ahead(retrievers.values(), config.num_workers)
        pool = ThreadPoolExecutor(ahead, thread_name_prefix="readahead") if ahead else None
        engine_config = replace(config, num_workers=config.num_workers - ahead)
        context = SyncContext(
            config,
            ExchangeApi(config.base_url, config.credentials),
            share_workers(retrievers, incremental, engine_config, now_ms()),
            pool=pool,
        )
        context.api.clock.was_claimed(latest_claim_ms(saved.values()))
        if max(config.chosen_starts.values(), default=0) > now_ms() - MS_PER_DAY:
            context.require_past_dates()
        engine = build_engine(engine_config.num_workers, len(asked), LOGGER)
        # The engine's pool is first in, first out: a small table behind a long one would wait for its end.
        small_first = sorted(asked, key=lambda name: (retrievers[name].per_instrument, retrievers[name].takes_long))
        streams = [STREAMS[name](context) for name in small_first]
        for stream in streams:
            if isinstance(stream, IncrementalExchangeStream):
                stream.restore(saved[stream.name], full_refresh=stream.name in refreshes)
        try:
            yield from engine.concurrent_source.read(
                [concurrent_stream(stream, engine.message_repository, refreshes.get(stream.name)) for stream in streams]
            )
        finally:
            engine.stop()
            # Threads that read ahead may be waiting for another attempt, and the process would wait for them.
            context.api.ended.set()
            if pool:
                pool.shutdown(wait=False, cancel_futures=True)
            for stream in streams:
                stream.warn_of_odd_values()
            tell_of_unknown_fields(streams)
            warn_of_tables_left_alone(streams, config.hours_between_syncs)

    def _log_file(self, config: Mapping[str, Any]) -> AbstractContextManager[None]:
        opened = log_file(config.get("log") is True)
        if self._at_exit is None:
            return opened
        self._at_exit.enter_context(opened)
        return nullcontext()

    def _parse(self, config: Mapping[str, Any]) -> Config:
        try:
            main_config, _ = split_config(config)
        except ValueError as error:
            raise ConfigError(f"The configuration cannot be used. {' '.join(str(error).split())}.") from None
        if INVALID_CONFIG_KEY in main_config:
            raise ConfigError(main_config[INVALID_CONFIG_KEY])
        # Before it is parsed: a secret may stand in a wrong field, too, and be quoted from there.
        # Under a misspelt name, such as apiSecret, as well.
        written = [value for name, value in main_config.items() if folded(str(name)) in SECRET_FIELDS]
        register_secrets(*(str(value or "").strip() for value in written))
        return parse_config(main_config, now_ms())


def _streams(config: Config) -> list[Stream]:
    context = SyncContext(config, ExchangeApi(config.base_url, config.credentials))
    return [stream(context) for stream in STREAMS.values() if config.credentials or not stream.is_private()]


def require_key(config: Config, names: Iterable[str]) -> None:
    """Raises ConfigError for tables that need a key where there is none."""
    locked = [name for name in names if name in STREAMS and STREAMS[name].is_private()]
    if locked and not config.credentials:
        raise ConfigError(
            f"These tables need an API key: {', '.join(locked)}. Set api_key and api_secret, or leave the tables "
            "out of the connection."
        )


def unknown_table(name: str) -> ConfigError:
    """The error for a table that does not exist."""
    return ConfigError(
        f"The table {name} does not exist. Refresh the connection's schema; there are {', '.join(STREAMS)}."
    )
