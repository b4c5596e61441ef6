"""The story with rows of every other kind, so that each check has something to compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from integration_tests.books.account_story import ACCOUNT_ID, FIRST_SYNC, SECOND_SYNC, Row, Story, at, closed_books

BOT = "9000001"


def proved_books() -> Story:
    """Bots, staked coins, lists, and what comes at regular times."""
    story = closed_books()
    _bot(story)
    _staked(story)
    for day in (6, 7, 9, 10, 11):
        story.book("FUNDING", at(day, 8), "ETHUSD-PERP", pnl="0.000000")
    [waiting] = story.tables["open_order"]
    story.tables["open_order"].append({**waiting, "snapshot_time": FIRST_SYNC})
    for hours_ago in range(13):
        _point(story, "H1", hours_ago)
    _point(story, "D1", 12)
    story.add("account", SECOND_SYNC, uuid=ACCOUNT_ID, hierarchy="MASTER", create_time=at(1), update_time=at(1))
    _totals(story)
    return story


def lost(table: str, is_gone: Callable[[Row], bool]) -> Story:
    """That story after one row of a table was lost."""
    story = proved_books()
    [gone] = [row for row in story.tables[table] if is_gone(row)]
    story.tables[table].remove(gone)
    return story


def said(table: str, is_meant: Callable[[Row], bool], **columns: str | None) -> Story:
    """That story with one row that says something else."""
    story = proved_books()
    [row] = [row for row in story.tables[table] if is_meant(row)]
    row.update(columns)
    return story


def twice(table: str, key: str, is_meant: Callable[[Row], bool]) -> Story:
    """That story with one row once more, under another key."""
    story = proved_books()
    [row] = [row for row in story.tables[table] if is_meant(row)]
    story.tables[table].append({**row, key: f"{row[key]}1"})
    return story


def _bot(story: Story) -> None:
    """The order of the second day was placed by a bot."""
    [order] = [row for row in story.tables["order_history"] if row["create_time"] == at(2)]
    times = {"create_time": at(1), "update_time": order["update_time"]}
    story.add("trading_bot", at(2), bot_id=BOT, bot_type="TWAP", state="TERMINATED", end_time=at(3), **times)
    story.add(
        "trading_bot_execution",
        at(2),
        bot_id=BOT,
        order_id=order["order_id"],
        symbol=order["instrument_name"],
        side=order["side"],
        quantity=order["quantity"],
        cum_qty=order["cumulative_quantity"],
        avg_price=order["avg_price"],
        order_status=order["status"],
        schedule_time=at(2),
        execution_time=at(2),
        update_time=order["update_time"],
    )


def _staked(story: Story) -> None:
    """A coin that pays every day; what is staked is what was, and what it paid."""
    names = {"staking_inst_name": "DOT.staked", "reward_inst_name": "DOT.staked", "underlying_inst_name": "DOT"}
    for day in (5, 7, 8, 9, 10):
        story.add(
            "staking_reward",
            at(day),
            reward_quantity="0.01",
            staked_balance="40.22",
            event_time=at(day, 0),
            **names,
        )
    for coin, quantity in (("DOT", "0.06342288"), ("ETH", "0.5")):
        story.add(
            "staking_position",
            SECOND_SYNC,
            instrument_name=f"{coin}.staked",
            underlying_inst_name=coin,
            staked_quantity=quantity,
        )


def _point(story: Story, timeframe: str, hours_ago: int) -> None:
    """A point of the balance history, at a whole hour before the second sync."""
    moment = SECOND_SYNC.replace(minute=0) - timedelta(hours=hours_ago)
    story.add(
        "balance_history",
        SECOND_SYNC,
        instrument_name="USD",
        timeframe=timeframe,
        timestamp=moment,
        total_cash_balance="0",
    )


def _totals(story: Story) -> None:
    """The total of the wallet, beside each of its balances."""
    totals: dict[object, Decimal] = defaultdict(Decimal)
    for row in story.tables["user_balance"]:
        totals[row["snapshot_time"]] += Decimal(row["market_value"])
    for row in story.tables["user_balance"]:
        row["total_cash_balance"] = str(totals[row["snapshot_time"]])


def open_before(order_id: str) -> Story:
    """That story, where the first sync saw one more order open, and nothing tells what became of it."""
    story = proved_books()
    waiting = story.tables["open_order"][0]
    seen = {"snapshot_time": FIRST_SYNC, "create_time": at(3), "update_time": at(3)}
    story.tables["open_order"].append({**waiting, **seen, "order_id": order_id})
    return story
