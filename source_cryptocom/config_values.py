"""One parser for each kind of value that a config field takes. Each raises ValueError with a sentence."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from math import inf
from typing import Any
from urllib.parse import urlsplit

import requests
from airbyte_cdk.utils.datetime_helpers import ab_datetime_parse

from source_cryptocom.clock import MS_PER_DAY, rfc3339
from source_cryptocom.suggestions import did_you_mean

DEFAULT_TIMEFRAMES = ("1m", "5m", "1h")
TIMEFRAMES = ("1m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1D", "7D", "14D", "1M")
# `1m` last: whoever writes it otherwise means a minute more often than a month.
_BY_LENGTH = tuple(reversed(TIMEFRAMES))
# One of a letter or two would be masked in every word of the log.
_SHORTEST_SECRET = 6
_PLACEHOLDER = re.compile(r"<?your[ _](api[ _])?(key|secret)>?|\.\.\.|\u2026", flags=re.IGNORECASE)
# A century: beyond it a date cannot be told.
MOST_HOURS = 876_000
_SEPARATORS = re.compile(r"[,;\s]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?)?", flags=re.ASCII)


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text.")
    return value


def own_text(value: Any) -> str:
    """A text of the user's own, not the one that stands in an example."""
    if _PLACEHOLDER.fullmatch(text(value)):
        raise ValueError("still holds the words of the example: put your own in their place, or leave the field empty.")
    if 0 < len(value) < _SHORTEST_SECRET:
        raise ValueError(
            f"has fewer than {_SHORTEST_SECRET} characters, so it is none of the exchange's: copy it anew."
        )
    return text(value)


def one_of(options: Sequence[str]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in options:
            meant = did_you_mean(value, options) if isinstance(value, str) else ""
            raise ValueError(f"must be one of {', '.join(options)}, not {value!r}{meant}.")
        return str(value)

    return parse


def integer(minimum: int, maximum: int | None) -> Callable[[Any], int]:
    limits = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"

    def parse(value: Any) -> int:
        value = number(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"must be a whole number, not {value!r}.")
        if value < minimum or (maximum is not None and value > maximum):
            raise ValueError(f"must be {limits}, not {value}.")
        return int(value)

    return parse


def hours(value: Any) -> float:
    value = number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < inf:
        raise ValueError(f"must be a number of hours, 0 or more, not {str(value)[:50]}.")
    return float(min(value, MOST_HOURS))


def number(value: Any) -> Any:
    """A number that was written as a text or with `.0`, such as "12.0", as JSON's own; anything else as it is."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = float(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def boolean(value: Any) -> bool:
    """A text will do: `"true"`."""
    named = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(named, bool):
        raise ValueError(f"must be true or false, not {value!r}.")
    return named


def moment(value: Any) -> int:
    try:
        return moment_ms(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{value!r} is not a date; write it like 2026-01-31T00:00:00Z.") from None


def past_moment(now: int) -> Callable[[Any], int]:
    """A moment up to a day after `now` (ms) on this machine's clock, which may be slow; the exchange's judges later."""

    def parse(value: Any) -> int:
        start_ms = moment(value)
        if start_ms > now + MS_PER_DAY:
            raise ValueError(f"{rfc3339(start_ms)} lies in the future. This machine's clock says {rfc3339(now)}.")
        return start_ms

    return parse


def moment_ms(value: Any) -> int:
    """Raises ValueError. What the CDK's parser would guess at (`2026-06`, `06/01/2026`) is refused."""
    if not _DATE.fullmatch(text(value)):
        raise ValueError("not a date")
    return round(ab_datetime_parse(text(value)).timestamp() * 1000)


def instruments(value: Any) -> tuple[str, ...]:
    return _names(value, "instrument names, such as BTC_USD, ETH_USDT")


def _names(value: Any, examples: str) -> tuple[str, ...]:
    """A list of texts, or one text with commas between the names."""
    if isinstance(value, str):
        value = _SEPARATORS.split(value)
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"must be a list of {examples}.")
    return tuple(dict.fromkeys(name.strip() for name in value if name.strip()))


def timeframes(value: Any) -> tuple[str, ...]:
    asked = _names(value, f"timeframes, such as 1m, 1h; the exchange offers {', '.join(TIMEFRAMES)}")
    unknown = [name for name in asked if name not in TIMEFRAMES]
    if unknown:
        named = ", ".join(f"{name}{did_you_mean(name, _BY_LENGTH)}" for name in unknown)
        raise ValueError(f"{named} not known; the exchange offers {', '.join(TIMEFRAMES)}.")
    return asked or DEFAULT_TIMEFRAMES


def root_address(value: Any) -> str:
    url = text(value)
    try:
        requests.Request("GET", url).prepare()
        (urlsplit(url).hostname or "").encode("idna")
    except ValueError:
        raise ValueError("must be an address such as https://proxy.example.com/exchange/v1/.") from None
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("must not contain a user name or a password.")
    if not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a plain address such as https://proxy.example.com/exchange/v1/.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("must start with https:// (plain http for this machine only): keys never travel in clear.")
    return url.rstrip("/") + "/"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
