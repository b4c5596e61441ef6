"""From the exchange's rows to records: names, times, digits."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker

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


COLUMNS = {"i": "instrument", "t": "timestamp", "s": "side"}


def mapper(
    primary_key: tuple[str, ...] = (), defaults: dict[str, str] | None = None, upper_case: tuple[str, ...] = ()
) -> RowMapper:
    return RowMapper(SCHEMA, primary_key, COLUMNS, defaults or {}, upper_case)


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
    st.none() | st.booleans() | st.integers() | st.text(min_size=1, max_size=5),
    max_size=5,
)


@given(new_fields)
def test_a_field_that_the_exchange_adds_passes_under_its_own_name(row: dict[str, Any]) -> None:
    assert mapper().record(row) == row


def test_an_empty_text_is_null_in_a_new_field_too() -> None:
    assert mapper().record({"price": "", "exec_inst": "", "day": "", "new": ""}) == {
        "price": None,
        "exec_inst": None,
        "day": None,
        "new": None,
    }


def test_a_table_of_declared_columns_only_lets_no_other_field_through() -> None:
    closed = RowMapper(SCHEMA, (), COLUMNS, {}, only_declared=True)
    assert closed.record({"i": "BTC_USD", "holder": "somebody", "price": "1"}) == {
        "instrument": "BTC_USD",
        "price": "1",
    }


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


@pytest.mark.parametrize("row", [{"price": "1"}, {"i": None, "price": "1"}, {"i": "", "price": "1"}])
def test_a_row_without_its_key_says_which_column_is_missing(row: dict[str, Any]) -> None:
    with pytest.raises(UnreadableRow, match=r"^instrument, part of its key, is missing$"):
        mapper(primary_key=("instrument",)).record(row)


@pytest.mark.parametrize("column", ["price", "isolation_id"])
def test_every_part_of_the_key_is_needed(column: str) -> None:
    row = {"i": "BTC_USD", "price": "1", "isolation_id": "0"}
    del row[column]
    with pytest.raises(UnreadableRow, match=f"^{column}, part of its key, is missing$"):
        mapper(primary_key=("instrument", "price", "isolation_id")).record(row)


UNREADABLE = [
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
    ("day", "soon"),
]


@pytest.mark.parametrize(("field", "value"), UNREADABLE)
def test_a_value_that_cannot_be_read_is_null_and_the_row_comes(field: str, value: Any) -> None:
    rows = mapper(("price",))
    assert rows.record({"price": "1", field: value}) == {"price": "1", COLUMNS.get(field, field): None}
    assert rows.odd_values() == (
        "The exchange sent values in a form it does not document; "
        f"not readable and therefore null: {field} (1). Their rows came."
    )


@pytest.mark.parametrize(("field", "value"), UNREADABLE)
@pytest.mark.parametrize("role", ["key", "cursor"])
def test_a_key_or_cursor_that_cannot_be_read_says_which_field_it_is_and_what_came(
    field: str, value: Any, role: str
) -> None:
    column = COLUMNS.get(field, field)
    rows = (
        RowMapper(SCHEMA, [column], COLUMNS, {}) if role == "key" else RowMapper(SCHEMA, [], COLUMNS, {}, cursor=column)
    )
    with pytest.raises(UnreadableRow, match=f"^{field} is {re.escape(repr(str(value)))}$"):
        rows.record({field: value})


def test_a_key_in_nanoseconds_where_milliseconds_belong_is_read() -> None:
    assert mapper(("timestamp",)).record({"t": 1786921599729123456}) == {"timestamp": "2026-08-16T23:06:39.729Z"}


def test_odd_values_are_counted_by_field_and_by_what_became_of_them() -> None:
    rows = mapper()
    for value in ("1.0", "2.0", "many", "3"):
        rows.record({"count": value, "tradable": "", "levels": "[]"})
    assert rows.odd_values() == (
        "The exchange sent values in a form it does not document; brought to the column's type: count (2), levels (4); "
        "not readable and therefore null: count (1). Their rows came."
    )


def test_nothing_is_said_where_no_value_was_odd() -> None:
    rows = mapper()
    rows.record({"i": "BTC_USD", "price": "", "t": 1786921599729, "tradable": None, "count": "3", "day": "2026-08-16"})
    assert rows.odd_values() == ""


def test_a_long_unreadable_value_is_cut() -> None:
    with pytest.raises(UnreadableRow, match=f"^count is '{'x' * 100}'$"):
        mapper(("count",)).record({"count": "x" * 5_000})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "t", "s"]), json_values, max_size=6))
def test_no_value_stops_a_row_and_every_record_has_its_columns_types(row: dict[str, Any]) -> None:
    record = mapper().record(row)
    schema = {"properties": {name: with_null(column) for name, column in SCHEMA["properties"].items()}}
    assert list(Draft7Validator(schema, format_checker=FormatChecker(("date",))).iter_errors(record)) == []


def with_null(column: dict[str, Any]) -> dict[str, Any]:
    items = {"items": with_null(column["items"])} if "items" in column else {}
    kinds = column["type"] if isinstance(column["type"], list) else [column["type"]]
    return {**column, "type": ["null", *(kind for kind in kinds if kind != "null")], **items}


TIMED: dict[str, dict[str, Any]] = {
    "properties": {
        "create_time": {"type": ["null", "string"], "format": "date-time"},
        "create_time_ns": {"type": ["null", "string"]},
        "event_time": {"type": ["null", "string"], "format": "date-time"},
        "event_timestamp_ns": {"type": ["null", "string"]},
        "traded_price": {"type": ["null", "string"]},
    }
}
AT_MS, AT = 1786921599729, "2026-08-16T23:06:39.729Z"


def timed(primary_key: tuple[str, ...] = (), cursor: str | None = "create_time") -> RowMapper:
    return RowMapper(TIMED, primary_key, {"event_timestamp_ms": "event_time"}, {}, cursor=cursor)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1786921599, "2026-08-16T23:06:39.000Z"),
        ("1786921599", "2026-08-16T23:06:39.000Z"),
        (AT_MS * 1_000, AT),
        (AT_MS * 1_000_000, AT),
    ],
)
def test_a_time_in_another_unit_is_repaired_and_told(value: Any, shown: str) -> None:
    rows = timed()
    assert rows.record({"create_time": value})["create_time"] == shown
    assert "brought to the column's type: create_time (1)" in rows.odd_values()


@pytest.mark.parametrize("value", [1, 1_546_300_799_999, -1])
def test_a_time_from_before_the_exchange_opened_is_told(value: int) -> None:
    rows = timed()
    assert rows.record({"create_time": value})["create_time"] is not None
    assert "a time from before the exchange opened, left as it is: create_time (1)" in rows.odd_values()


def test_the_moment_at_which_the_exchange_opened_is_a_time_like_any_other() -> None:
    rows = timed()
    assert rows.record({"create_time": "2019-01-01T00:00:00Z"})["create_time"] == "2019-01-01T00:00:00.000Z"
    assert "brought to the column's type: create_time (1)" in rows.odd_values()


@pytest.mark.parametrize("missing", [{}, {"create_time": None}, {"create_time": "soon"}, {"create_time": ""}])
def test_a_time_that_is_missing_is_taken_from_its_nanoseconds(missing: dict[str, Any]) -> None:
    rows = timed()
    record = rows.record({**missing, "create_time_ns": f"{AT_MS}123456", "event_timestamp_ns": f"{AT_MS}000001"})
    assert (record["create_time"], record["event_time"]) == (AT, AT)
    assert "create_time" in rows.odd_values()
    assert "event_time" in rows.odd_values()


def test_nanoseconds_are_taken_from_milliseconds_only_if_the_key_needs_them() -> None:
    row = {"event_timestamp_ms": AT_MS}
    assert "event_timestamp_ns" not in timed().record(row)
    assert timed(("event_timestamp_ns",)).record(row)["event_timestamp_ns"] == f"{AT_MS}000000"


def test_a_column_that_the_exchange_always_fills_is_told_when_no_row_has_it() -> None:
    rows = timed()
    for _ in range(4):
        rows.record({"event_timestamp_ms": AT_MS})
    assert rows.columns_without_a_value() == [], "too few rows to tell"
    rows.record({"event_timestamp_ms": AT_MS, "price_of_trade": "1"})
    assert rows.columns_without_a_value() == ["create_time", "traded_price"]
    rows.record({"create_time": AT_MS})
    assert rows.columns_without_a_value() == ["traded_price"]


def test_fields_that_the_schema_does_not_know_are_remembered() -> None:
    rows = timed()
    assert rows.record({"price_of_trade": "1"}) == {"price_of_trade": "1"}
    assert rows.unknown_fields == {"price_of_trade"}
