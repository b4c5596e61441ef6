"""A row of the exchange to the record that a connector must emit for it.

Plain date and string code on purpose: it shares nothing with the connector.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from simulated_exchange.wire import Shape

Record = dict[str, object]


def rfc3339(time_ms: int) -> str:
    """A time in ms as 2026-08-16T23:06:39.729Z."""
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=time_ms)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def record_of(row: object, fields: Shape) -> Record:
    """The record of a row, absent fields as None."""
    return {_column(name): _value(getattr(row, name), kind) for name, kind, _ in fields}


def _column(name: str) -> str:
    return name[: -len("timestamp_ms")] + "time" if name.endswith("_timestamp_ms") else name


def _value(value: object, kind: str) -> object:
    if kind == "time":
        # 0 stands for "never".
        return rfc3339(int(str(value))) if value else None
    if value is None or kind in ("count", "flag"):
        return value
    if kind == "json":
        return list(value) if isinstance(value, tuple) else value
    return str(value)
