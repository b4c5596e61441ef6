"""The rules that every table's schema keeps; what it says is for people who meet a column in their warehouse."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft7Validator

from source_cryptocom.streams import STREAMS
from source_cryptocom.streams.schema import catalog_schema, declared_schema

KINDS = {"quantity", "price", "amount", "charge", "nanoseconds", "text"}
PERSONAL = {
    "name",
    "email",
    "mobile_number",
    "phone_country_code",
    "address",
    "country_code",
    "incorp_country_code",
    "sender",
    "beneficiary",
}
PERSONAL_TABLES = {"account", "fiat_deposit", "fiat_withdrawal"}


def faults_of(table: str, name: str, column: Mapping[str, Any]) -> Iterator[str]:
    """Each rule that a column breaks, as a sentence."""
    declared = column["type"]
    types = [declared] if isinstance(declared, str) else declared
    rules = {
        "the description is a sentence": column["description"].endswith("."),
        "no type loses digits, as a float does": set(types)
        <= {"null", "string", "integer", "boolean", "array", "object"},
        "a text column has one kind, and no other column has": column.get("kind") in KINDS
        if types[-1] == "string" and "format" not in column
        else "kind" not in column,
        "nanoseconds are a text of that kind, but for one time in the list of instruments": name.endswith("_ns")
        == (column.get("kind") == "nanoseconds")
        or (table, name) == ("instrument", "last_updated_time"),
        "an array may hold a null: one odd entry must not make a record that its schema refuses": types[-1] != "array"
        or "null" in column["items"]["type"],
        "personal data has no column": table not in PERSONAL_TABLES or name not in PERSONAL,
    }
    if column.get("format") == "date-time":
        rules |= {
            "a time has a time zone": column["airbyte_type"] == "timestamp_with_timezone",
            "a time is named as one": name.endswith(("_time", "_at", "timestamp")) or name == "expiry_date",
        }
    yield from (f"{name}: {rule}" for rule, kept in rules.items() if not kept)


@pytest.mark.parametrize("table", STREAMS)
def test_a_schema_is_open_and_every_column_keeps_the_rules(table: str) -> None:
    schema = declared_schema(table)
    Draft7Validator.check_schema(schema)
    assert schema["additionalProperties"] is True
    assert not [fault for name, column in schema["properties"].items() for fault in faults_of(table, name, column)]


def test_every_schema_belongs_to_a_declared_table() -> None:
    assert {path.name for path in files("source_cryptocom").joinpath("schemas").iterdir()} == {
        f"{table}.json" for table in STREAMS
    }


def test_exactly_the_snapshots_have_a_column_for_the_moment_of_the_request() -> None:
    columns = {table: declared_schema(table)["properties"] for table in STREAMS}
    asked_at = {table: {"snapshot_time", "request_time"} & columns[table].keys() for table in STREAMS}
    assert asked_at == {table: {stream.request_time_column} - {""} for table, stream in STREAMS.items()}


def test_the_catalog_does_not_show_the_kind_of_a_column() -> None:
    declared, shown = declared_schema("user_trade")["properties"], catalog_schema("user_trade")["properties"]
    assert declared["traded_price"]["kind"] == "price"
    assert shown["traded_price"] == {word: value for word, value in declared["traded_price"].items() if word != "kind"}
    catalogs = [catalog_schema(table)["properties"] for table in STREAMS]
    assert not [column for columns in catalogs for column in columns.values() if "kind" in column]
