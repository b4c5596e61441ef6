"""What the log says about a request."""

import pytest

from source_cryptocom.api.endpoint import in_words


@pytest.mark.parametrize(
    ("end_time", "said"),
    [
        (1_786_921_599_729, "2026-08-16T23:06:39.729Z"),
        ("1786921599729000000", "2026-08-16T23:06:39.729Z"),
        (297_140_000_000_000, "297140000000000"),
    ],
)
def test_a_time_is_said_in_words_and_as_a_number_where_its_unit_is_not_clear(end_time: int | str, said: str) -> None:
    assert in_words({"end_time": end_time, "limit": 100}) == f"end_time={said} limit=100"
