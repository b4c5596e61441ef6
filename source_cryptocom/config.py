"""What the user configured, parsed once: every slip is reported, in plain sentences, all in one error."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.clock import MS_PER_DAY, OPENED_MS, rfc3339
from source_cryptocom.config_values import (
    DEFAULT_TIMEFRAMES,
    boolean,
    hours,
    instruments,
    integer,
    moment,
    moment_ms,
    number,
    one_of,
    own_text,
    past_moment,
    root_address,
    timeframes,
)
from source_cryptocom.suggestions import close_name

ROOTS = {
    "production": "https://api.crypto.com/exchange/v1/",
    "sandbox": "https://uat-api.3ona.co/exchange/v1/",
}
DOCUMENTED_DAYS = 180
DEFAULT_DAYS = 60
DAYS_PER_YEAR = 365

FIELDS = (
    *("api_key", "api_secret", "environment", "base_url", "start_date", "instruments", "candlestick_timeframes"),
    *("market_start_date", "market_end_date", "prices_of_all_instruments"),
    *("candlestick_count", "trade_count", "book_depth", "hours_between_syncs", "num_workers", "log"),
)

_CANNOT_BE_USED = "The configuration cannot be used. "

Value = TypeVar("Value")

_NORMALIZED: Mapping[str, Callable[[Any], Any]] = {
    "start_date": lambda value: rfc3339(moment_ms(value)),
    "market_start_date": lambda value: rfc3339(moment_ms(value)),
    "market_end_date": lambda value: rfc3339(moment_ms(value)),
    "instruments": lambda value: list(instruments(value)),
    "candlestick_timeframes": lambda value: list(timeframes(value)),
    "candlestick_count": number,
    "trade_count": number,
    "book_depth": number,
    "hours_between_syncs": number,
    "num_workers": number,
    "prices_of_all_instruments": boolean,
    "log": boolean,
}


def documented_oldest_ms(now: int) -> int:
    """From when on the documentation promises account history at `now`; both in ms. The exchange serves more."""
    return now - DOCUMENTED_DAYS * MS_PER_DAY


def older_history_notice(tables: Sequence[str], now: int) -> str:
    """For a first sync of `tables` without a start date: that there may be older history, and how to ask for it."""
    return (
        f"{', '.join(tables)}: start_date is not set, so history is read from {DEFAULT_DAYS} days back. The exchange "
        f"documents {DOCUMENTED_DAYS} days, and has shown 18 months; what it no longer has is gone for good. To have "
        f"all that it still has, set start_date to when the account was opened, such as "
        f"{rfc3339(now - 3 * DAYS_PER_YEAR * MS_PER_DAY)[:10]}, and refresh these tables, in Airbyte with "
        '"Refresh and retain records": Clear deletes what the exchange no longer has.'
    )


def old_rows_notice(table: str, rows: int, oldest_ms: int) -> str:
    """For a table that brought rows from before the history that the documentation promises."""
    return (
        f"{table}: {rows:,} rows are older than the {DOCUMENTED_DAYS} days that the exchange documents, the oldest of "
        f"{rfc3339(oldest_ms)}."
    )


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
    """`base_url` ends with `/`; no `instruments` means all of them.

    `default_start`: nobody chose a start date. Market data are read between `market_start_ms` and `market_end_ms`,
    where these are given. `prices_of_all_instruments`: `discover` offers the tables that are millions of rows a day.
    """

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
    default_start: bool = False
    market_start_ms: int | None = None
    market_end_ms: int | None = None
    prices_of_all_instruments: bool = False
    warnings: tuple[str, ...] = ()

    def history_start_ms(self, now: int) -> int:
        """Where a first sync of account history begins at `now`, the exchange's time; both in ms."""
        return max(now - DEFAULT_DAYS * MS_PER_DAY, OPENED_MS) if self.default_start else self.start_ms

    @property
    def chosen_starts(self) -> dict[str, int]:
        """The dates from which somebody wants to read, in ms, by their fields."""
        starts = {
            "start_date": None if self.default_start else self.start_ms,
            "market_start_date": self.market_start_ms,
        }
        return {name: ms for name, ms in starts.items() if ms is not None}


