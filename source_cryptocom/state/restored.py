"""The states of earlier syncs, as the platform hands them over."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from airbyte_cdk.models import AirbyteStateMessage, StreamDescriptor
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.streams import NO_CURSOR_STATE_KEY

from source_cryptocom.clock import FIRST_NO_MS, LAST_SECONDS
from source_cryptocom.state.state import UnusableState, any_time


def without_empty_namespace(states: Iterable[AirbyteStateMessage] | None) -> list[AirbyteStateMessage]:
    """The states, as of a stream without a namespace where that is an empty text, as some platforms write it."""
    return [_at_no_namespace(state) for state in states or []]


def _at_no_namespace(state: AirbyteStateMessage) -> AirbyteStateMessage:
    if state.stream is None or state.stream.stream_descriptor.namespace != "":
        return state
    descriptor = StreamDescriptor(name=state.stream.stream_descriptor.name)
    return replace(state, stream=replace(state.stream, stream_descriptor=descriptor))


def with_namespace(states: list[AirbyteStateMessage]) -> list[StreamDescriptor]:
    """Streams that no table of this source can be."""
    descriptors = [state.stream.stream_descriptor for state in states if state.stream]
    return [descriptor for descriptor in descriptors if descriptor.namespace]


def saved_state(states: ConnectorStateManager, name: str) -> dict[str, Any]:
    """The table's state as its last sync left it."""
    saved = states.get_stream_state(name, None)
    return {key: value for key, value in saved.items() if key != NO_CURSOR_STATE_KEY}


def latest_claim_ms(states: Iterable[Mapping[str, Any]]) -> int:
    """The latest moment that a state names, in ms since the epoch: an earlier sync saw that it had been. 0 if none.

    Rows that are known or followed are named with a time of theirs, which is the exchange's.
    """
    return max((_latest_ms(state, name) for state in states for name in state), default=0)


def _latest_ms(state: Mapping[str, Any], name: str) -> int:
    named = state[name]
    if isinstance(named, Mapping):
        return max((ms for ms in named.values() if type(ms) is int and LAST_SECONDS <= ms < FIRST_NO_MS), default=0)
    try:
        return any_time(state, name)
    except UnusableState:
        return 0
