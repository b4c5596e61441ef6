"""What the engine makes of pages and states: a RECORD for each row, in the order in which they were sent."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage

from source_cryptocom.concurrency.engine import build_engine
from source_cryptocom.concurrency.record_page import RecordPage
from source_cryptocom.concurrency.streams import concurrent_stream
from source_cryptocom.retrievers.base import Output, Reader
from source_cryptocom.state.state import state_message
from source_cryptocom.streams.history import OrderHistory
from unit_tests.support.builders import sync

PAGES, ROWS = 30, 40


class Counting(Reader):
    """Pages of ROWS numbers, a STATE behind each that says how many there were."""

    def __init__(self, read_before: Reader) -> None:
        self.cursor = read_before.cursor

    def read(self, stream_slice: Mapping[str, Any]) -> Iterator[Output]:
        for page in range(PAGES):
            yield [{"n": page * ROWS + row} for row in range(ROWS)]
            yield state_message("order_history", {"rows": (page + 1) * ROWS})


def sent(message: AirbyteMessage) -> list[tuple[str, int]]:
    """The numbers of a page's records, or the number of rows that a state stands for."""
    if isinstance(message, RecordPage):
        records = [record.record for record in message.messages() if record.record]
        return [(record.stream, record.data["n"]) for record in records]
    if message.state and message.state.stream and message.state.stream.stream_state:
        return [("state", vars(message.state.stream.stream_state)["rows"])]
    return []


@pytest.mark.parametrize("workers", [2, 8])
def test_each_row_is_a_record_and_each_state_comes_behind_the_rows_before_it(workers: int) -> None:
    stream = OrderHistory(sync())
    stream.reader = Counting(stream.reader)
    engine = build_engine(workers, 1, logging.getLogger("airbyte"))
    messages = list(engine.concurrent_source.read([concurrent_stream(stream, engine.message_repository)]))
    expected = []
    for page in range(PAGES):
        expected += [("order_history", page * ROWS + row) for row in range(ROWS)]
        expected.append(("state", (page + 1) * ROWS))
    assert [found for message in messages for found in sent(message)] == expected
