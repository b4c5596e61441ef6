"""The states of earlier syncs, as the platform hands them over."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from airbyte_cdk.models import AirbyteStateMessage, StreamDescriptor
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.streams import NO_CURSOR_STATE_KEY


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
