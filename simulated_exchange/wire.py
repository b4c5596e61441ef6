"""How rows look on the wire: the fields of a kind of row as a table, and the writer that obeys it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulated_exchange.behaviour import Behaviour

Shape = tuple[tuple[str, str, bool], ...]
"""(name on the wire and attribute of the row, kind of value, whether the field may be missing); kinds: see _writers"""

ISOLATION = {"isolation_id": "text?", "isolation_type": "text?"}
"""Fields of everything that may belong to an isolated position."""
EXTRA = '"new_field":"x","new_number":0.100000000000000001'
"""What every row carries under the switch `extra_fields`."""


def shape(kind_of: Mapping[str, str]) -> Shape:
    """Name -> kind, with a "?" where the field may be missing."""
    return tuple((name, kind.rstrip("?"), kind.endswith("?")) for name, kind in kind_of.items())


def rows_json(rows: Iterable[Any], fields: Shape, behaviour: Behaviour, extra: str = EXTRA) -> bytes:
    """A JSON array of rows."""
    return f"[{','.join(row_json(row, fields, behaviour, extra) for row in rows)}]".encode()


def row_json(row: object, fields: Shape, behaviour: Behaviour, extra: str = EXTRA, more: str = "") -> str:
    """A row as a JSON object; `more` are fields that are written already."""
    writers = _writers(behaviour)
    written = []
    for name, kind, optional in fields:
        value = getattr(row, name)
        if value is not None:
            written.append(f'"{name}":{writers[kind](value)}')
        elif optional and behaviour.nulls_for_missing:
            written.append(f'"{name}":null')
    if more:
        written.append(more)
    if behaviour.extra_fields:
        written.append(extra)
    return "{" + ",".join(written) + "}"


def result_of(rows: bytes, at: str = "data", beside: str = "") -> bytes:
    """The `result` of an answer: its rows under a name, and what stands beside them, written already."""
    return b'{"%s":%s%s}' % (at.encode(), rows, f",{beside}".encode() if beside else b"")


def field_json(value: object, kind: str, behaviour: Behaviour) -> str:
    """One value as a row would carry it."""
    return _writers(behaviour)[kind](value)


def _writers(behaviour: Behaviour) -> dict[str, Callable[[Any], str]]:
    return _WRITERS[behaviour.numbers_as == "integers", behaviour.decimals_as_numbers]


def _writers_of(integers: bool, bare_decimals: bool) -> dict[str, Callable[[Any], str]]:
    quoted = '"{}"'.format
    number: Callable[[Any], str] = str if integers else quoted
    return {
        "text": json.dumps,
        "decimal": str if bare_decimals else quoted,
        # Deposits and withdrawals: numbers in every recorded answer, strings in the documentation.
        "amount": str if integers or bare_decimals else quoted,
        "time": number,
        "ns": quoted,
        "count": number,
        "code": number,
        "flag": lambda flag: "true" if flag else "false",
        "json": lambda value: json.dumps(value, separators=(",", ":")),
    }


_WRITERS = {(integers, bare): _writers_of(integers, bare) for integers in (True, False) for bare in (True, False)}
