"""What the user configured, parsed once: every slip is reported, in plain sentences, all in one error."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.datetime_helpers import ab_datetime_parse

from source_cryptocom.clock import MS_PER_DAY, rfc3339

ROOTS = {
    "production": "https://api.crypto.com/exchange/v1/",
    "sandbox": "https://uat-api.3ona.co/exchange/v1/",
}
DEFAULT_TIMEFRAMES = ("1m", "5m", "1h")
TIMEFRAMES = ("1m", "5m", "15m", "30m", "1h", "2h", "4h", "12h", "1D", "7D", "14D", "1M")
RETENTION_DAYS = 180
DEFAULT_DAYS = 60
# A century: beyond it a date cannot be told.
MOST_HOURS = 876_000

Value = TypeVar("Value")


def oldest_kept_ms(now: int) -> int:
    """The first moment of account history that the exchange still keeps at `now`; both in ms."""
    return now - RETENTION_DAYS * MS_PER_DAY


class ConfigError(AirbyteTracedException):
    """The user must change something; `message` says what."""

    def __init__(self, message: str) -> None:
        super().__init__(message=message, internal_message=message, failure_type=FailureType.config_error)


@dataclass(frozen=True)
class Credentials:
    """Both parts stay out of `repr`, and so out of any traceback or log that prints a config."""

    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)


@dataclass(frozen=True)
class Config:
    """`base_url` ends with `/`; `start_ms` lies within the exchange's retention; no `instruments` means all of them."""

    credentials: Credentials | None
    base_url: str
    start_ms: int
    instruments: tuple[str, ...]
    candlestick_timeframes: tuple[str, ...]
    candlestick_count: int
    trade_count: int
    book_depth: int
    hours_between_syncs: float
    num_workers: int
    log: bool
    warnings: tuple[str, ...] = ()


def tidied_config(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Without blanks around texts, empty texts, and names that are listed twice; the start date in UTC."""
    tidied = {name: _tidied(value) for name, value in raw.items()}
    with suppress(ValueError, OverflowError):
        tidied["start_date"] = rfc3339(_moment_ms(tidied.get("start_date")))
    return {name: value for name, value in tidied.items() if value not in ("", None)}


def _tidied(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(dict.fromkeys(item.strip() for item in value if item.strip()))
    return value


class _Form:
    """Reads one field after another and collects what is wrong with them."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._read: set[str] = set()
        self.problems: list[str] = []

    def read(self, name: str, default: Value, parse: Callable[[Any], Value]) -> Value:
        """The parsed field; `default` where it is absent, empty or wrong. `parse` raises ValueError with a sentence."""
        self._read.add(name)
        value = self._raw.get(name)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            return default
        try:
            return parse(value)
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return default

    def unknown(self) -> list[str]:
        """Fields that nothing has read; the platform adds some of its own, with an underscore before them."""
        return sorted(name for name in self._raw if name not in self._read and not name.startswith("_"))


def parse_config(raw: Mapping[str, Any], now: int) -> Config:
    """The config of a sync that starts at `now` (ms). Raises ConfigError with every problem found."""
    form = _Form(raw)
    api_key = form.read("api_key", "", _text)
    api_secret = form.read("api_secret", "", _text)
    if bool(api_key) != bool(api_secret):
        given, missing = ("api_key", "api_secret") if api_key else ("api_secret", "api_key")
        form.problems.append(
            f"{given} is set but {missing} is not. Set both to read an account, or neither to read public data only."
        )
    environment = form.read("environment", "production", _one_of(tuple(ROOTS)))
    start_ms = form.read("start_date", now - DEFAULT_DAYS * MS_PER_DAY, _start_date(now))
    oldest = oldest_kept_ms(now)
    warnings = []
    if start_ms < oldest:
        warnings.append(
            f"start_date {rfc3339(start_ms)} is older than the {RETENTION_DAYS} days of history that the exchange "
            f"keeps: account history is read from {rfc3339(oldest)}."
        )
    config = Config(
        credentials=Credentials(api_key, api_secret) if api_key and api_secret else None,
        base_url=form.read("base_url", ROOTS[environment], _base_url),
        start_ms=max(start_ms, oldest),
        instruments=form.read("instruments", (), _names),
        candlestick_timeframes=form.read("candlestick_timeframes", DEFAULT_TIMEFRAMES, _timeframes),
        candlestick_count=form.read("candlestick_count", 50, _integer(1, None)),
        trade_count=form.read("trade_count", 150, _integer(1, None)),
        book_depth=form.read("book_depth", 50, _integer(1, 50)),
        hours_between_syncs=form.read("hours_between_syncs", 12.0, _hours),
        num_workers=form.read("num_workers", 64, _integer(2, 128)),
        log=form.read("log", False, _boolean),
    )
    if form.problems:
        raise ConfigError("The configuration cannot be used. " + " ".join(form.problems))
    if unknown := form.unknown():
        warnings.append(f"The configuration has fields that this connector does not know: {', '.join(unknown)}.")
    return replace(config, warnings=tuple(warnings))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text.")
    return value


def _one_of(options: Sequence[str]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in options:
            raise ValueError(f"must be one of {', '.join(options)}, not {value!r}.")
        return str(value)

    return parse


def _integer(minimum: int, maximum: int | None) -> Callable[[Any], int]:
    limits = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"

    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"must be a whole number, not {value!r}.")
        if value < minimum or (maximum is not None and value > maximum):
            raise ValueError(f"must be {limits}, not {value}.")
        return value

    return parse


def _hours(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST_HOURS:
        raise ValueError(f"must be a number of hours, 0 or more, not {str(value)[:50]}.")
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}.")
    return value


def _start_date(now: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        try:
            start_ms = _moment_ms(value)
        except (ValueError, OverflowError):
            raise ValueError(f"{value!r} is not a date; write it like 2026-01-31T00:00:00Z.") from None
        if start_ms > now:
            raise ValueError(f"{rfc3339(start_ms)} lies in the future.")
        return start_ms

    return parse


def _moment_ms(value: Any) -> int:
    return round(ab_datetime_parse(_text(value)).timestamp() * 1000)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("must be a list of instrument names, such as BTC_USD.")
    return tuple(dict.fromkeys(name.strip() for name in value if name.strip()))


def _timeframes(value: Any) -> tuple[str, ...]:
    names = _names(value)
    unknown = [name for name in names if name not in TIMEFRAMES]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} not known; the exchange offers {', '.join(TIMEFRAMES)}.")
    return names or DEFAULT_TIMEFRAMES


def _base_url(value: Any) -> str:
    url = _text(value)
    try:
        requests.Request("GET", url).prepare()
    except ValueError:
        raise ValueError("must be an address such as https://proxy.example.com/exchange/v1/.") from None
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("must not contain a user name or a password.")
    if not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a plain address such as https://proxy.example.com/exchange/v1/.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("must start with https:// (http:// only for this machine itself): keys never travel in clear.")
    return url.rstrip("/") + "/"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
