"""The CDK's concurrent engine, with one queue for rows and for states."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from queue import Queue

from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.message import InMemoryMessageRepository, MessageRepository
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.sources.utils.slice_logger import DebugSliceLogger

# A destination that stalls leaves so many rows in memory. The CDK's own 10,000 are no faster.
QUEUE_SIZE = 1_000


class Stopped(Exception):
    """Nobody reads what a worker would send."""


class _StoppableQueue(Queue[QueueItem]):
    """A queue that is read no more must not hold the workers: a full one would, and the process would never end."""

    _stopped = False

    def put(self, item: QueueItem, block: bool = True, timeout: float | None = None) -> None:
        """Raises Stopped."""
        if self._stopped:
            raise Stopped
        super().put(item, block, timeout)

    def stop(self) -> None:
        with self.mutex:
            self._stopped = True
            self.queue.clear()
            self.not_full.notify_all()


@dataclass(frozen=True)
class Engine:
    """A message that a stream sends through the repository leaves behind the rows that the stream made before it.

    `stop` lets the workers of a read that was broken off end with their next row.
    """

    concurrent_source: ConcurrentSource
    message_repository: MessageRepository
    stop: Callable[[], None]


def build_engine(num_workers: int, tables: int, logger: logging.Logger) -> Engine:
    """An engine with `num_workers` threads that starts all tables at once, as far as the threads go."""
    queue = _StoppableQueue(maxsize=QUEUE_SIZE)
    repository = ConcurrentMessageRepository(queue, InMemoryMessageRepository())
    concurrent_source = ConcurrentSource.create(
        num_workers=num_workers,
        initial_number_of_partitions_to_generate=max(1, min(tables, num_workers - 1)),
        logger=logger,
        slice_logger=DebugSliceLogger(),
        message_repository=repository,
        queue=queue,
    )
    return Engine(concurrent_source, repository, queue.stop)
