"""What is about to be read decides how the workers are shared."""

from collections.abc import Mapping
from typing import Any

import pytest

from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, rfc3339
from source_cryptocom.concurrency.workers import share_workers, threads_ahead
from source_cryptocom.streams import STREAMS
from unit_tests.support.builders import NOW_MS, config

MARKET = ("book", "trade", "candlestick")


def shared_from(state: Mapping[str, Any], *tables: str, **fields: Any) -> dict[str, int]:
    """Workers when `state` is saved for each table; only a market table has any use for it."""
    retrievers = {table: STREAMS[table].retriever for table in tables}
    return share_workers(retrievers, dict.fromkeys(tables, state), config(**fields), NOW_MS)


def shared(hours: float | None, *tables: str, **fields: Any) -> dict[str, int]:
    """Workers when the tables were last read so many `hours` ago (None: never, or a full refresh)."""
    state = {} if hours is None else {"version": 1, "synced_at": rfc3339(NOW_MS - round(hours * MS_PER_HOUR))}
    return shared_from(state, *tables, **fields)


@pytest.mark.parametrize(
    ("tables", "workers", "ahead"),
    [
        (["otc_deal", "deposit"], 64, 12),
        (["otc_deal"], 10, 2),
        (["otc_deal", "book"], 64, 4),
        (["ticker", "book"], 64, 0),
        (["otc_deal"], 2, 0),
    ],
)
def test_history_is_read_ahead_by_few_threads_where_the_market_needs_them(
    tables: list[str], workers: int, ahead: int
) -> None:
    assert threads_ahead([STREAMS[table].retriever for table in tables], workers) == ahead


def test_a_first_sync_shares_by_what_the_config_asks_for() -> None:
    assert shared(None, *MARKET) == {"book": 13, "trade": 13, "candlestick": 38}
    assert shared(None, *MARKET, trade_count=600, candlestick_count=900) == {"book": 5, "trade": 18, "candlestick": 41}


def test_a_later_sync_gives_trades_the_workers_that_hours_of_them_take() -> None:
    assert shared(12, *MARKET) == {"book": 4, "trade": 42, "candlestick": 18}
    assert shared(1, *MARKET) == {"book": 13, "trade": 13, "candlestick": 38}


def test_no_share_is_lost_after_a_month() -> None:
    after_a_month = shared(30 * MS_PER_DAY / MS_PER_HOUR, *MARKET)
    assert after_a_month["trade"] > after_a_month["candlestick"] > after_a_month["book"] >= 1


def test_account_history_keeps_a_worker_a_table() -> None:
    assert sum(shared(12, *MARKET, "order_history", "user_trade", num_workers=30).values()) <= 28


def test_a_catalog_without_such_tables_needs_no_shares() -> None:
    assert shared(None, "ticker", "user_trade") == {}


@pytest.mark.parametrize("state", [{"version": 9, "synced_at": "2026-08-17T00:00:00Z"}, {"synced_at": 5}, {}])
def test_a_state_that_cannot_be_used_is_left_to_its_table(state: dict[str, Any]) -> None:
    assert shared_from(state, *MARKET) == shared(None, *MARKET)
