"""The queue between the workers and the CDK's main thread: a page of records is one item in, one record each out."""

from collections.abc import Iterator, Sequence
from queue import Queue
from typing import Any

from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.sources.types import Record

# A destination that stalls leaves about so many records in memory. The CDK's own 10,000 are no faster.
MAX_RECORDS = 1_000


class Stopped(Exception):
    """Nobody reads what a worker would send."""


class RecordPage(Record):
    """The records of one answer. A queue operation and a lock for each would cost a fifth of the time per record."""

    def __init__(self, records: Sequence[dict[str, Any]], stream_name: str) -> None:
        super().__init__({}, stream_name)
        self.records = records


class RecordQueue(Queue[QueueItem]):
    """Holds pages up to MAX_RECORDS records. Any thread puts, one thread gets.

    A queue that is read no more must not hold the workers: a full one would, and the process would never end.
    """

    def __init__(self) -> None:
        super().__init__(MAX_RECORDS)
        self._records = 0
        self._stopped = False
        self._page: Iterator[Record] = iter(())
        self._next: Record | None = None

    def put(self, item: QueueItem, block: bool = True, timeout: float | None = None) -> None:
        """Raises Stopped."""
        if self._stopped:
            raise Stopped
        super().put(item, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> QueueItem:
        item: QueueItem | None = self._next
        if item is None:
            item = super().get(block, timeout)
            if isinstance(item, RecordPage):
                self._page = _records_of(item)
                item = next(self._page)
            else:
                return item
        self._next = next(self._page, None)
        return item

    def empty(self) -> bool:
        return self._next is None and super().empty()

    def stop(self) -> None:
        """Lets the workers of a read that was broken off end with their next page."""
        with self.mutex:
            self._stopped = True
            self.queue.clear()
            self._records = 0
            self.not_full.notify_all()

    def _qsize(self) -> int:
        return self._records

    def _put(self, item: QueueItem) -> None:
        self._records += _weight(item)
        self.queue.append(item)

    def _get(self) -> QueueItem:
        item: QueueItem = self.queue.popleft()
        self._records -= _weight(item)
        return item


def _weight(item: QueueItem) -> int:
    return len(item.records) if isinstance(item, RecordPage) else 1


def _records_of(page: RecordPage) -> Iterator[Record]:
    for record in page.records:
        yield Record(record, page.stream_name)
