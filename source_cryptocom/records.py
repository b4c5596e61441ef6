"""From the exchange's rows to records: column names, times, digits. A table's JSON schema is the table of its types."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from source_cryptocom.clock import rfc3339
from source_cryptocom.logs.redaction import redact

Convert = Callable[[Any], Any]


class UnreadableRow(ValueError):
    """A row that cannot become a record; the text names column and value."""


def to_text(value: Any) -> str | None:
    """Decimals, ids and codes, digit for digit: the parser has left decimals as text, integers are exact."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, (bool, dict, list)):
        return json.dumps(value)
    return str(value)


def to_upper_text(value: Any) -> str | None:
    """Trade sides: lower case from the live exchange, upper case in its documentation."""
    text = to_text(value)
    return text.upper() if text else text


def to_time(value: Any) -> str | None:
    """Milliseconds since the epoch, integer or text, as RFC 3339. 0 is the exchange's "none" (a spot's expiry)."""
    if value is None or value == "":
        return None
    ms = int(value)
    return rfc3339(ms) if ms else None


def to_integer(value: Any) -> int | None:
    """A count, sent as integer or as text."""
    return None if value is None or value == "" else int(value)


def to_boolean(value: Any) -> bool | None:
    """A flag; older answers write it as text."""
    if value is None or isinstance(value, bool):
        return value
    return {"true": True, "false": False}[str(value).lower()]


def to_object(value: Any) -> Any:
    """An object stays what it is."""
    if value is None or isinstance(value, dict):
        return value
    raise TypeError("not an object")


def _to_list_of(item: Convert) -> Convert:
    def to_list(value: Any) -> list[Any] | None:
        if value is None:
            return None
        return [item(entry) for entry in value] if isinstance(value, list) else [item(value)]

    return to_list


def converter(schema: Mapping[str, Any]) -> Convert:
    """How a value comes to have the type that its column's schema declares."""
    declared = schema["type"]
    kinds = [kind for kind in ([declared] if isinstance(declared, str) else declared) if kind != "null"]
    if kinds == ["array"]:
        return _to_list_of(converter(schema["items"]))
    if kinds == ["string"] and schema.get("format") == "date-time":
        return to_time
    return _CONVERTERS[kinds[0]]


_CONVERTERS: dict[str, Convert] = {
    "string": to_text,
    "integer": to_integer,
    "boolean": to_boolean,
    "object": to_object,
}


class RowMapper:
    """Turns one table's rows into records.

    `columns` names the columns whose name is not the exchange's; `defaults` fills key columns that the exchange may
    leave out. Fields that the schema does not know pass through under their own names.
    """

    def __init__(
        self,
        schema: Mapping[str, Any],
        primary_key: Sequence[str],
        columns: Mapping[str, str],
        defaults: Mapping[str, str],
        upper_case: Sequence[str] = (),
    ) -> None:
        properties = schema["properties"]
        fields = {name: name for name in properties} | dict(columns)
        self._fields: dict[str, tuple[str, Convert]] = {
            field: (column, to_upper_text if column in upper_case else converter(properties[column]))
            for field, column in fields.items()
        }
        self._primary_key = primary_key
        self._defaults = defaults

    def record(self, row: Mapping[str, Any], **known: Any) -> dict[str, Any]:
        """One record; `known` columns come from the request. Raises UnreadableRow."""
        record: dict[str, Any] = known
        fields = self._fields
        for field, value in row.items():
            if (known_field := fields.get(field)) is None:
                record[field] = value
                continue
            column, convert = known_field
            try:
                # Most values are texts already; a call for each would cost more than all the rest.
                record[column] = value if convert is to_text and type(value) is str else convert(value)
            except (ValueError, TypeError, KeyError, OverflowError, OSError):
                raise UnreadableRow(f"{field} is {redact(str(value))[:100]!r}") from None
        for column, default in self._defaults.items():
            if record.get(column) in (None, ""):
                record[column] = default
        for column in self._primary_key:
            if record.get(column) is None:
                raise UnreadableRow(f"{column}, part of its key, is missing")
        return record