def _given(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields without blanks around texts; an empty one means absent."""
    stripped = {name: value.strip() if isinstance(value, str) else value for name, value in raw.items()}
    return {name: value for name, value in stripped.items() if value not in ("", None)}


def normalize_config(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Each field that is given in the type that the spec wants, the start date in UTC.

    What cannot be read is left for `parse_config` to name.
    """
    given = _given(raw)
    for name, parse in _NORMALIZED.items():
        if name in given:
            with suppress(ValueError, OverflowError):
                given[name] = parse(given[name])
    return given


class ConfigReader:
    """Reads one field after another and collects what is wrong with them.

    `unread`: what is left of the user's fields; the platform adds some of its own, with an underscore before them.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.given = _given(raw)
        self.unread = {name for name in raw if not name.startswith("_")}
        self.problems: list[str] = []

    def read(self, name: str, default: Value, parse: Callable[[Any], Value]) -> Value:
        """The parsed field; `default` where it is absent, empty or wrong. `parse` raises ValueError with a sentence."""
        self.unread.discard(name)
        if name not in self.given:
            return default
        try:
            return parse(self.given[name])
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return default


def misspelt_fields(form: ConfigReader) -> list[str]:
    """A sentence for each field that the connector does not know but one of its own is much like: `apiKey`."""
    known = [name for name in FIELDS if name not in form.given]
    meant = {name: close_name(name, known) for name in sorted(form.unread)}
    form.unread -= {name for name, field in meant.items() if field}
    return [f"There is no field {name}: did you mean {field}?" for name, field in meant.items() if field]


def require_past(config: Config, now: int) -> None:
    """Raises ConfigError for a date from which to read that lies after `now`, the exchange's time in ms."""
    late = [f"{name}: {rfc3339(ms)} lies in the future." for name, ms in config.chosen_starts.items() if ms > now]
    if late:
        raise ConfigError(_CANNOT_BE_USED + " ".join(late))


def parse_config(raw: Mapping[str, Any], now: int) -> Config:
    """The config of a sync that starts at `now` (ms). Raises ConfigError with every problem found."""
    form = ConfigReader(raw)
    api_key = form.read("api_key", "", own_text)
    api_secret = form.read("api_secret", "", own_text)
    if bool(api_key) != bool(api_secret):
        given, missing = ("api_key", "api_secret") if api_key else ("api_secret", "api_key")
        form.problems.append(
            f"{given} is set but {missing} is not. Set both to read an account, or neither to read public data only."
        )
    environment = form.read("environment", "production", one_of(tuple(ROOTS)))
    start_ms = form.read("start_date", now - DEFAULT_DAYS * MS_PER_DAY, past_moment(now))
    warnings = []
    config = Config(
        credentials=Credentials(api_key, api_secret) if api_key and api_secret else None,
        base_url=form.read("base_url", ROOTS[environment], root_address),
        start_ms=max(start_ms, OPENED_MS),
        instruments=form.read("instruments", (), instruments),
        candlestick_timeframes=form.read("candlestick_timeframes", DEFAULT_TIMEFRAMES, timeframes),
        candlestick_count=form.read("candlestick_count", 50, integer(1, None)),
        trade_count=form.read("trade_count", 150, integer(1, None)),
        book_depth=form.read("book_depth", 50, integer(1, 150)),
        hours_between_syncs=form.read("hours_between_syncs", 12.0, hours),
        num_workers=form.read("num_workers", 64, integer(2, 128)),
        log=form.read("log", False, boolean),
        default_start="start_date" not in form.given,
        market_start_ms=form.read("market_start_date", None, past_moment(now)),
        market_end_ms=form.read("market_end_date", None, moment),
        prices_of_all_instruments=form.read("prices_of_all_instruments", False, boolean),
    )
    if config.market_start_ms and config.market_end_ms and config.market_start_ms >= config.market_end_ms:
        form.problems.append("market_end_date: must be later than market_start_date.")
    form.problems += misspelt_fields(form)
    if form.problems:
        raise ConfigError(_CANNOT_BE_USED + " ".join(form.problems))
    if form.unread:
        unknown = ", ".join(sorted(form.unread))
        warnings.append(f"The configuration has fields that this connector does not know: {unknown}.")
    return replace(config, warnings=tuple(warnings))
