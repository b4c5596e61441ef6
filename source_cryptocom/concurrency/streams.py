"""A table as the CDK's concurrent engine reads it."""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import CursorField, FinalStateCursor
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.utils.slice_hasher import SliceHasher

from source_cryptocom.api.connection_errors import exhausted_resource
from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.concurrency.record_page import RecordPage
from source_cryptocom.state.cursor import StreamCursor
from source_cryptocom.state.full_refresh import COMPLETED_AT, FullRefresh
from source_cryptocom.state.state import state_message
from source_cryptocom.streams import ExchangeStream


class StreamPartition(Partition):
    """One slice of a stream. The CDK's own copies each record, and transforms it by a schema that it already fits.

    `repository` takes the STATE messages; None for a stream that keeps no state.
    """

    def __init__(
        self, stream: ExchangeStream, stream_slice: Mapping[str, Any], repository: MessageRepository | None
    ) -> None:
        self._stream = stream
        self._slice = stream_slice
        self._repository = repository
        self._hash = SliceHasher.hash(stream.name, stream_slice)

    def read(self) -> Iterable[Any]:
        """Pages of records, in place of single ones."""
        try:
            for output in self._stream.reader.read(self._slice):
                if isinstance(output, AirbyteMessage):
                    if self._repository:
                        self._repository.emit_message(output)
                elif output:
                    yield RecordPage(output, self._stream.name)
        except ExchangeError as error:
            if not self._stream.skips(error):
                raise
        except (MemoryError, OSError, RuntimeError) as error:
            if not (exhausted := exhausted_resource(error, self._stream.name)):
                raise
            raise exhausted from error

    def to_slice(self) -> Mapping[str, Any]:
        return self._slice

    def stream_name(self) -> str:
        return self._stream.name

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True)
class _Partitions(PartitionGenerator):
    stream: ExchangeStream
    cursor: StreamCursor | None
    repository: MessageRepository
    full_refresh: FullRefresh | None

    def generate(self) -> Iterable[Partition]:
        state = self.cursor.state if self.cursor else {}
        if self.cursor and self.full_refresh and self._is_completed(self.cursor, self.full_refresh):
            self.stream.logger.warning(
                f"{self.stream.name}: an earlier attempt completed this full refresh at {state[COMPLETED_AT]}: "
                "nothing is read again. If this is not a second attempt, start without the state."
            )
            return
        for stream_slice in self.stream.reader.slices():
            yield StreamPartition(self.stream, stream_slice, self.repository if self.cursor else None)

    def _is_completed(self, cursor: StreamCursor, refresh: FullRefresh) -> bool:
        is_completed = refresh.is_completed(cursor.state, self.stream.context.clock)
        return is_completed and not cursor.is_of_another_account()


class _FinalState(FinalStateCursor):
    """The engine's view of a stream's state: emitted once more when the stream has ended, finished or failed.

    Until then the reader emits the states itself, through the queue that carries its records. Without a `cursor` it is
    the CDK's state for a stream that keeps none; nothing at all for a table that was skipped. The last state of a
    `full_refresh` says when it is complete.
    """

    def __init__(
        self,
        stream: ExchangeStream,
        cursor: StreamCursor | None,
        repository: MessageRepository,
        full_refresh: FullRefresh | None,
    ) -> None:
        super().__init__(stream.name, None, repository)
        self._stream = stream
        self._cursor = cursor
        self._repository = repository
        self._full_refresh = full_refresh

    @property
    def state(self) -> MutableMapping[str, Any]:
        return self._cursor.state if self._cursor else super().state

    def ensure_at_least_one_state_emitted(self) -> None:
        if self._cursor is None:
            if not self._stream.skipped:
                super().ensure_at_least_one_state_emitted()
            return
        state = self._cursor.state
        if self._full_refresh and self._cursor.is_complete:
            state = self._full_refresh.mark_completed(state, self._stream.context.clock())
        if state:
            self._repository.emit_message(state_message(self._stream.name, state))


def concurrent_stream(
    stream: ExchangeStream, repository: MessageRepository, full_refresh: FullRefresh | None = None
) -> DefaultStream:
    """The stream for ConcurrentSource.read, its state restored. `full_refresh` is None for an incremental read.

    A stream without a cursor keeps no state, nor does a full refresh that cannot be resumed.
    """
    keeps_state = bool(stream.cursor_column) and (full_refresh is None or stream.is_resumable)
    cursor = stream.reader.cursor if keeps_state else None
    return DefaultStream(
        partition_generator=_Partitions(stream, cursor, repository, full_refresh),
        name=stream.name,
        json_schema=stream.get_json_schema,
        primary_key=stream.key_columns(),
        cursor_field=CursorField(stream.cursor_column) if stream.cursor_column else None,
        logger=stream.logger,
        cursor=_FinalState(stream, cursor, repository, full_refresh),
    )
