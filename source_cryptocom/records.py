"""From the exchange's rows to records: column names, times, digits. A table's JSON schema is the table of its types."""

import re
import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from source_cryptocom.clock import NS_PER_MS, OPENED_MS, moment_of, rfc3339
from source_cryptocom.column_types import (
    UNREADABLE,
    Convert,
    column_type,
    time_in_another_form,
    to_text,
    to_upper_text,
)
from source_cryptocom.logs.redaction import redact


class UnreadableRow(ValueError):
    """A row that cannot become a record; the text names column and value."""


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
    return time_in_another_form(ns)


def _ns_of_ms(time: Any) -> str | None:
    """Nanoseconds as text from a time column."""
    with suppress(*UNREADABLE):
        return str(round(moment_of(str(time)).timestamp() * 1_000) * NS_PER_MS)
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
        self._may_lack_something = True
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
            except UNREADABLE:
                record[column] = self._repaired(field, column, value, unread)
        if self._may_lack_something:
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
        self._may_lack_something = bool(self._defaults or self._twins or self._null_so_far)

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
