"""The CDK's concurrent engine, with one queue for rows and for states."""

import logging
from dataclasses import dataclass
from queue import Queue

from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.message import InMemoryMessageRepository, MessageRepository
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.sources.utils.slice_logger import DebugSliceLogger

QUEUE_SIZE = 10_000


@dataclass(frozen=True)
class Engine:
    """A message that a stream sends through the repository leaves behind the rows that the stream made before it."""

    concurrent_source: ConcurrentSource
    message_repository: MessageRepository


def build_engine(num_workers: int, tables: int, logger: logging.Logger) -> Engine:
    """An engine with `num_workers` threads that starts all tables at once, as far as the threads go."""
    queue: Queue[QueueItem] = Queue(maxsize=QUEUE_SIZE)
    repository = ConcurrentMessageRepository(queue, InMemoryMessageRepository())
    concurrent_source = ConcurrentSource.create(
        num_workers=num_workers,
        initial_number_of_partitions_to_generate=max(1, min(tables, num_workers - 1)),
        logger=logger,
        slice_logger=DebugSliceLogger(),
        message_repository=repository,
        queue=queue,
    )
    return Engine(concurrent_source, repository)
