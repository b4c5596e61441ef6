"""The connector as `sync` runs it: a process of its own, which alone reads the config and holds the key.

    stdin    {"config": PATH or null, "fields": {...}, "tables": [...]}   what is to be read
    stdout   {"type": "PLAN", "slips": [...], "streams": [...]}           what is wrong with that, or the tables
    stdin    {"states": [...]}                                            begin
    stdout   messages of the Airbyte protocol, as of `read`

Each is a line. Where stdin ends, the process does.
"""

import argparse
import json
import logging
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    AirbyteStream,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.endpoint import ExchangeApi
from source_cryptocom.api.retry_policy import CHECK_RETRIES
from source_cryptocom.clock import now_ms
from source_cryptocom.config import normalize_config, parse_config
from source_cryptocom.context import SyncContext
from source_cryptocom.entrypoint import launch
from source_cryptocom.file_modes import warning_of_readers
from source_cryptocom.files import read_config
from source_cryptocom.logs import progress
from source_cryptocom.logs.redaction import redact, register_secrets
from source_cryptocom.run import prepare
from source_cryptocom.source import SourceCryptocom
from source_cryptocom.streams import STREAMS
from source_cryptocom.suggestions import did_you_mean
from source_cryptocom.sync.tables import chosen_tables, unknown_names

LOGGER = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Plan:
    """`slips`: what keeps the sync from beginning, a clause each. `config`: the file's fields and those of flags.

    `account`: a hash of the id of the account whose tables are read; None where none is, or the exchange does not tell.
    """

    slips: Sequence[str] = ()
    streams: Sequence[AirbyteStream] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    account: str | None = None

    def line(self) -> str:
        streams = [
            {
                "name": stream.name,
                "columns": (stream.json_schema or {})["properties"],
                "key": [path[0] for path in stream.source_defined_primary_key or []],
                "incremental": _mode(stream) is SyncMode.incremental,
                "private": STREAMS[stream.name].is_private(),
            }
            for stream in self.streams
        ]
        slips = [redact(slip) for slip in self.slips]
        return json.dumps({"type": "PLAN", "slips": slips, "streams": streams, "account": self.account})


class _PlannedSource(SourceCryptocom):
    """A source whose config, catalog and states are in no file."""

    def __init__(self, at_exit: ExitStack, plan: Plan, states: Sequence[AirbyteStateMessage]) -> None:
        super().__init__(at_exit)
        self._plan = plan
        self._states = list(states)

    def read_config(self, config_path: str) -> MutableMapping[str, Any]:  # type: ignore[override]
        return dict(self._plan.config)

    def read_catalog(self, catalog_path: str) -> ConfiguredAirbyteCatalog:  # type: ignore[override]
        return ConfiguredAirbyteCatalog(
            streams=[
                ConfiguredAirbyteStream(
                    stream=stream, sync_mode=_mode(stream), destination_sync_mode=DestinationSyncMode.append
                )
                for stream in self._plan.streams
            ]
        )

    def read_state(self, state_path: str) -> list[AirbyteStateMessage]:  # type: ignore[override]
        return self._states


def main() -> None:
    """Answers the plan, waits for the states, and reads."""
    prepare()
    request = json.loads(sys.stdin.readline())
    plan = _plan(request["config"], request["fields"], request["tables"])
    print(plan.line(), flush=True)
    begin = sys.stdin.readline()
    if not begin:
        return
    states = [AirbyteStateMessageSerializer.load(state) for state in json.loads(begin)["states"]]
    progress.INTERVAL_SECONDS = 1.0
    options = argparse.Namespace(command="read", debug=False, config="", catalog="", state="")
    with ExitStack() as at_exit:
        launch(options, _PlannedSource(at_exit, plan, states))


def _plan(path: str | None, fields: Mapping[str, Any], asked: Sequence[str]) -> Plan:
    slips = [f"--tables: {sentence}" for sentence in unknown_names(asked, STREAMS)]
    if path and (warning := warning_of_readers(path)):
        LOGGER.warning(warning)
    try:
        raw = {**(read_config(path) if path else {}), **fields}
        register_secrets(*(str(raw.get(name) or "").strip() for name in ("api_key", "api_secret")))
        given = normalize_config(raw)
        config = parse_config(given, now_ms())
        locked = [name for name in asked if name in STREAMS and STREAMS[name].is_private()]
        if locked and not config.credentials:
            slips.append(f"--tables: {', '.join(locked)} needs a key, and the config has none")
        readable = {name: stream for name, stream in STREAMS.items() if config.credentials or not stream.is_private()}
        tables = chosen_tables(asked, list(readable), config.instruments)
        needs_key = any(STREAMS[table].is_private() for table in tables)
        context = SyncContext(config, ExchangeApi(config.base_url, config.credentials, CHECK_RETRIES))
        slips += _refusals(context, needs_key=needs_key)
        account = context.account() if needs_key and not slips else None
    except AirbyteTracedException as error:
        return Plan([*slips, str(error)])
    if slips:
        return Plan(slips)
    # `discover` would leave out tables that may be named here.
    streams = [stream.as_airbyte_stream() for stream in SourceCryptocom().streams(given) if stream.name in tables]
    return Plan((), streams, raw, account)


def _refusals(context: SyncContext, *, needs_key: bool) -> list[str]:
    """What the exchange says to the instruments and the key."""
    slips = []
    try:
        if context.config.instruments:
            known = set(context.instruments.names())
            slips += [
                f"--instruments: the exchange does not know {name}{did_you_mean(name, known)}"
                for name in context.config.instruments
                if name not in known
            ]
        if needs_key and context.api.key_access:
            context.api.key_access.require_balance()
    except AirbyteTracedException as error:
        slips.append(str(error))
    return slips


def _mode(stream: AirbyteStream) -> SyncMode:
    return SyncMode.incremental if SyncMode.incremental in stream.supported_sync_modes else SyncMode.full_refresh
