"""The rules that every table's schema keeps; what it says is for people who meet a column in their warehouse."""

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft7Validator

SCHEMAS: dict[str, dict[str, Any]] = {
    path.name.removesuffix(".json"): json.loads(path.read_text())
    for path in files("source_cryptocom").joinpath("schemas").iterdir()
    if path.name.endswith(".json")
}
COLUMNS = [(table, name, column) for table, schema in SCHEMAS.items() for name, column in schema["properties"].items()]
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


def kinds(column: dict[str, Any]) -> list[str]:
    declared = column["type"]
    return [declared] if isinstance(declared, str) else declared


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_schema_is_open_and_valid(table: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[table])
    assert SCHEMAS[table]["additionalProperties"] is True


@pytest.mark.parametrize(("table", "name", "column"), COLUMNS)
def test_a_column_is_described_and_of_a_type_that_loses_nothing(table: str, name: str, column: dict[str, Any]) -> None:
    assert column["description"].endswith(".")
    assert set(kinds(column)) <= {"null", "string", "integer", "boolean", "array", "object"}, "a float loses digits"
    if column.get("format") == "date-time":
        assert column["airbyte_type"] == "timestamp_with_timezone"
        assert name.endswith(("_time", "_at", "timestamp")) or (table, name) == ("fee_credit", "expiry_date")
    if name.endswith("_ns"):
        assert kinds(column)[-1] == "string"
    if kinds(column)[-1] == "array":
        assert "null" in kinds(column["items"]), "one odd entry must not make a record that its schema refuses"


@pytest.mark.parametrize("table", ["account", "fiat_deposit", "fiat_withdrawal"])
def test_personal_data_has_no_column(table: str) -> None:
    assert SCHEMAS[table]["properties"].keys() & PERSONAL == set()


@pytest.mark.parametrize(
    "table", ["user_balance", "user_position", "open_order", "advanced_open_order", "sub_account_balance"]
)
def test_a_snapshot_has_a_column_for_its_moment(table: str) -> None:
    assert SCHEMAS[table]["properties"]["snapshot_time"]["format"] == "date-time"
