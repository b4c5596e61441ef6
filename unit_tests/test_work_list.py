"""The tasks that lanes share: in order, added to, dropped; and lanes that wait for more."""

import threading

import pytest

from source_cryptocom.concurrency.partition_queue import PartitionQueue, PartitionTask, Records


def nothing() -> Records:
    yield from ()
    return True


def tasks(*series: str) -> list[PartitionTask]:
    return [PartitionTask(name, nothing) for name in series]


def work_list(*series: str, grows: bool = False) -> PartitionQueue:
    return PartitionQueue(tasks(*series), grows)


def taken(work: PartitionQueue) -> str | None:
    task = work.take()
    return task.series if task else None


def rest(work: PartitionQueue) -> list[str]:
    found = []
    while task := work.take():
        work.end()
        found.append(task.series)
    return found


def test_tasks_are_taken_in_order() -> None:
    assert rest(work_list("A", "B", "C")) == ["A", "B", "C"]


def test_what_is_added_comes_next_and_in_order() -> None:
    work = work_list("A", "B", grows=True)
    assert taken(work) == "A"
    work.add(tasks("A1", "A2"))
    work.end()
    assert rest(work) == ["A1", "A2", "B"]


def test_a_series_is_dropped_with_all_its_tasks_and_only_once() -> None:
    work = work_list("A", "B", "A")
    assert work.drop("A")
    assert not work.drop("A")
    work.add(tasks("A", "C"))
    assert rest(work) == ["C", "B"]


def test_a_list_that_does_not_grow_keeps_no_lane_waiting() -> None:
    work = work_list("A")
    assert taken(work) == "A"
    assert taken(work) is None


@pytest.fixture
def waiting() -> tuple[PartitionQueue, threading.Thread, list[str | None]]:
    """A lane that waits for what the one task under way may add, and what it takes in the end."""
    work = work_list("A", grows=True)
    assert taken(work) == "A"
    found: list[str | None] = []
    lane = threading.Thread(target=lambda: found.append(taken(work)), daemon=True)
    lane.start()
    lane.join(0.05)
    assert lane.is_alive()
    return work, lane, found


Waiting = tuple[PartitionQueue, threading.Thread, list[str | None]]


def test_a_waiting_lane_takes_what_is_added(waiting: Waiting) -> None:
    work, lane, found = waiting
    work.add(tasks("A1"))
    lane.join(5)
    assert found == ["A1"]


def test_a_waiting_lane_ends_when_no_task_is_under_way_any_more(waiting: Waiting) -> None:
    work, lane, found = waiting
    work.end()
    lane.join(5)
    assert found == [None]
