"""How the simulated exchange behaves: one frozen set of switches, replaceable while the server runs."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from typing import Any, Literal

NumbersAs = Literal["integers", "strings"]
OrderTimeFilter = Literal["create", "update"]
WindowCap = Literal["none", "day", "week", "refuse", "empty_day", "empty_week"]
PageOrder = Literal["newest_first", "oldest_first"]
LargeLimit = Literal["served", "clamped", "refused"]
Strictness = Literal["refused", "accepted"]
InvertedWindow = Literal["refused", "empty"]
ErrorBodies = Literal["whole", "bare"]
RowTimeFilter = Literal["create", "update"]
BetweenPages = Literal["nothing", "arrival", "change"]
FilledLegs = Literal["canceled", "filled"]
TimePrecision = Literal["ns", "ms"]
CandleDefaultStart = Literal["day_ago", "none"]
CandlePage = Literal["newest", "oldest"]
CandlesWithoutTrades = Literal["flat", "left_out"]
TradesEnd = Literal["exclusive", "inclusive"]
FiatTimeRange = Literal["served", "ignored", "refused"]
IdsOfNoTrade = Literal["missing", "zero"]
DateHeader = Literal["server_clock", "left_out"]


def _flag(flag: str, meaning: str) -> dict[str, str]:
    return {"flag": flag, "help": meaning}


@dataclass(frozen=True)
class Behaviour:
    """Every switch of the simulated exchange.

    The defaults are what the live exchange is believed to do, and the stricter of two where its sources disagree. They
    are the documentation, the exchange's own client notes (tried on production), the production notes of a trading bot,
    and clients in daily use.
    """

    numbers_as: NumbersAs = field(
        default="integers", metadata=_flag("--numbers", "integers as the live API, or strings as the documentation")
    )
    latency_seconds: float = field(default=0.0, metadata=_flag("--latency", "seconds between a request and its answer"))
    enforce_limits: bool = field(
        default=True, metadata=_flag("--no-limits", "do not enforce the published request limits")
    )
    # The client notes saw 40001 for a string; one widely used client sends strings and works.
    text_ids: Strictness = field(
        default="refused", metadata=_flag("--text-ids", "an id that is a JSON string: refused with 40001, or accepted")
    )
    # The client notes saw 40003 from five methods; the documentation has a string in some and a number in others.
    text_numbers: Strictness = field(
        default="refused",
        metadata=_flag("--text-numbers", "a limit that is a JSON string: refused with 40003, or accepted"),
    )
    # A probe of the live exchange and the bot met errors of code and message only.
    error_bodies: ErrorBodies = field(
        default="whole", metadata=_flag("--error-bodies", "errors with id and method, or with code and message alone")
    )
    limit_windows: float = field(
        default=1.0,
        metadata=_flag(
            "--limit-windows",
            "so many windows of a limit are counted as one: a busy machine brings requests together that left apart",
        ),
    )
    order_time_filter: OrderTimeFilter = field(
        default="create", metadata=_flag("--order-time-filter", "which time of an order start_time and end_time test")
    )
    # Not documented for deposits, withdrawals, fiat transfers and deals.
    row_time_filter: RowTimeFilter = field(
        default="create",
        metadata=_flag(
            "--row-time-filter", "which time of a deposit, withdrawal, fiat transfer or deal a window tests"
        ),
    )
    # Page numbers shift while rows arrive; no source says how the exchange keeps them together.
    between_pages: BetweenPages = field(
        default="nothing",
        metadata=_flag("--between-pages", "what happens before the second page of a method is answered"),
    )
    # The bot misses some children of orders that fired in the order history for a while.
    child_lag_seconds: float = field(
        default=0.0,
        metadata=_flag("--child-lag", "seconds until the order that a fired order placed is in the history"),
    )
    # The bot sees legs that were filled completely listed as CANCELED.
    filled_legs: FilledLegs = field(
        default="canceled", metadata=_flag("--filled-legs", "the status of a leg that fired and was filled")
    )
    # No source says how many deals an answer holds.
    deals_per_answer: float = field(
        default=200.0, metadata=_flag("--deals-per-answer", "OTC deals in one answer, the newest ones")
    )
    # No source says that an answer always holds as many rows as were asked for. Exchanges lower their maximum.
    page_caps: frozenset[str] = field(
        default=frozenset(),
        metadata=_flag("--page-cap", "METHOD=ROWS: methods (a glob) whose pages hold no more, whatever was asked"),
    )
    # Seen at other exchanges: rows of another sub-account, or hidden ones, are left out of a page after it was counted.
    hidden_rows: float = field(
        default=0.0,
        metadata=_flag("--hidden-rows", "so many rows of a full page, give or take, are left out after it was counted"),
    )
    # Help centre: 10 calls a second per URL, where the documentation has 100.
    true_limits: frozenset[str] = field(
        default=frozenset(),
        metadata=_flag("--true-limit", "METHOD=REQUESTS: what methods (a glob) really take, each in a second"),
    )
    # One copy of the documentation has one pool for all public methods, the table of limits one for each.
    public_pool: bool = field(
        default=False, metadata=_flag("--public-pool", "all public methods share the limit of one method")
    )
    # The documentation has start_time and end_time; a live client was told that these methods take none.
    fiat_time_range: FiatTimeRange = field(
        default="served",
        metadata=_flag("--fiat-time-range", "what fiat history does with start_time and end_time (refused: 10004)"),
    )
    # The documentation leaves them out, though its example has a "0"; a live account had "0" in rows of dust.
    ids_of_no_trade: IdsOfNoTrade = field(
        default="missing",
        metadata=_flag("--ids-of-no-trade", "order_id and trade_id of a ledger row that is no trade: left out, or 0"),
    )
    # A live account: staking methods may answer an error instead of an empty list. It does not say which.
    never_staked_code: float = field(
        default=0.0,
        metadata=_flag("--never-staked-code", "what staking methods answer an account that never staked; 0: no rows"),
    )
    # The documentation; a live client found that the end itself is served.
    trades_end: TradesEnd = field(
        default="inclusive", metadata=_flag("--trades-end", "whether end_ts of the public trades belongs to the window")
    )
    # No source says what an account without a feature gets: 40101, 40104, 40401, 140001 and 40002 are candidates.
    refused_methods: frozenset[str] = field(
        default=frozenset(),
        metadata=_flag("--refused-method", "METHOD=CODE: methods (a glob) that are answered with a code"),
    )
    # Measured on a live account, over 3, 7, 14, 30 and 90 days: the last seven before the end. The bot got an empty
    # list for 180 days and rows for seven; the documentation names no limit, but its example spans 31 days; one client
    # believes in a day, an older edition of the documentation in a week.
    window_cap: WindowCap = field(
        default="week",
        metadata=_flag(
            "--window-cap",
            "longer windows are served, silently cut to their last day or week, refused beyond a day, or answered with "
            "an empty list beyond a day or a week",
        ),
    )
    # The client notes say that it is no error.
    inverted_window: InvertedWindow = field(
        default="refused", metadata=_flag("--inverted-window", "a start after the end: 40005, or no rows")
    )
    page_order: PageOrder = field(
        default="newest_first", metadata=_flag("--page-order", "order of the rows inside a page")
    )
    # The client notes and one client saw 40003; the documentation says that 100 is the maximum and no more.
    large_limit: LargeLimit = field(
        default="refused", metadata=_flag("--large-limit", "what happens to a limit above 100")
    )
    time_precision: TimePrecision = field(
        default="ns", metadata=_flag("--time-precision", "unit in which bounds and rows are compared")
    )
    end_inclusive: bool = field(default=False, metadata=_flag("--end-inclusive", "end_time belongs to the window"))
    # A live account got rows of the last 18 months, the oldest it had. The documentation has six months.
    retention_days: float = field(
        default=540.0, metadata=_flag("--retention-days", "older account history is not served (documented: 180)")
    )
    history_lag_seconds: float = field(
        default=0.0,
        metadata=_flag("--history-lag", "seconds until a row of account history, an ended order too, is served"),
    )
    history_lag_share: float = field(
        default=1.0, metadata=_flag("--history-lag-share", "the share of the rows that is late")
    )
    # Every server of HTTP sends it; a proxy may take it away.
    date_header: DateHeader = field(
        default="server_clock", metadata=_flag("--date-header", "whether answers carry the server's clock")
    )
    clock_skew_seconds: float = field(
        default=0.0, metadata=_flag("--clock-skew", "seconds by which the server's clock is ahead")
    )
    extra_fields: bool = field(
        default=False, metadata=_flag("--extra-fields", "every row carries fields that are not documented")
    )
    book_without_time: bool = field(
        default=False, metadata=_flag("--book-without-time", "books carry no time of their own")
    )
    decimals_as_numbers: bool = field(
        default=False,
        metadata=_flag("--decimals-as-numbers", "decimals of account rows are JSON numbers, all digits kept"),
    )
    nulls_for_missing: bool = field(
        default=False,
        metadata=_flag("--nulls-for-missing", "an optional field that a row lacks is sent as null instead of left out"),
    )
    candle_default_start: CandleDefaultStart = field(
        default="day_ago", metadata=_flag("--candle-default-start", "where a candle request without start_ts begins")
    )
    candle_page: CandlePage = field(
        default="newest", metadata=_flag("--candle-page", "which candles come of a window that holds more than count")
    )
    candles_without_trades: CandlesWithoutTrades = field(
        default="flat",
        metadata=_flag("--candles-without-trades", "a time without a trade is a flat candle, or there is none"),
    )
    denied_methods: frozenset[str] = field(
        default=frozenset(), metadata=_flag("--denied-method", "private method answered with 40101")
    )
    ip_blocked: bool = field(default=False, metadata=_flag("--ip-blocked", "private methods answer 40103"))
    tier_blocked_methods: frozenset[str] = field(
        default=frozenset(), metadata=_flag("--tier-blocked-method", "private method answered with 40104")
    )
    refused_instruments: frozenset[str] = field(
        default=frozenset(),
        metadata=_flag("--refused-instrument", "instrument that is listed but refused by the per-instrument methods"),
    )
    maintenance: bool = field(default=False, metadata=_flag("--maintenance", "every method answers 9010001"))

    def changed(self, changes: Mapping[str, object]) -> Behaviour:
        """A copy with some switches changed, as they arrive in JSON (lists stand for sets).

        Raises ValueError for a name that is no switch or a value that the switch does not take.
        """
        kinds = switch_kinds()
        unknown = sorted(set(changes) - set(kinds))
        if unknown:
            raise ValueError(f"no such switch: {', '.join(unknown)}")
        return replace(self, **{name: _accepted(name, kinds[name], value) for name, value in changes.items()})

    def as_json(self) -> dict[str, object]:
        """The switches as JSON can hold them: sets become sorted lists."""
        values = dataclasses.asdict(self)
        return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}


def setting_for(method: str, settings: frozenset[str]) -> str | None:
    """The VALUE of the first METHOD=VALUE, a glob, that the method matches."""
    for setting in sorted(settings):
        pattern, _, value = setting.partition("=")
        if fnmatchcase(method, pattern):
            return value
    return None


def switch_kinds() -> dict[str, Any]:
    """The type of each switch by its name, Literal types included."""
    kinds = typing.get_type_hints(Behaviour)
    return {switch.name: kinds[switch.name] for switch in fields(Behaviour)}


def _accepted(name: str, kind: Any, value: object) -> Any:
    if typing.get_origin(kind) is Literal:
        if value in typing.get_args(kind):
            return value
    elif isinstance(kind, types.GenericAlias):
        if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(item, str) for item in value):
            return frozenset(value)
    elif kind is bool:
        if isinstance(value, bool):
            return value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"{name} does not take {value!r}")
