"""What a sync prints stays what it was, byte for byte, until somebody records it anew on purpose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration_tests.recording import TABLES, RecordedWorld, path_of, recorded_world, recording


@pytest.fixture(scope="module")
def world() -> Iterator[RecordedWorld]:
    with recorded_world() as running:
        yield running


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_printed_as_it_was_recorded(world: RecordedWorld, table: str) -> None:
    recorded = path_of(table).read_text(encoding="utf-8")
    assert recording(world, table).splitlines() == recorded.splitlines()
