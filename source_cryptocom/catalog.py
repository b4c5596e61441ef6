"""What a configured catalog asks for: tables that exist, tables that a key opens, and how wide each is read. Pure."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from math import ceil
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteCatalog, SyncMode

from source_cryptocom.clock import MS_PER_HOUR
from source_cryptocom.concurrency.workers import workers_per_stream
from source_cryptocom.config import Config, ConfigError
from source_cryptocom.retrievers.candle_history import PAGE_LIMIT as CANDLES_PAGE_LIMIT
from source_cryptocom.state.state import UnusableState, parse_market_state
from source_cryptocom.streams import PRIVATE_TABLES, PUBLIC_TABLES, candlestick, names, trade

State = Mapping[str, Any]
SavedStates = Callable[[str], State]
"""A table's saved state by its name, empty where it has none."""


def unknown_tables(config: Config, catalog: ConfiguredAirbyteCatalog) -> dict[str, ConfigError]:
    """An error for each table that does not exist. Raises ConfigError for tables that need a key and have none."""
    private = names(PRIVATE_TABLES)
    asked = [stream.stream.name for stream in catalog.streams]
    locked = [name for name in asked if name in private]
    if locked and not config.credentials:
        raise ConfigError(
            f"These tables need an API key: {', '.join(locked)}. Set api_key and api_secret, or leave the tables "
            "out of the connection."
        )
    known = names(PUBLIC_TABLES) + private
    return {
        name: ConfigError(
            f"The table {name} does not exist. Refresh the connection's schema; there are {', '.join(known)}."
        )
        for name in asked
        if name not in known
    }


def lanes(config: Config, catalog: ConfiguredAirbyteCatalog, states: SavedStates, now: int) -> dict[str, int]:
    """How many lanes each per-instrument table of the catalog gets, by what it is about to ask for at `now` (ms)."""
    modes = {stream.stream.name: stream.sync_mode for stream in catalog.streams}
    hours = {
        table: _hours_since(states(table), now) if mode is SyncMode.incremental else 0 for table, mode in modes.items()
    }
    requests = {table: pages(config, hours[table]) for table, pages in _PAGES.items() if table in modes}
    history = {"order_history", "user_trade", "transaction"} & modes.keys()
    return workers_per_stream(requests, config.num_workers, len(history)) if requests else {}


def _hours_since(state: State, now: int) -> float:
    """Since the table was last read; 0 where it never was. An unusable state is the table's to complain of."""
    with suppress(UnusableState, ConfigError):
        synced_ms = parse_market_state(state, now).synced_ms
        return max(now - synced_ms, 0) / MS_PER_HOUR if synced_ms else 0
    return 0


def _trade_pages(config: Config, hours: float) -> int:
    """Trades come at no rate that is known beforehand; over all instruments a page an hour is about right."""
    return ceil(hours) if hours else ceil(config.trade_count / trade.PAGE_LIMIT)


def _candle_pages(config: Config, hours: float) -> int:
    counts = (hours * MS_PER_HOUR / candlestick.DURATIONS[name].shortest_ms for name in config.candlestick_timeframes)
    return sum(ceil((count if hours else config.candlestick_count) / CANDLES_PAGE_LIMIT) for count in counts)


_PAGES: dict[str, Callable[[Config, float], int]] = {
    "book": lambda config, hours: 1,
    "trade": _trade_pages,
    "candlestick": _candle_pages,
}
"""Requests for an instrument, when so many hours have passed since the last sync (0: a first one)."""
