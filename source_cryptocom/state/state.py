"""The version, the times and the STATE message, which the states of all streams have in common. Pure."""

from collections.abc import Mapping
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.utils.datetime_helpers import ab_datetime_parse

from source_cryptocom.clock import MS_PER_MINUTE, OPENED_MS, rfc3339
from source_cryptocom.config import ConfigError

VERSION = 1

# The exchange tolerates a clock 60 s off, so a time taken from this machine claims at most a minute too much or too
# little; the rest allows for a row that becomes visible a little after its own time.
LOOKBACK_MS = 3 * MS_PER_MINUTE

State = Mapping[str, Any]


class UnusableState(ValueError):
    """The state is unusable; the text completes "the saved state is not used: ..."."""


def check_version(state: State) -> None:
    """Raises UnusableState, or ConfigError for the state of a later version."""
    version = state.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UnusableState("it was not written by this connector")
    if version > VERSION:
        raise ConfigError(
            f"The saved state was written by a later version of this connector (state version {version}, this one "
            f"knows {VERSION}). Upgrade the connector. Or refresh the table, which reads it from the start: in Airbyte "
            'with "Refresh and retain records", because Clear deletes for good what the exchange no longer has.'
        )


def any_time(state: State, name: str) -> int:
    """A moment of the state, in ms since the epoch. Raises UnusableState."""
    try:
        if not isinstance(state[name], str):
            raise TypeError  # a number would pass for seconds since the epoch, and true for the first of them
        return round(ab_datetime_parse(state[name]).timestamp() * 1000)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise UnusableState(f"{name} is {state.get(name)!r}, which is not a time") from None


def past_time(state: State, name: str, now: int) -> int:
    """The same, once the exchange had opened and at most a clock's tolerance after `now` (ms). Raises UnusableState."""
    ms = any_time(state, name)
    if ms > now + LOOKBACK_MS:
        raise UnusableState(f"{name} {rfc3339(ms)} lies in the future")
    if ms < OPENED_MS:
        raise UnusableState(f"{name} {rfc3339(ms)} lies before the exchange opened")
    return ms


def creation_times(state: State, name: str, now: int) -> dict[str, int]:
    """The tracked rows: id and time of creation in ms, at or before `now`. Raises UnusableState."""
    times = state.get(name, {})
    if not isinstance(times, Mapping) or not all(
        type(ms) is int and 0 < ms <= now + LOOKBACK_MS for ms in times.values()
    ):
        raise UnusableState(f"{name} does not hold creation times")
    return dict(times)


def is_plausible(cursor_ms: int, now: int) -> bool:
    """Rejects a cursor in the future, from which a table would read nothing, and one before the exchange opened."""
    return OPENED_MS <= cursor_ms <= now + LOOKBACK_MS


def is_refreshing(state: State) -> bool:
    """True if the state was left by an unfinished full refresh."""
    return state.get("full_refresh") is True


def state_message(stream_name: str, state: State) -> AirbyteMessage:
    """A STATE for one stream. `state` must be a snapshot: it is serialised later, while the sync goes on."""
    return AirbyteMessage(
        type=Type.STATE,
        state=AirbyteStateMessage(
            type=AirbyteStateType.STREAM,
            stream=AirbyteStreamState(
                stream_descriptor=StreamDescriptor(name=stream_name),
                stream_state=AirbyteStateBlob(dict(state)),
            ),
        ),
    )
