"""State: what a sync may claim to have read, as the next one finds it. Parsing is pure; the cursor prints it."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record
from airbyte_cdk.utils.datetime_helpers import ab_datetime_parse

from source_cryptocom.clock import MS_PER_MINUTE, rfc3339
from source_cryptocom.config import ConfigError

VERSION = 1

# The exchange tolerates a clock 60 s off, so a time taken from this machine claims at most a minute too much or too
# little; the rest allows for a row that becomes visible a little after its own time.
LOOKBACK_MS = 3 * MS_PER_MINUTE

# 2019-01-01, the year in which the exchange opened.
OPENED_MS = 1_546_300_800_000

State = Mapping[str, Any]


class UnusableState(ValueError):
    """A state that says nothing reliable; the text completes "the saved state is not used: ..."."""


def _check_version(state: State) -> None:
    version = state.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UnusableState("it was not written by this connector")
    if version > VERSION:
        raise ConfigError(
            f"The saved state was written by a later version of this connector (state version {version}, this one "
            f"knows {VERSION}). Upgrade the connector, or reset the table to read it from the start."
        )


def _any_time(state: State, name: str) -> int:
    try:
        if not isinstance(state[name], str):
            raise TypeError  # a number would pass for seconds since the epoch, and true for the first of them
        return round(ab_datetime_parse(state[name]).timestamp() * 1000)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise UnusableState(f"{name} is {state.get(name)!r}, which is not a time") from None


def _time(state: State, name: str, now: int) -> int:
    ms = _any_time(state, name)
    if ms > now + LOOKBACK_MS:
        raise UnusableState(f"{name} {rfc3339(ms)} lies in the future")
    return ms


def is_plausible(cursor_ms: int, now: int) -> bool:
    """From a cursor in the future a table would read nothing, from one long ago without end."""
    return OPENED_MS <= cursor_ms <= now + LOOKBACK_MS


def _flag(state: State) -> bool:
    return state.get("full_refresh") is True


@dataclass(frozen=True)
class OrderWatermark:
    """Every order placed before `complete_until_ms` was emitted or is followed; `listed_ms`: open ones were listed."""

    complete_until_ms: int
    listed_ms: int


@dataclass(frozen=True)
class HistoryState:
    """How far an account's history was read.

    Every row whose time lies before `cursor_ms` was emitted, but for the orders in `open_orders`, by id with their
    creation time in ms: they were open when their window was read, and are watched until they are emitted.
    `refreshing` marks a full refresh that has not come to its end. `orders` is kept by order_history alone.
    """

    cursor_ms: int
    open_orders: Mapping[str, int] = field(default_factory=dict)
    refreshing: bool = False
    orders: OrderWatermark | None = None

    def as_state(self, cursor_field: str) -> dict[str, Any]:
        state: dict[str, Any] = {"version": VERSION, cursor_field: rfc3339(self.cursor_ms)}
        if self.orders:
            state["open_orders_listed_at"] = rfc3339(self.orders.listed_ms)
            state["orders_known_to"] = rfc3339(self.orders.complete_until_ms)
        if self.open_orders:
            state["open_orders"] = dict(self.open_orders)
        if self.refreshing:
            state["full_refresh"] = True
        return state


def parse_history_state(state: State, cursor_field: str, now: int) -> HistoryState:
    """Raises UnusableState, or ConfigError for a later version's state."""
    _check_version(state)
    open_orders = state.get("open_orders", {})
    latest_ms = now + LOOKBACK_MS
    if not isinstance(open_orders, Mapping) or not all(
        type(ms) is int and 0 < ms <= latest_ms for ms in open_orders.values()
    ):
        raise UnusableState("open_orders does not hold creation times")
    orders = None
    if "orders_known_to" in state:
        orders = OrderWatermark(_time(state, "orders_known_to", now), _time(state, "open_orders_listed_at", now))
    return HistoryState(_time(state, cursor_field, now), dict(open_orders), _flag(state), orders)


@dataclass(frozen=True)
class MarketState:
    """When a public table was last read whole (ms; None: never), and how far each instrument (or series) was read."""

    synced_ms: int | None = None
    cursors: Mapping[str, Any] = field(default_factory=dict)
    refreshing: bool = False

    def as_state(self) -> dict[str, Any]:
        state: dict[str, Any] = {"version": VERSION}
        if self.synced_ms is not None:
            state["synced_at"] = rfc3339(self.synced_ms)
        if self.cursors:
            state["cursors"] = dict(self.cursors)
        if self.refreshing:
            state["full_refresh"] = True
        return state


def parse_market_state(state: State, now: int) -> MarketState:
    """Raises UnusableState, or ConfigError for a later version's state. `cursors` is for the table to judge.

    A `synced_at` in the future is none: a clock was wrong, which says nothing against the cursors.
    """
    _check_version(state)
    cursors = state.get("cursors", {})
    if not isinstance(cursors, Mapping):
        raise UnusableState("cursors is not an object")
    synced_ms = _any_time(state, "synced_at") if "synced_at" in state else None
    if synced_ms is not None and synced_ms > now + LOOKBACK_MS:
        synced_ms = None
    return MarketState(synced_ms, dict(cursors), _flag(state))


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


class Checkpointed(Protocol):
    """A stream that keeps its own state."""

    @property
    def name(self) -> str: ...

    @property
    def state(self) -> MutableMapping[str, Any]: ...

    def finish(self) -> None:
        """Called when all partitions have ended, well or not."""


class StateEmittingCursor(Cursor):
    """The engine's view of a stream's state: printed once more when the stream has ended, finished or failed.

    Until then the stream sends its states itself, through the queue that carries its rows. The engine's own
    FinalStateCursor would replace them by an empty one at the end.
    """

    def __init__(self, stream: Checkpointed, message_repository: MessageRepository) -> None:
        self._stream = stream
        self._message_repository = message_repository

    @property
    def state(self) -> MutableMapping[str, Any]:
        return self._stream.state

    def observe(self, record: Record) -> None:
        """Nothing: the stream knows what it has read."""

    def close_partition(self, partition: Partition) -> None:
        """Nothing: a partition's end says less than the stream's own state."""

    def ensure_at_least_one_state_emitted(self) -> None:
        self._stream.finish()
        if state := self._stream.state:
            self._message_repository.emit_message(state_message(self._stream.name, state))

    def should_be_synced(self, record: Record) -> bool:
        return True
