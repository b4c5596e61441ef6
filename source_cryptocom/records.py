"""From the exchange's rows to records: column names, times, digits. A table's JSON schema is the table of its types."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

from source_cryptocom.clock import in_ms, rfc3339
from source_cryptocom.logs.redaction import redact

Convert = Callable[[Any], Any]

_UNREADABLE = (ValueError, TypeError, KeyError, ArithmeticError, OSError)
_LARGEST_POWER_OF_TEN = 18


class UnreadableRow(ValueError):
    """A row that cannot become a record; the text names column and value."""


@dataclass(frozen=True)
class ColumnType:
    """How a column's values come to have its type.

    `convert` takes every form that the exchange is known to send, and raises one of a few errors for any other. Then
    `repair` gives what the value most likely means, or None; it never raises.
    """

    convert: Convert
    repair: Convert

    def read(self, value: Any) -> Any:
        """The value, converted or repaired."""
        try:
            return self.convert(value)
        except _UNREADABLE:
            return self.repair(value)


def to_text(value: Any) -> str | None:
    """Decimals, ids and codes, digit for digit: the parser has left decimals as text, integers are exact."""
    if type(value) is str:
        return value or None
    if value is None:
        return None
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


@lru_cache(maxsize=1024)
def to_date(value: Any) -> str | None:
    """A day. Remembered: a sync's rows lie in few days."""
    if value is None or value == "":
        return None
    return date.fromisoformat(value).isoformat()


def to_integer(value: Any) -> int | None:
    """A count, sent as integer or as text."""
    return None if value is None or value == "" else int(value)


def to_boolean(value: Any) -> bool | None:
    """A flag; older answers write it as text."""
    if value is None or isinstance(value, bool):
        return value
    return {"true": True, "false": False, "": None}[str(value).lower()]


def to_object(value: Any) -> Any:
    """An object stays what it is."""
    if isinstance(value, dict):
        return value
    if value is None or value == "":
        return None
    raise TypeError("not an object")


def _whole_number(value: Any) -> int | None:
    """`1.0` and `1e3` are whole numbers, `0.5` is none. Absurdly large exponents are rejected."""
    with suppress(*_UNREADABLE):
        number = Decimal(str(value))
        if number.adjusted() <= _LARGEST_POWER_OF_TEN and number == number.to_integral_value():
            return int(number)
    return None


def _time_in_another_form(value: Any) -> str | None:
    """Micro- and nanoseconds, told by their length; a time that is written out, in UTC where it does not say."""
    with suppress(*_UNREADABLE):
        if (number := _whole_number(value)) is not None:
            return to_time(in_ms(number))
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        return rfc3339(round(moment.timestamp() * 1000))
    return None


def _day_of_a_time(value: Any) -> str | None:
    with suppress(*_UNREADABLE):
        return to_date(value[:10])
    return None


def _flag_as_number(value: Any) -> bool | None:
    return {"0": False, "1": True}.get(str(value))


def _parsed(value: Any, kind: type) -> Any:
    """What a text holds as JSON, where that is of the kind."""
    with suppress(*_UNREADABLE, RecursionError):
        held = json.loads(value, parse_float=str)
        return held if isinstance(held, kind) else None
    return None


_TYPES: dict[str, ColumnType] = {
    "string": ColumnType(to_text, to_text),
    "date-time": ColumnType(to_time, _time_in_another_form),
    "date": ColumnType(to_date, _day_of_a_time),
    "integer": ColumnType(to_integer, _whole_number),
    "boolean": ColumnType(to_boolean, _flag_as_number),
    "object": ColumnType(to_object, lambda value: _parsed(value, dict)),
}


