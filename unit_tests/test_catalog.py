"""What a catalog asks for decides how the workers are shared."""

from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteStream,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)

from source_cryptocom.catalog import lanes
from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, rfc3339
from unit_tests.builders import NOW_MS, config

MARKET = ("book", "trade", "candlestick")


def catalog(*tables: str, mode: SyncMode = SyncMode.incremental) -> ConfiguredAirbyteCatalog:
    streams = [
        ConfiguredAirbyteStream(AirbyteStream(name, {}, [mode]), mode, DestinationSyncMode.append) for name in tables
    ]
    return ConfiguredAirbyteCatalog(streams)


def shared(hours: float | None, *tables: str, mode: SyncMode = SyncMode.incremental, **fields: Any) -> dict[str, int]:
    """Lanes when the tables were last read so many `hours` ago (None: never)."""
    state = {} if hours is None else {"version": 1, "synced_at": rfc3339(NOW_MS - round(hours * MS_PER_HOUR))}
    return lanes(config(**fields), catalog(*tables, mode=mode), lambda table: state, NOW_MS)


def test_a_first_sync_shares_by_what_the_config_asks_for() -> None:
    assert shared(None, *MARKET) == {"book": 12, "trade": 12, "candlestick": 38}
    assert shared(None, *MARKET, trade_count=600, candlestick_count=900) == {"book": 4, "trade": 18, "candlestick": 41}


def test_a_later_sync_gives_trades_the_workers_that_hours_of_them_take() -> None:
    assert shared(12, *MARKET) == {"book": 3, "trade": 42, "candlestick": 17}
    assert shared(1, *MARKET) == {"book": 12, "trade": 12, "candlestick": 38}


def test_a_full_refresh_reads_as_a_first_sync_whatever_is_saved() -> None:
    assert shared(12, *MARKET, mode=SyncMode.full_refresh) == shared(None, *MARKET)


def test_no_share_is_lost_after_a_month() -> None:
    after_a_month = shared(30 * MS_PER_DAY / MS_PER_HOUR, *MARKET)
    assert after_a_month["trade"] > after_a_month["candlestick"] > after_a_month["book"] >= 1


def test_account_history_keeps_a_worker_a_table() -> None:
    assert sum(shared(12, *MARKET, "order_history", "user_trade", num_workers=30).values()) <= 28


def test_a_catalog_without_such_tables_needs_no_lanes() -> None:
    assert shared(None, "ticker", "user_trade") == {}


@pytest.mark.parametrize("state", [{"version": 9, "synced_at": "2026-08-17T00:00:00Z"}, {"synced_at": 5}, {}])
def test_a_state_that_cannot_be_used_is_left_to_its_table(state: dict[str, Any]) -> None:
    assert lanes(config(), catalog(*MARKET), lambda table: state, NOW_MS) == shared(None, *MARKET)
