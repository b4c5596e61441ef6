"""What the doctor says of how the exchange books, from rows that it saw."""

from __future__ import annotations

from typing import Any

from source_cryptocom.doctor.bookings import (
    cost_of_positions,
    entries_of_requests,
    rewards_by_step,
    settlements,
    worth_of_the_wallet,
)
from source_cryptocom.doctor.finding import Verdict

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
Row = dict[str, Any]


def settled(hour: int, day: int = 0) -> Row:
    return {"journal_type": "FUNDING", "event_timestamp_ms": day * DAY_MS + hour * HOUR_MS + 900}


def reward(hours: int) -> Row:
    names = {"staking_inst_name": "DOT.staked", "reward_inst_name": "DOT.staked"}
    return {**names, "event_timestamp_ms": str(hours * HOUR_MS)}


def test_settlements_at_the_same_hours_are_as_expected() -> None:
    found = settlements([settled(hour, day) for day in range(3) for hour in (0, 8, 16)])
    assert (found.verdict, found.seen) == (Verdict.EXPECTED, "0, 8, 16 UTC")


def test_a_settlement_at_an_odd_hour_differs() -> None:
    rows = [settled(hour, day) for day in range(8) for hour in (0, 8)]
    assert settlements([*rows, settled(3)]).verdict is Verdict.DIFFERENT


def test_few_settlements_tell_nothing() -> None:
    assert settlements([settled(8)]).verdict is Verdict.UNKNOWN


def test_rewards_of_every_day_are_as_expected() -> None:
    found = rewards_by_step([reward(24 * day) for day in range(6)])
    assert (found.verdict, found.seen) == (Verdict.EXPECTED, "5 of 5 are of 24 hours")


def test_rewards_at_uneven_steps_differ() -> None:
    assert rewards_by_step([reward(hours) for hours in (0, 24, 30, 60, 61)]).verdict is Verdict.DIFFERENT


FILL = {"instrument_name": "ETHUSD-PERP", "side": "BUY", "traded_quantity": "2", "traded_price": "10"}
SETTLED = {"instrument_name": "ETHUSD-PERP", "journal_type": "SESSION_SETTLE", "realized_pnl": "0.5"}


def position(**columns: str) -> Row:
    return {"instrument_name": "ETHUSD-PERP", "quantity": "2", "open_pos_cost": "20.5", **columns}


def test_a_position_that_cost_what_its_fills_paid_is_as_expected() -> None:
    assert cost_of_positions([position()], [FILL], [SETTLED]).verdict is Verdict.EXPECTED


def test_a_position_that_cost_something_else_differs() -> None:
    assert cost_of_positions([position(open_pos_cost="19")], [FILL], [SETTLED]).verdict is Verdict.DIFFERENT


def test_a_position_whose_fills_were_not_all_seen_tells_nothing() -> None:
    assert cost_of_positions([position(quantity="3")], [FILL], [SETTLED]).verdict is Verdict.UNKNOWN


def wallet(total: str) -> Row:
    return {"total_cash_balance": total, "position_balances": [{"market_value": "60"}, {"market_value": "40"}]}


def test_values_that_are_the_total_are_as_expected() -> None:
    assert worth_of_the_wallet([wallet("100.05")], [{"t": 2 * DAY_MS}]).verdict is Verdict.EXPECTED


def test_values_that_are_not_the_total_differ() -> None:
    assert worth_of_the_wallet([wallet("90")], []).verdict is Verdict.DIFFERENT


def test_days_that_end_at_another_hour_differ() -> None:
    assert worth_of_the_wallet([wallet("100")], [{"t": 2 * DAY_MS + HOUR_MS}]).verdict is Verdict.DIFFERENT


def test_types_of_entries_are_named() -> None:
    found = entries_of_requests([{"journal_type": "STAKING"}, {"journal_type": "TRADING"}])
    assert found.verdict is Verdict.EXPECTED
    assert "STAKING" in found.seen
    assert "TRADING" not in found.seen.replace("STAKING", "")
