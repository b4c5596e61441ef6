"""The records of one answer as the lines that stdout gets: made by the thread that has them, written as they are.

A message object for each record, its serialisation and its way through the CDK's generators took four fifths of the
processor time of a record. No other module knows how a RECORD is written. `RecordPage.messages` makes the objects for
callers that want those: the CDK's own entrypoint, which its tests use.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, AirbyteRecordMessage, Type

from source_cryptocom.clock import now_ms


class RecordPage(AirbyteMessage):
    """Stands for `count` RECORD messages of `table`, at least one, in the engine's queue and on its way to stdout."""

    def __init__(self, records: Sequence[Mapping[str, Any]], table: str) -> None:
        super().__init__(type=Type.RECORD)
        self.table = table
        self.count = len(records)
        self.lines = _lines(records, table, now_ms())

    def messages(self) -> Iterator[AirbyteMessage]:
        """The RECORD messages, one by one."""
        for line in self.lines.split("\n")[:-1]:
            yield AirbyteMessageSerializer.load(json.loads(line))


def _lines(records: Sequence[Mapping[str, Any]], table: str, emitted_ms: int) -> str:
    """As the CDK writes them: a column that is null is left out."""
    before = f'{{"type":"RECORD","record":{{"stream":"{table}","data":'
    after = f',"emitted_at":{emitted_ms}}}}}\n'
    try:
        data = [orjson.dumps(_without_nulls(record)) for record in records]
    except TypeError:
        return "".join(f"{_by_the_cdk(record, table, emitted_ms)}\n" for record in records)
    return before + (after + before).encode().join(data).decode() + after


def _without_nulls(record: Mapping[str, Any]) -> Mapping[str, Any]:
    if None in record.values():
        return {column: value for column, value in record.items() if value is not None}
    return record


def _by_the_cdk(record: Mapping[str, Any], table: str, emitted_ms: int) -> str:
    """Slowly, but also what orjson cannot write, as integers of more than 64 bits."""
    message = AirbyteRecordMessage(stream=table, data=dict(record), emitted_at=emitted_ms)
    return AirbyteEntrypoint.airbyte_message_to_string(AirbyteMessage(type=Type.RECORD, record=message))
