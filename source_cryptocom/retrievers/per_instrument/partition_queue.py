"""The tasks of one table, shared by the workers that read it."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from source_cryptocom.retrievers.base import SeriesPages


@dataclass(frozen=True)
class PartitionTask:
    """A series, or a part of one. It is read by the worker that gets it."""

    series: str
    read: Callable[[], SeriesPages]


class PartitionQueue:
    """Thread-safe. Where a queue `grows`, tasks add others to it: a worker that finds none waits for those under way.

    When a sync is broken off, the workers are closed and so end their tasks; the waiting ones end with the last.
    """

    def __init__(self, tasks: Iterable[PartitionTask], grows: bool) -> None:
        self._tasks = deque(tasks)
        self._grows = grows
        self._under_way = 0
        self._discarded: set[str] = set()
        self._changed = threading.Condition()

    def get(self) -> PartitionTask | None:
        """The next task; None if none is left. Each call that gives one needs one of `task_done`."""
        with self._changed:
            while not self._tasks:
                if not self._grows or not self._under_way:
                    return None
                self._changed.wait()
            self._under_way += 1
            return self._tasks.popleft()

    def task_done(self) -> None:
        """Marks a task as ended, successfully or not."""
        with self._changed:
            self._under_way -= 1
            if not self._under_way:
                self._changed.notify_all()

    def put_next(self, tasks: Iterable[PartitionTask]) -> None:
        """Adds tasks to be taken next, in this order. Tasks of a discarded series are no longer taken."""
        with self._changed:
            self._tasks.extendleft([task for task in tasks if task.series not in self._discarded][::-1])
            self._changed.notify_all()

    def discard(self, series: str) -> bool:
        """Discards the remaining tasks of a series. Returns False if that was done before."""
        with self._changed:
            if series in self._discarded:
                return False
            self._discarded.add(series)
            self._tasks = deque(task for task in self._tasks if task.series != series)
            return True
