"""What the engine is told of a stream's state when the stream has ended."""

from typing import Any

import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_cryptocom.concurrency.streams import concurrent_stream
from source_cryptocom.streams.history import OrderHistory
from unit_tests.support.builders import sync

SAVED = {"version": 1, "update_time": "2026-08-16T23:06:39.729Z"}


def states(repository: InMemoryMessageRepository) -> list[dict[str, Any]]:
    streams = [message.state.stream for message in repository.consume_queue() if message.state]
    return [vars(stream.stream_state) for stream in streams if stream and stream.stream_state]


@pytest.mark.parametrize("saved", [SAVED, {}])
def test_the_state_at_the_end_of_a_stream_is_emitted_once_where_there_is_one(saved: dict[str, Any]) -> None:
    repository = InMemoryMessageRepository()
    stream = OrderHistory(sync())
    stream.restore(saved, full_refresh=False)
    cursor = concurrent_stream(stream, repository).cursor
    assert cursor.state == saved
    cursor.ensure_at_least_one_state_emitted()
    assert states(repository) == ([saved] if saved else [])


def test_the_engines_other_signals_emit_nothing_and_drop_nothing() -> None:
    repository = InMemoryMessageRepository()
    cursor = concurrent_stream(OrderHistory(sync()), repository).cursor
    anything: Any = object()
    cursor.observe(anything)
    cursor.close_partition(anything)
    assert cursor.should_be_synced(anything) is True
    assert states(repository) == []
