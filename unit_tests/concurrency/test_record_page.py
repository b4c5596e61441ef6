"""A page of records as lines: byte for byte what the CDK writes for each record."""

import json
from typing import Any

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.concurrency import record_page
from source_cryptocom.concurrency.record_page import RecordPage

NOW_MS = 1_786_968_000_000

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
pages = st.lists(st.dictionaries(texts, values, max_size=5), min_size=1, max_size=4)


@pytest.fixture(autouse=True, scope="module")
def noon() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_page, "now_ms", lambda: NOW_MS)
        yield


def by_the_cdk(record: dict[str, Any]) -> str:
    message = AirbyteRecordMessage(stream="trade", data=record, emitted_at=NOW_MS)
    return AirbyteEntrypoint.airbyte_message_to_string(AirbyteMessage(type=Type.RECORD, record=message))


@given(pages)
def test_a_page_holds_the_values_that_the_cdk_writes_for_each_record(records: list[dict[str, Any]]) -> None:
    page = RecordPage(records, "trade")
    assert page.count == len(records)
    assert page.lines.endswith("\n")
    assert [json.loads(line) for line in page.lines.split("\n")[:-1]] == [
        json.loads(by_the_cdk(record)) for record in records
    ]


def test_a_page_is_byte_for_byte_what_the_cdk_writes() -> None:
    records: list[dict[str, Any]] = [
        {"trade_id": "1", "price": "0.10", "side": None, "tags": [None, {"held": None}], "né": "ß\u2028\x00"},
        {"trade_id": "2", "count": 2**63 - 1, "is_maker": True, "empty": {}, "quote": 'a"b\\n'},
    ]
    assert RecordPage(records, "trade").lines == "".join(f"{by_the_cdk(record)}\n" for record in records)


def test_a_number_of_more_than_64_bits_keeps_its_digits() -> None:
    page = RecordPage([{"n": 1}, {"n": 10**30}], "trade")
    assert [message.record.data["n"] for message in page.messages() if message.record] == [1, 10**30]


def test_a_page_gives_its_records_one_by_one() -> None:
    (first, second) = RecordPage([{"n": "1"}, {"n": "2", "line": "a\u2028b"}], "trade").messages()
    assert first.type is second.type is Type.RECORD
    assert first.record is not None
    assert (first.record.stream, first.record.data, first.record.emitted_at) == ("trade", {"n": "1"}, NOW_MS)
    assert second.record is not None
    assert second.record.data == {"n": "2", "line": "a\u2028b"}
