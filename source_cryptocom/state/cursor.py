"""Who owns a stream's state, and how the CDK's engine sees it."""

from collections.abc import MutableMapping
from typing import Any, Protocol

from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

from source_cryptocom.state.full_refresh import FullRefresh
from source_cryptocom.state.state import State, state_message


class StreamCursor(Protocol):
    """What one stream has read, as the next sync finds it."""

    @property
    def state(self) -> MutableMapping[str, Any]:
        """A snapshot, safe to send; empty where there is nothing to claim."""

    @property
    def is_complete(self) -> bool:
        """Whether this sync has read all of the stream."""

    def restore(self, saved: State, full_refresh: bool) -> None:
        """Takes what the last sync saved. It is parsed when reading begins: a bad one fails this stream alone."""


class StateEmittingCursor(Cursor):
    """The engine's view of a stream's state: emitted once more when the stream has ended, finished or failed.

    Until then the reader emits the states itself, through the queue that carries its records. The engine's own
    FinalStateCursor would replace them by an empty one at the end. The last state of a `full_refresh` says when it is
    complete.
    """

    def __init__(
        self,
        stream_name: str,
        cursor: StreamCursor,
        message_repository: MessageRepository,
        full_refresh: FullRefresh | None = None,
    ) -> None:
        self._stream_name = stream_name
        self._cursor = cursor
        self._message_repository = message_repository
        self._full_refresh = full_refresh

    @property
    def state(self) -> MutableMapping[str, Any]:
        return self._cursor.state

    def observe(self, record: Record) -> None:
        """Does nothing: the reader knows what it has read."""

    def close_partition(self, partition: Partition) -> None:
        """Does nothing: a partition's end says less than the stream's own state."""

    def ensure_at_least_one_state_emitted(self) -> None:
        state = self._cursor.state
        if self._full_refresh and self._cursor.is_complete:
            state = self._full_refresh.mark_completed(state)
        if state:
            self._message_repository.emit_message(state_message(self._stream_name, state))

    def should_be_synced(self, record: Record) -> bool:
        return True
