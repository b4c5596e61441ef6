"""The queue between the workers and the CDK's main thread: a page of records is one item."""

from queue import Queue

from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem

# A destination that stalls leaves about so many pages in memory. More are no faster.
MAX_PAGES = 5


class Stopped(Exception):
    """The read was broken off: nobody takes what a worker would send."""


class RecordQueue(Queue[QueueItem]):
    """Put by any thread, got by one.

    After `stop` a full queue no longer blocks the workers, or the process would never end.
    """

    def __init__(self) -> None:
        super().__init__(MAX_PAGES)
        self._stopped = False

    def put(self, item: QueueItem, block: bool = True, timeout: float | None = None) -> None:
        """Raises Stopped."""
        if self._stopped:
            raise Stopped
        super().put(item, block, timeout)

    def stop(self) -> None:
        """Lets the workers of a read that was broken off end with their next page."""
        with self.mutex:
            self._stopped = True
            self.queue.clear()
            self.not_full.notify_all()
