"""The CDK's concurrent engine, with one queue for records and for states."""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from airbyte_cdk.models import AirbyteMessage, Type
from airbyte_cdk.sources.concurrent_source.concurrent_read_processor import ConcurrentReadProcessor
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.message import InMemoryMessageRepository, MessageRepository
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.sources.types import Record
from airbyte_cdk.sources.utils.slice_logger import DebugSliceLogger

from source_cryptocom.concurrency.record_page import RecordPage
from source_cryptocom.concurrency.record_queue import RecordQueue


class PagedSource(ConcurrentSource):
    """Takes the records of a page from the queue at once, and hands them on as one message."""

    def _handle_item(self, queue_item: QueueItem, processor: ConcurrentReadProcessor) -> Iterable[AirbyteMessage]:
        if not isinstance(queue_item, RecordPage):
            yield from super()._handle_item(queue_item, processor)
            return
        # One record stands for all of the page: a table's status RUNNING comes before its first.
        for message in processor.on_record(Record({}, queue_item.table)):
            yield queue_item if message.type is Type.RECORD else message
        processor._record_counter[queue_item.table] += queue_item.count - 1


class OwnMessages(threading.local, InMemoryMessageRepository):
    """Gives each thread back its own messages: another thread that took them might put them into the queue too late."""


@dataclass(frozen=True)
class Engine:
    """Emits messages sent through the message repository after the records that the stream produced before them.

    `stop` lets the workers of a read that was broken off end with their next page.
    """

    concurrent_source: ConcurrentSource
    message_repository: MessageRepository
    stop: Callable[[], None]


def build_engine(num_workers: int, streams: int, logger: logging.Logger) -> Engine:
    """An engine with `num_workers` threads that starts all streams at once, up to the number of threads."""
    queue = RecordQueue()
    repository = ConcurrentMessageRepository(queue, OwnMessages())
    concurrent_source = PagedSource(
        ThreadPoolManager(ThreadPoolExecutor(num_workers, thread_name_prefix="workerpool"), logger),
        logger,
        DebugSliceLogger(),
        queue,
        repository,
        initial_number_partitions_to_generate=max(1, min(streams, num_workers - 1)),
    )
    return Engine(concurrent_source, repository, queue.stop)