def _list_of(item: ColumnType) -> ColumnType:
    convert_item = item.convert

    def to_list(value: Any) -> list[Any] | None:
        if isinstance(value, list):
            return [convert_item(entry) for entry in value]
        if value is None or value == "":
            return None
        raise TypeError("not a list")

    def list_in_another_form(value: Any) -> list[Any] | None:
        """A list with an odd entry, a list as text, or one thing in place of a list of it."""
        held = value if isinstance(value, list) else _parsed(value, list)
        if held == []:
            return []
        entries = [item.read(entry) for entry in ([value] if held is None else held)]
        return entries if any(entry is not None for entry in entries) else None

    return ColumnType(to_list, list_in_another_form)


def column_type(schema: Mapping[str, Any]) -> ColumnType:
    """How a value comes to have the type that its column's schema declares."""
    declared = schema["type"]
    kinds = [kind for kind in ([declared] if isinstance(declared, str) else declared) if kind != "null"]
    if kinds == ["array"]:
        return _list_of(column_type(schema["items"]))
    if kinds == ["string"]:
        return _TYPES[schema.get("format", "string")]
    return _TYPES[kinds[0]]


class RowMapper:
    """Turns one table's rows into records. Any number of threads may share it.

    `columns` names the columns whose name is not the exchange's; `defaults` fills key columns that the exchange may
    leave out. Fields that the schema does not know pass through under their own names, or not at all where
    `only_declared`. A value that cannot be read is null and counted, unless the key or the `cursor` would be.
    """

    def __init__(
        self,
        schema: Mapping[str, Any],
        primary_key: Sequence[str],
        columns: Mapping[str, str],
        defaults: Mapping[str, str],
        upper_case: Sequence[str] = (),
        cursor: str | None = None,
        only_declared: bool = False,
    ) -> None:
        properties = schema["properties"]
        fields = {name: name for name in properties} | dict(columns)
        self._types = {name: column_type(column) for name, column in properties.items()}
        self._fields: dict[str, tuple[str, Convert]] = {
            field: (column, to_upper_text if column in upper_case else self._types[column].convert)
            for field, column in fields.items()
        }
        self._primary_key = primary_key
        self._defaults = defaults
        self._indispensable = {*primary_key, cursor}
        self._only_declared = only_declared
        self._odd: Counter[tuple[str, bool]] = Counter()
        self._lock = threading.Lock()

    def record(self, row: Mapping[str, Any], **known: Any) -> dict[str, Any]:
        """One record; `known` columns come from the request. Raises UnreadableRow."""
        record: dict[str, Any] = known
        fields = self._fields
        for field, value in row.items():
            if (known_field := fields.get(field)) is None:
                if not self._only_declared:
                    record[field] = None if value == "" else value
                continue
            column, convert = known_field
            try:
                # Most values are texts already; a call for each would cost more than all the rest.
                record[column] = value if convert is to_text and type(value) is str and value else convert(value)
            except _UNREADABLE:
                record[column] = self._repaired(field, column, value)
        for column, default in self._defaults.items():
            if record.get(column) is None:
                record[column] = default
        for column in self._primary_key:
            if record.get(column) is None:
                raise UnreadableRow(f"{column}, part of its key, is missing")
        return record

    def _repaired(self, field: str, column: str, value: Any) -> Any:
        repaired = self._types[column].repair(value)
        if repaired is None and column in self._indispensable:
            raise UnreadableRow(f"{field} is {redact(str(value))[:100]!r}")
        with self._lock:
            self._odd[field, repaired is None] += 1
        return repaired

    def odd_values(self) -> str:
        """A sentence on the values that were not what the exchange documents, so far; empty where there were none."""
        with self._lock:
            read, unread = (
                ", ".join(f"{field} ({count:,})" for (field, null), count in self._odd.items() if null is wanted)
                for wanted in (False, True)
            )
        parts = [f"brought to the column's type: {read}"] if read else []
        parts += [f"not readable and therefore null: {unread}"] if unread else []
        if not parts:
            return ""
        return f"The exchange sent values in a form it does not document; {'; '.join(parts)}. Their rows came."
