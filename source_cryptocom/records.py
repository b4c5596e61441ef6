"""From the exchange's rows to records: column names, times, digits. A table's JSON schema is the table of its types."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

from source_cryptocom.clock import NS_PER_MS, OPENED_MS, in_ms, rfc3339
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
    with suppress(*_UNREADABLE):
        number = Decimal(str(value))
        if number.adjusted() <= _LARGEST_POWER_OF_TEN and number == number.to_integral_value():
            return int(number)
    return None


def _time_in_another_form(value: Any) -> str | None:
    """Seconds, micro- and nanoseconds, told by their length; a time that is written out, in UTC if it does not say."""
    with suppress(*_UNREADABLE):
        if (number := _whole_number(value)) is not None:
            return rfc3339(in_ms(number)) if number else None
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


ALWAYS_SENT = frozenset(
    {
        *("create_time", "update_time", "event_time", "created_at", "updated_at", "timestamp"),
        *("traded_price", "traded_quantity", "transaction_qty", "amount", "reward_quantity", "total_cash_balance"),
        *("open", "high", "low", "close", "value"),
    }
)
"""Times and amounts without which a row means nothing: null in every row of a table they tell of a renamed field."""
FEW_ROWS = 5
READ = "brought to the column's type"
NULL = "not readable and therefore null"
EARLY = "a time from before the exchange opened, left as it is"
_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z")


def _ms_of_ns(ns: Any) -> str | None:
    """A time column from its twin, which is a text of nanoseconds."""
    return _time_in_another_form(ns)


def _ns_of_ms(time: Any) -> str | None:
    """Nanoseconds as text from a time column."""
    with suppress(*_UNREADABLE):
        moment = datetime.fromisoformat(str(time).replace("Z", "+00:00"))
        return str(round(moment.timestamp() * 1_000) * NS_PER_MS)
    return None


def _twins(
    properties: Mapping[str, Any], fields: Mapping[str, str], indispensable: Collection[str | None]
) -> list[tuple[str, str, Convert]]:
    """(column, the column that has the same time in the other unit, how it is taken from there)."""
    found: list[tuple[str, str, Convert]] = []
    for field, column in fields.items():
        twin = f"{field.removesuffix('_ms')}_ns" if field.endswith("_ms") else f"{column}_ns"
        if column in properties and twin in properties and properties[column].get("format") == "date-time":
            found.append((column, twin, _ms_of_ns))
            if twin in indispensable:
                found.append((twin, column, _ns_of_ms))
    return found


class RowMapper:
    """Turns one table's rows into records. Any number of threads may share it.

    `columns` names the columns whose name is not the exchange's; `defaults` fills key columns that the exchange may
    leave out. Fields that the schema does not know pass through under their own names, or not at all where
    `only_declared`. A value that cannot be read is null and counted, unless the key or the `cursor` would be. A time in
    ms that is missing is taken from its twin in ns; one in ns from its twin in ms if the row has no key without it.
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
        self._odd: Counter[tuple[str, str]] = Counter()
        self._twins = _twins(properties, fields, self._indispensable)
        self._rows = 0
        self.unknown_fields: set[str] = set()
        """Fields that came and that the schema does not know; their values are in the records."""
        self._null_so_far = {column for column in properties if column == cursor or column in ALWAYS_SENT}
        self._lock = threading.Lock()

    def record(self, row: Mapping[str, Any], **known: Any) -> dict[str, Any]:
        """One record; `known` columns come from the request. Raises UnreadableRow."""
        record: dict[str, Any] = known
        fields = self._fields
        unread: dict[str, tuple[str, Any]] = {}
        for field, value in row.items():
            if (known_field := fields.get(field)) is None:
                if not self._only_declared:
                    record[field] = None if value == "" else value
                    self.unknown_fields.add(field)
                continue
            column, convert = known_field
            try:
                # Most values are texts already; a call for each would cost more than all the rest.
                record[column] = value if convert is to_text and type(value) is str and value else convert(value)
            except _UNREADABLE:
                record[column] = self._repaired(field, column, value, unread)
        self._complete(record)
        if unread:
            self._require(record, unread)
        for column in self._primary_key:
            if record.get(column) is None:
                raise UnreadableRow(f"{column}, part of its key, is missing")
        return record

    def _repaired(self, field: str, column: str, value: Any, unread: dict[str, tuple[str, Any]]) -> Any:
        repaired = self._types[column].repair(value)
        if repaired is None:
            unread[column] = (field, value)
        self._count(field, repaired)
        return repaired

    def _complete(self, record: dict[str, Any]) -> None:
        """Put in what the row lacks and is known all the same, and note which columns have had a value."""
        for column, default in self._defaults.items():
            if record.get(column) is None:
                record[column] = default
        for column, twin, take in self._twins:
            if record.get(column) is None and record.get(twin) is not None:
                record[column] = take(record[twin])
                self._count(column, record[column])
        if self._null_so_far:
            self._rows += 1
            for column in [column for column in self._null_so_far if record.get(column) is not None]:
                self._null_so_far.discard(column)

    def _require(self, record: Mapping[str, Any], unread: Mapping[str, tuple[str, Any]]) -> None:
        """Raises UnreadableRow where the key or the cursor could not be read, and no twin had it."""
        for column, (field, value) in unread.items():
            if record.get(column) is None and column in self._indispensable:
                raise UnreadableRow(f"{field} is {redact(str(value))[:100]!r}")

    def _count(self, field: str, repaired: Any) -> None:
        is_early = isinstance(repaired, str) and _RFC3339.fullmatch(repaired) and repaired < rfc3339(OPENED_MS)
        became = NULL if repaired is None else EARLY if is_early else READ
        with self._lock:
            self._odd[field, became] += 1

    def columns_without_a_value(self) -> list[str]:
        """Columns that the exchange always fills, and that were null in all rows of at least FEW_ROWS."""
        return sorted(self._null_so_far) if self._rows >= FEW_ROWS else []

    def odd_values(self) -> str:
        """A sentence on the values that were not what the exchange documents, so far; empty where there were none."""
        with self._lock:
            counts = {
                became: ", ".join(
                    f"{field} ({count:,})" for (field, what), count in self._odd.items() if what == became
                )
                for became in (READ, NULL, EARLY)
            }
        parts = [f"{became}: {fields}" for became, fields in counts.items() if fields]
        if not parts:
            return ""
        return f"The exchange sent values in a form it does not document; {'; '.join(parts)}. Their rows came."
