"""The CDK's concurrent engine, with one queue for records and for states."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.message import InMemoryMessageRepository, MessageRepository
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.utils.slice_logger import DebugSliceLogger

from source_cryptocom.concurrency.record_queue import RecordQueue


@dataclass(frozen=True)
class Engine:
    """A message that a stream sends through the repository leaves behind the records that the stream made before it.

    `stop` lets the workers of a read that was broken off end with their next page.
    """

    concurrent_source: ConcurrentSource
    message_repository: MessageRepository
    stop: Callable[[], None]


def build_engine(num_workers: int, streams: int, logger: logging.Logger) -> Engine:
    """An engine with `num_workers` threads that starts all streams at once, up to the number of threads."""
    queue = RecordQueue()
    repository = ConcurrentMessageRepository(queue, InMemoryMessageRepository())
    concurrent_source = ConcurrentSource.create(
        num_workers=num_workers,
        initial_number_of_partitions_to_generate=max(1, min(streams, num_workers - 1)),
        logger=logger,
        slice_logger=DebugSliceLogger(),
        message_repository=repository,
        queue=queue,
    )
    return Engine(concurrent_source, repository, queue.stop)
