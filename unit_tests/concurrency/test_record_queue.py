"""The queue between the workers and the main thread: in order, bounded, and no trap when nobody reads any more."""

import threading
from queue import Empty
from typing import Any

import pytest
from airbyte_cdk.sources.types import Record
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.concurrency.record_queue import MAX_RECORDS, RecordPage, RecordQueue, Stopped
from source_cryptocom.state.state import state_message


def page(*numbers: int) -> RecordPage:
    return RecordPage([{"id": number} for number in numbers], "trade")


def taken(queue: RecordQueue) -> list[Any]:
    """What is left in the queue: ids of records, and everything else as it is."""
    found = []
    while not queue.empty():
        item = queue.get(block=False)
        found.append(item.data["id"] if isinstance(item, Record) else item)
    return found


@given(st.lists(st.one_of(st.integers(1, 5), st.just(0)), max_size=30))
def test_records_and_states_come_out_in_the_order_in_which_they_went_in(sizes: list[int]) -> None:
    queue, expected, number = RecordQueue(), list[Any](), 0
    for size in sizes:
        if size:
            numbers = list(range(number, number + size))
            number += size
            queue.put(page(*numbers))
            expected += numbers
        else:
            message = state_message("trade", {"n": number})
            queue.put(message)
            expected.append(message)
    assert taken(queue) == expected
    with pytest.raises(Empty):
        queue.get(block=False)


def test_a_page_is_a_record_each_with_the_name_of_its_stream() -> None:
    queue = RecordQueue()
    queue.put(page(7, 8))
    records = [queue.get(), queue.get()]
    assert [(type(item), item.data, item.stream_name) for item in records if isinstance(item, Record)] == [
        (Record, {"id": 7}, "trade"),
        (Record, {"id": 8}, "trade"),
    ]


def test_a_page_under_way_counts_as_something_left() -> None:
    queue = RecordQueue()
    queue.put(page(1, 2))
    assert not queue.empty()
    queue.get()
    assert not queue.empty()
    queue.get()
    assert queue.empty()


def test_as_many_records_as_its_limit_fill_it_in_however_few_pages() -> None:
    queue = RecordQueue()
    queue.put(page(*range(MAX_RECORDS - 1)))
    assert not queue.full()
    queue.put(state_message("trade", {}))
    assert queue.full()


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
    queue = RecordQueue()
    queue.put(page(*range(MAX_RECORDS)))
    worker, outcome = put_in_a_thread(queue, page(MAX_RECORDS))
    assert [queue.get().data["id"] for _ in range(MAX_RECORDS + 1)] == list(  # type: ignore[union-attr] # records
        range(MAX_RECORDS + 1)
    )
    worker.join(10)
    assert outcome == ["done"]


def test_a_queue_that_is_read_no_more_ends_a_worker_that_waits_for_it() -> None:
    queue = RecordQueue()
    queue.put(page(*range(MAX_RECORDS)))
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
