"""The tasks that workers share: in order, added to, discarded; and workers that wait for more."""

import threading

import pytest

from source_cryptocom.retrievers.base import SeriesPages
from source_cryptocom.retrievers.per_instrument.partition_queue import PartitionQueue, PartitionTask


def nothing() -> SeriesPages:
    yield from ()
    return True


def tasks(*series: str) -> list[PartitionTask]:
    return [PartitionTask(name, nothing) for name in series]


def queue_of(*series: str, grows: bool = False) -> PartitionQueue:
    return PartitionQueue(tasks(*series), grows)


def taken(work: PartitionQueue) -> str | None:
    task = work.get()
    return task.series if task else None


def rest(work: PartitionQueue) -> list[str]:
    found = []
    while task := work.get():
        work.task_done()
        found.append(task.series)
    return found


def test_tasks_are_taken_in_order() -> None:
    assert rest(queue_of("A", "B", "C")) == ["A", "B", "C"]


def test_what_is_added_comes_next_and_in_order() -> None:
    work = queue_of("A", "B", grows=True)
    assert taken(work) == "A"
    work.put_next(tasks("A1", "A2"))
    work.task_done()
    assert rest(work) == ["A1", "A2", "B"]


def test_a_series_is_discarded_with_all_its_tasks_and_only_once() -> None:
    work = queue_of("A", "B", "A")
    assert work.discard("A")
    assert not work.discard("A")
    work.put_next(tasks("A", "C"))
    assert rest(work) == ["C", "B"]


def test_a_list_that_does_not_grow_keeps_no_lane_waiting() -> None:
    work = queue_of("A")
    assert taken(work) == "A"
    assert taken(work) is None


@pytest.fixture
def waiting() -> tuple[PartitionQueue, threading.Thread, list[str | None]]:
    """A worker that waits for what the one task under way may add, and what it takes in the end."""
    work = queue_of("A", grows=True)
    assert taken(work) == "A"
    found: list[str | None] = []
    worker = threading.Thread(target=lambda: found.append(taken(work)), daemon=True)
    worker.start()
    worker.join(0.05)
    assert worker.is_alive()
    return work, worker, found


Waiting = tuple[PartitionQueue, threading.Thread, list[str | None]]


def test_a_waiting_lane_takes_what_is_added(waiting: Waiting) -> None:
    work, worker, found = waiting
    work.put_next(tasks("A1"))
    worker.join(5)
    assert found == ["A1"]


def test_a_waiting_lane_ends_when_no_task_is_under_way_any_more(waiting: Waiting) -> None:
    work, worker, found = waiting
    work.task_done()
    worker.join(5)
    assert found == [None]
