"""Reads a stream the way the engine does, in one thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airbyte_cdk.models import AirbyteMessage, SyncMode

from source_cryptocom.streams import ExchangeStream, IncrementalExchangeStream


@dataclass
class Reading:
    """What a stream gave: `events` holds records and states in their order."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def records(self) -> list[dict[str, Any]]:
        return [content for kind, content in self.events if kind == "record"]

    @property
    def states(self) -> list[dict[str, Any]]:
        return [content for kind, content in self.events if kind == "state"]


def read(
    stream: ExchangeStream,
    state: Mapping[str, Any] | None = None,
    full_refresh: bool = False,
    into: Reading | None = None,
) -> Reading:
    """All that the stream gives; `state` is what the sync before left. What came before a failure is in `into`."""
    reading = into or Reading()
    mode = SyncMode.full_refresh if full_refresh else SyncMode.incremental
    if isinstance(stream, IncrementalExchangeStream):
        stream.restore(dict(state or {}), full_refresh)
    for stream_slice in stream.stream_slices(sync_mode=mode):
        for given in stream.read_records(mode, stream_slice=stream_slice):
            reading.events.append(_event(given))
    return reading


def _event(given: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(given, AirbyteMessage):
        assert given.state is not None
        assert given.state.stream is not None
        return "state", dict(given.state.stream.stream_state.__dict__)
    return "record", dict(given)
