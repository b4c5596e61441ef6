"""The queue between the workers and the main thread: bounded, and no trap when nobody reads any more."""

import threading
from queue import Full

import pytest

from source_cryptocom.concurrency.record_page import RecordPage
from source_cryptocom.concurrency.record_queue import MAX_PAGES, RecordQueue, Stopped


def page(number: int) -> RecordPage:
    return RecordPage([{"id": number}, {"id": -number}], "trade")


def full() -> RecordQueue:
    queue = RecordQueue()
    for number in range(MAX_PAGES):
        queue.put(page(number))
    return queue


def test_it_takes_no_more_than_its_limit() -> None:
    with pytest.raises(Full):
        full().put(page(MAX_PAGES), block=False)


def _first_id(item: object) -> int | None:
    assert isinstance(item, RecordPage)
    first = next(item.messages()).record
    return first.data["id"] if first else None


def put_in_a_thread(queue: RecordQueue, *pages: RecordPage) -> tuple[threading.Thread, list[str]]:
    """A worker that puts pages; what became of it."""
    outcome: list[str] = []

    def work() -> None:
        try:
            for one in pages:
                queue.put(one)
            outcome.append("done")
        except Stopped:
            outcome.append("stopped")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread, outcome


def test_a_worker_waits_while_the_queue_is_full_and_goes_on_when_it_is_read() -> None:
    queue = full()
    worker, outcome = put_in_a_thread(queue, page(MAX_PAGES))
    pages = [queue.get() for _ in range(MAX_PAGES + 1)]
    assert [_first_id(one) for one in pages] == list(range(MAX_PAGES + 1))
    worker.join(10)
    assert outcome == ["done"]


def test_a_queue_that_is_read_no_more_ends_a_worker_that_waits_for_it() -> None:
    queue = full()
    worker, outcome = put_in_a_thread(queue, page(1), page(2))
    queue.stop()
    worker.join(10)
    assert outcome == ["stopped"]


def test_a_queue_that_is_read_no_more_takes_nothing() -> None:
    queue = RecordQueue()
    queue.put(page(1))
    queue.stop()
    with pytest.raises(Stopped):
        queue.put(page(2))
    assert queue.empty()
