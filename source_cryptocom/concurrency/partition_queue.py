"""The tasks of one table, shared by the lanes that read it."""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any

Records = Generator[dict[str, Any], None, bool]
"""Records one after the other; at the end, whether all of their series has been read with them."""


@dataclass(frozen=True)
class PartitionTask:
    """A series, or a part of one. It is read by the lane that takes it."""

    series: str
    read: Callable[[], Records]


class PartitionQueue:
    """Thread-safe. Where a list `grows`, tasks add others to it: a lane that finds none waits for those under way.

    When a sync is broken off, the lanes at work are closed and so end their tasks; the waiting ones end with the last.
    """

    def __init__(self, tasks: Iterable[PartitionTask], grows: bool) -> None:
        self._tasks = deque(tasks)
        self._grows = grows
        self._under_way = 0
        self._dropped: set[str] = set()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._tasks)

    def take(self) -> PartitionTask | None:
        """The next task, None when there is none left. Each call that gives one needs one of `end`."""
        with self._changed:
            while not self._tasks:
                if not self._grows or not self._under_way:
                    return None
                self._changed.wait()
            self._under_way += 1
            return self._tasks.popleft()

    def end(self) -> None:
        """A task that was taken has ended, well or not."""
        with self._changed:
            self._under_way -= 1
            if not self._under_way:
                self._changed.notify_all()

    def add(self, tasks: Iterable[PartitionTask]) -> None:
        """To be taken next, in this order. Tasks of a series that was dropped are not taken any more."""
        with self._changed:
            self._tasks.extendleft([task for task in tasks if task.series not in self._dropped][::-1])
            self._changed.notify_all()

    def drop(self, series: str) -> bool:
        """Takes what is left of a series from the list. False where that was done before."""
        with self._changed:
            if series in self._dropped:
                return False
            self._dropped.add(series)
            self._tasks = deque(task for task in self._tasks if task.series != series)
            return True
