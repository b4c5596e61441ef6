"""How market rows are written: the two styles, the digits of a decimal, and the fields that nobody announced."""

from __future__ import annotations

import json
from typing import Any, Literal

Style = Literal["integers", "strings"]
"""`integers` as the live exchange answers; `strings` as its documentation shows times, counts and depths."""

STYLES: tuple[Style, ...] = ("integers", "strings")

EXTRA_NUMBER = "0.100000000000000001"
EXTRA_FIELDS = b',"new_field":"x","new_number":' + EXTRA_NUMBER.encode()
"""What `Market.extra_fields` adds to every row: a text, and a number with more digits than a float holds."""


def digits(ticks: int, decimals: int) -> str:
    """A whole number of ticks, none negative, as the exchange prints it: `digits(6100, 5)` is `0.06100`."""
    text = str(ticks)
    if not decimals:
        return text
    if len(text) > decimals:
        return f"{text[:-decimals]}.{text[-decimals:]}"
    return "0." + text.zfill(decimals)


def ticks(text: str, decimals: int) -> int:
    """The reverse of `digits`; digits beyond `decimals` are cut."""
    whole, _, fraction = text.partition(".")
    return int(whole + fraction[:decimals].ljust(decimals, "0"))


def number(style: Style) -> bytes:
    """The %-placeholder of an integer in this style."""
    return b'"%d"' if style == "strings" else b"%d"


def encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def closing(extra_fields: bool) -> bytes:
    """The end of a row's object."""
    return EXTRA_FIELDS + b"}" if extra_fields else b"}"
