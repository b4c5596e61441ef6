"""How a value comes to have the type that its column declares."""

import json
import time
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from source_cryptocom.column_types import (
    column_type,
    to_boolean,
    to_integer,
    to_object,
    to_text,
    to_time,
    to_upper_text,
)

LEVELS = {"type": ["null", "array"], "items": {"type": ["null", "array"], "items": {"type": "string"}}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        ("0.100000000000000001", "0.100000000000000001"),
        ("1e-18", "1e-18"),
        (1786967999123456789, "1786967999123456789"),
        (0, "0"),
        (True, "true"),
        (False, "false"),
        ({"a": 1}, '{"a": 1}'),
        ([1, "2"], '[1, "2"]'),
    ],
)
def test_a_text_keeps_every_digit(value: Any, text: str | None) -> None:
    assert to_text(value) == text


@pytest.mark.parametrize(("value", "text"), [("buy", "BUY"), ("SELL", "SELL"), ("", None), (None, None), (7, "7")])
def test_a_side_is_upper_case(value: Any, text: str | None) -> None:
    assert to_upper_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1786921599729, "2026-08-16T23:06:39.729Z"),
        ("1786921599729", "2026-08-16T23:06:39.729Z"),
        (1_546_300_800_000, "2019-01-01T00:00:00.000Z"),
        (0, None),
        ("0", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_is_rfc_3339_and_zero_is_none(value: Any, text: str | None) -> None:
    assert to_time(value) == text


@pytest.mark.parametrize(("value", "count"), [(5, 5), ("5", 5), (0, 0), ("0", 0), ("", None), (None, None), ("-3", -3)])
def test_a_count_is_an_integer_however_it_was_sent(value: Any, count: int | None) -> None:
    converted = to_integer(value)
    assert converted == count
    assert type(converted) is type(count)


@pytest.mark.parametrize(
    ("value", "flag"), [(True, True), (False, False), ("true", True), ("FALSE", False), ("True", True), (None, None)]
)
def test_a_flag_is_a_boolean_however_it_was_sent(value: Any, flag: bool | None) -> None:
    assert to_boolean(value) is flag


def test_an_object_stays_what_it_is() -> None:
    value = {"deep": [{"er": 1}]}
    assert to_object(value) is value
    assert to_object(None) is None


@pytest.mark.parametrize("value", ["text", 5, [], True])
def test_what_is_no_object_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^not an object$"):
        to_object(value)


def test_lists_convert_what_they_hold_and_stay_lists() -> None:
    convert = column_type(LEVELS).convert
    assert convert([[90, "1.5", None], None, []]) == [["90", "1.5", None], None, []]
    assert convert(None) is None


TEXTS = {"type": ["null", "array"], "items": {"type": ["null", "string"]}}
COUNTS = {"type": ["null", "array"], "items": {"type": ["null", "integer"]}}


@pytest.mark.parametrize(
    ("schema", "value", "read"),
    [
        (TEXTS, "POST_ONLY", ["POST_ONLY"]),
        (TEXTS, "[]", []),
        (TEXTS, '["POST_ONLY", 1.50]', ["POST_ONLY", "1.50"]),
        (COUNTS, ["1", "many", 2.0], [1, None, 2]),
        (COUNTS, "many", None),
        (LEVELS, [["1"], "2"], [["1"], ["2"]]),
    ],
)
def test_a_list_in_another_form_becomes_the_list_that_it_means(schema: dict[str, Any], value: Any, read: Any) -> None:
    assert column_type(schema).read(value) == read


@pytest.mark.parametrize(
    ("schema", "value", "read"),
    [
        ({"type": "string", "format": "date-time"}, 1786921599729123456, "2026-08-16T23:06:39.729Z"),
        ({"type": "string", "format": "date-time"}, "1786921599729123456", "2026-08-16T23:06:39.729Z"),
        ({"type": "string", "format": "date-time"}, 1786921599729123, "2026-08-16T23:06:39.729Z"),
        ({"type": "string", "format": "date-time"}, "1786921599729.0", "2026-08-16T23:06:39.729Z"),
        ({"type": "string", "format": "date-time"}, "0.0", None),
        ({"type": "string", "format": "date-time"}, "2026-08-16T23:06:39.729Z", "2026-08-16T23:06:39.729Z"),
        ({"type": "string", "format": "date-time"}, "2026-08-16T23:06:39", "2026-08-16T23:06:39.000Z"),
        ({"type": "string", "format": "date-time"}, "2026-08-17T01:06:39+02:00", "2026-08-16T23:06:39.000Z"),
        ({"type": "string", "format": "date"}, "2026-08-16T23:06:39.729Z", "2026-08-16"),
        ({"type": "string", "format": "date"}, "soon", None),
        ({"type": "string", "format": "date"}, 0, None),
        ({"type": "string", "format": "date"}, [], None),
        ({"type": "integer"}, "1.0", 1),
        ({"type": "integer"}, "1e3", 1000),
        ({"type": "integer"}, "0.5", None),
        ({"type": "integer"}, "1e999999999", None),
        ({"type": "integer"}, "NaN", None),
        ({"type": "boolean"}, 1, True),
        ({"type": "boolean"}, "0", False),
        ({"type": "boolean"}, "perhaps", None),
        ({"type": "object"}, '{"a": 1.50}', {"a": "1.50"}),
        ({"type": "object"}, "[1]", None),
        ({"type": "object"}, [], None),
    ],
)
def test_an_odd_value_is_what_it_most_likely_means_or_null(schema: dict[str, Any], value: Any, read: Any) -> None:
    assert column_type(schema).read(value) == read


@pytest.fixture
def nine_hours_ahead(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine's time zone is Japan's."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("nine_hours_ahead")
def test_a_time_without_a_zone_is_in_utc_wherever_the_machine_stands() -> None:
    read = column_type({"type": "string", "format": "date-time"}).read
    assert read("2026-08-16T23:06:39") == "2026-08-16T23:06:39.000Z"
    assert read("2026-08-17T08:06:39+09:00") == "2026-08-16T23:06:39.000Z"


@pytest.mark.parametrize(("kind", "levels"), [("object", '{"a":'), ("array", "[")])
def test_a_text_of_more_levels_than_anybody_can_mean_is_null(kind: str, levels: str) -> None:
    assert column_type({"type": kind, "items": {"type": "object"}}).read(levels * 100_000) is None


@pytest.mark.parametrize("kind", ["string", "integer", "boolean", "object", "array"])
@pytest.mark.parametrize("format_", [{}, {"format": "date"}, {"format": "date-time"}])
def test_an_empty_text_is_null_whatever_the_type(kind: str, format_: dict[str, str]) -> None:
    assert column_type({"type": ["null", kind], "items": {"type": "string"}, **format_}).convert("") is None


@pytest.mark.parametrize(
    ("declared", "value", "converted"),
    [
        ({"type": "string"}, 5, "5"),
        ({"type": ["null", "string"]}, 5, "5"),
        ({"type": ["string", "null"]}, 5, "5"),
        ({"type": ["null", "string"], "format": "date"}, "2026-08-16", "2026-08-16"),
        ({"type": ["null", "string"], "format": "date-time"}, 1_546_300_800_000, "2019-01-01T00:00:00.000Z"),
        ({"type": "integer"}, "5", 5),
        ({"type": ["null", "integer"], "format": "date-time"}, "5", 5),
        ({"type": ["null", "boolean"]}, "true", True),
        ({"type": ["null", "object"]}, {}, {}),
        ({"type": "array", "items": {"type": "integer"}}, ["5"], [5]),
    ],
)
def test_a_columns_schema_decides_its_type(declared: dict[str, Any], value: Any, converted: Any) -> None:
    assert column_type(declared).convert(value) == converted


def test_every_declared_column_can_be_converted() -> None:
    for schema in files("source_cryptocom").joinpath("schemas").iterdir():
        for name, column in json.loads(schema.read_text())["properties"].items():
            assert column_type(column).convert(None) is None, f"{schema.name}: {name}"
