"""From the exchange's rows to records: names, times, digits."""

import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.records import RowMapper, UnreadableRow

SCHEMA: dict[str, dict[str, Any]] = {
    "properties": {
        "instrument": {"type": "string"},
        "side": {"type": ["null", "string"]},
        "price": {"type": ["null", "string"]},
        "count": {"type": ["null", "integer"]},
        "tradable": {"type": ["null", "boolean"]},
        "details": {"type": ["null", "object"]},
        "timestamp": {"type": ["null", "string"], "format": "date-time"},
        "day": {"type": ["null", "string"], "format": "date"},
        "levels": {"type": ["null", "array"], "items": {"type": ["null", "array"], "items": {"type": "string"}}},
        "isolation_id": {"type": "string"},
    }
}


def mapper(
    primary_key: tuple[str, ...] = (), defaults: dict[str, str] | None = None, upper_case: tuple[str, ...] = ()
) -> RowMapper:
    return RowMapper(
        SCHEMA, primary_key, {"i": "instrument", "t": "timestamp", "s": "side"}, defaults or {}, upper_case
    )


def test_columns_have_words_for_names_and_their_declared_types() -> None:
    row = {
        "i": "BTC_USD",
        "s": "buy",
        "price": "0.100000000000000001",
        "count": "12",
        "tradable": "true",
        "details": {"a": 1},
        "t": 1786921599729,
        "day": "2026-08-16",
        "levels": [["1", 2, "3"]],
    }
    assert mapper(upper_case=("side",)).record(row) == {
        "instrument": "BTC_USD",
        "side": "BUY",
        "price": "0.100000000000000001",
        "count": 12,
        "tradable": True,
        "details": {"a": 1},
        "timestamp": "2026-08-16T23:06:39.729Z",
        "day": "2026-08-16",
        "levels": [["1", "2", "3"]],
    }


def test_a_side_keeps_its_case_where_the_table_does_not_ask_for_upper_case() -> None:
    assert mapper().record({"s": "buy"}) == {"side": "buy"}


def test_a_number_beyond_2_to_the_53_is_exact() -> None:
    assert mapper().record({"price": 1786967999123456789}) == {"price": "1786967999123456789"}


new_fields = st.dictionaries(
    st.text(max_size=5).map("new_{}".format),
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    max_size=5,
)


@given(new_fields)
def test_a_field_that_the_exchange_adds_passes_under_its_own_name(row: dict[str, Any]) -> None:
    assert mapper().record(row) == row


def test_a_null_stays_null_and_a_missing_field_stays_missing() -> None:
    assert mapper().record({"price": None, "t": None, "levels": None, "new": None}) == {
        "price": None,
        "timestamp": None,
        "levels": None,
        "new": None,
    }


def test_what_the_request_knows_is_a_column_and_the_row_may_say_it_better() -> None:
    assert mapper().record({"price": "1"}, instrument="BTC_USD") == {"instrument": "BTC_USD", "price": "1"}
    assert mapper().record({"i": "ETH_USD"}, instrument="BTC_USD") == {"instrument": "ETH_USD"}


def test_a_row_is_not_changed() -> None:
    row = {"i": "BTC_USD", "price": 5}
    mapper(defaults={"isolation_id": "0"}).record(row)
    assert row == {"i": "BTC_USD", "price": 5}


@pytest.mark.parametrize("sent", [{}, {"isolation_id": None}, {"isolation_id": ""}])
def test_a_key_column_that_may_be_left_out_gets_its_default(sent: dict[str, Any]) -> None:
    record = mapper(primary_key=("isolation_id",), defaults={"isolation_id": "0"}).record(sent)
    assert record == {"isolation_id": "0"}


def test_a_default_does_not_replace_what_was_sent() -> None:
    record = mapper(defaults={"isolation_id": "0"}).record({"isolation_id": 88})
    assert record == {"isolation_id": "88"}


@pytest.mark.parametrize("row", [{"price": "1"}, {"i": None, "price": "1"}])
def test_a_row_without_its_key_says_which_column_is_missing(row: dict[str, Any]) -> None:
    with pytest.raises(UnreadableRow, match=r"^instrument, part of its key, is missing$"):
        mapper(primary_key=("instrument",)).record(row)


@pytest.mark.parametrize("column", ["price", "isolation_id"])
def test_every_part_of_the_key_is_needed(column: str) -> None:
    row = {"i": "BTC_USD", "price": "1", "isolation_id": "0"}
    del row[column]
    with pytest.raises(UnreadableRow, match=f"^{column}, part of its key, is missing$"):
        mapper(primary_key=("instrument", "price", "isolation_id")).record(row)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("t", "soon"),
        ("t", "1.5"),
        ("t", [1]),
        ("t", 10**30),
        ("t", {}),
        ("count", "many"),
        ("count", "0.5"),
        ("count", {}),
        ("tradable", "perhaps"),
        ("tradable", 2),
        ("details", "text"),
        ("details", []),
    ],
)
def test_an_unreadable_value_says_which_field_it_is_and_what_came(field: str, value: Any) -> None:
    with pytest.raises(UnreadableRow, match=f"^{field} is {re.escape(repr(str(value)))}$"):
        mapper().record({field: value})


def test_a_long_unreadable_value_is_cut() -> None:
    with pytest.raises(UnreadableRow, match=f"^count is '{'x' * 100}'$"):
        mapper().record({"count": "x" * 5_000})


@given(st.integers(min_value=-(10**25), max_value=10**25) | st.text() | st.lists(st.none()))
def test_a_time_reads_or_says_that_it_does_not(value: Any) -> None:
    with suppress(UnreadableRow):
        shown = mapper().record({"t": value})["timestamp"]
        assert shown is None or shown.endswith("Z")
