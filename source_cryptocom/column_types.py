"""The types of columns: how a value comes to have the one that its column's JSON schema declares. Pure."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from source_cryptocom.clock import OPENED_MS, in_ms, moment_of, rfc3339

Convert = Callable[[Any], Any]

UNREADABLE = (ValueError, TypeError, KeyError, ArithmeticError, OSError)
_LARGEST_POWER_OF_TEN = 18


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
        except UNREADABLE:
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
    """Milliseconds since the epoch, integer or text, as RFC 3339. 0 is the exchange's "none" (a spot's expiry).

    Raises ValueError for a time from before the exchange opened.
    """
    if value is None or value == "":
        return None
    ms = int(value)
    if ms < OPENED_MS:
        if ms:
            raise ValueError("seconds, or a time from before the exchange opened")
        return None
    return rfc3339(ms)


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
    with suppress(*UNREADABLE):
        number = Decimal(str(value))
        if number.adjusted() <= _LARGEST_POWER_OF_TEN and number == number.to_integral_value():
            return int(number)
    return None


def time_in_another_form(value: Any) -> str | None:
    """Seconds, micro- and nanoseconds, told by their length; a time that is written out, in UTC if it does not say."""
    with suppress(*UNREADABLE):
        if (number := _whole_number(value)) is not None:
            return rfc3339(in_ms(number)) if number else None
        return rfc3339(round(moment_of(str(value)).timestamp() * 1000))
    return None


def _day_of_a_time(value: Any) -> str | None:
    with suppress(*UNREADABLE):
        return to_date(value[:10])
    return None


def _flag_as_number(value: Any) -> bool | None:
    return {"0": False, "1": True}.get(str(value))


def _parsed(value: Any, kind: type) -> Any:
    """What a text holds as JSON, where that is of the kind."""
    with suppress(*UNREADABLE, RecursionError):
        held = json.loads(value, parse_float=str)
        return held if isinstance(held, kind) else None
    return None


_TYPES: dict[str, ColumnType] = {
    "string": ColumnType(to_text, to_text),
    "date-time": ColumnType(to_time, time_in_another_form),
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
        raise TypeError

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
