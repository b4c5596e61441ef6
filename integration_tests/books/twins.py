"""Stories with a fault, and what must find it: each check of the books has one at least."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from integration_tests.books.account_story import (
    FIRST_SYNC,
    SECOND_SYNC,
    Row,
    Story,
    altered,
    at,
    closed_books,
    without,
)
from integration_tests.books.proved_story import lost, open_before, said, twice


@dataclass(frozen=True)
class Twin:
    """A story with a fault, the check that must find it, and the row that the check must name."""

    story: Callable[[], Story]
    check: str
    what: str
    expected: str
    found: str
    status: str = "different"


def first_fill(row: Row) -> bool:
    return bool(row["create_time"] == at(2, 10, 0, 10))


def entry(moment_of: Callable[[Row], bool], instrument: str, journal_type: str = "TRADING") -> Callable[[Row], bool]:
    return lambda row: (
        moment_of({"create_time": row["event_time"]})
        and row["instrument_name"] == instrument
        and row["journal_type"] == journal_type
    )


def booked_as_well(day: int, journal_type: str, currency: str, quantity: str) -> Story:
    """The story with an entry of a transfer that no other table has."""
    story = closed_books()
    story.book(journal_type, at(day), currency, quantity)
    return story


def reward_without_a_row() -> Story:
    """A staked coin that pays in itself, and each of its entries but the last has its row."""
    story = closed_books()
    for day, amount in ((7, "0.011"), (8, "0.012"), (9, "0.013")):
        story.book("STAKING_REWARDS", at(day, 1), "DOT.staked", amount)
        if day < 9:
            names = {"staking_inst_name": "DOT.staked", "reward_inst_name": "DOT.staked", "underlying_inst_name": "DOT"}
            story.add(
                "staking_reward", at(day), reward_quantity=amount, staked_balance="40", event_time=at(day, 1), **names
            )
    return story


TWINS = {
    "fill_lost": Twin(
        lambda: without("user_trade", lambda row: bool(row["create_time"] == at(2, 10, 0, 20))),
        "fills_add_up_to_their_orders",
        "quantity",
        "12.5",
        "5",
    ),
    "fee_altered": Twin(
        lambda: altered("user_trade", first_fill, fees="-0.004"),
        "fills_add_up_to_their_orders",
        "fee in ETH",
        "0.0125",
        "0.0115",
    ),
    "order_lost": Twin(
        lambda: without("order_history", lambda row: bool(row["create_time"] == at(4))),
        "fills_have_an_order",
        "order",
        "1",
        "0",
        "unsettled",
    ),
    "quote_entry_lost": Twin(
        lambda: without("transaction", entry(first_fill, "USD")),
        "fills_are_in_the_ledger",
        "TRADING in USD",
        "-15601.25",
        "0",
    ),
    "fee_entry_lost": Twin(
        lambda: without("transaction", entry(first_fill, "ETH", "TRADE_FEE")),
        "fills_are_in_the_ledger",
        "TRADE_FEE in ETH",
        "-0.005",
        "0",
    ),
    "booked_fill_lost": Twin(
        lambda: without("user_trade", lambda row: bool(row["create_time"] == at(2, 10, 0, 20))),
        "fills_are_in_the_ledger",
        "fill of a ledger entry in ETH",
        "7.5",
        "0",
    ),
    "deposit_lost": Twin(
        lambda: booked_as_well(9, "ONCHAIN_DEPOSIT", "LTC", "12.5"),
        "transfers_are_in_the_ledger",
        "deposit or withdrawal of a ledger entry",
        "12.5",
        "0",
    ),
    "withdrawal_entry_lost": Twin(
        lambda: without("transaction", lambda row: row["transaction_qty"] == "-1.502"),
        "transfers_are_in_the_ledger",
        "ledger entry of a transfer",
        "-1.502",
        "0",
    ),
    "interest_entry_lost": Twin(
        lambda: without("transaction", lambda row: row["journal_type"] == "MARGIN_TRADE_INTEREST"),
        "ledger_leads_from_balance_to_balance",
        "balance",
        "20984.811",
        "20984.561",
    ),
    "fill_of_a_perpetual_lost": Twin(
        lambda: without("user_trade", lambda row: bool(row["create_time"] == at(4, 10, 0, 10))),
        "fills_lead_to_positions",
        "position",
        "0",
        "1.25",
    ),
    "child_lost": Twin(
        lambda: without("order_history", lambda row: bool(row["create_time"] == at(7))),
        "fired_orders_have_their_child",
        "quantity filled by the child",
        "2",
        "0",
    ),
    "trade_lost": Twin(
        lambda: without("trade", lambda row: row["trade_id"] == "901"),
        "candles_agree_with_trades",
        "volume",
        "15",
        "5",
        "unsettled",
    ),
    "candle_lost": Twin(
        lambda: without("candlestick", lambda row: bool(row["timestamp"] == FIRST_SYNC)),
        "no_gap_between_syncs",
        "minutes without a candle",
        "0",
        "1",
    ),
    "reward_entry_altered": Twin(
        lambda: altered("transaction", lambda row: row["journal_type"] == "FIAT_DEPOSIT", transaction_qty="59000"),
        "tax_events_explain_the_ledger",
        "sum of the tax events",
        "17776.535",
        "18776.535",
        "unsettled",
    ),
    "fill_of_the_other_side": Twin(
        lambda: altered("user_trade", first_fill, side="SELL"), "fills_fit_their_order", "fits its order", "1", "0"
    ),
    "mean_price_altered": Twin(
        lambda: altered("order_history", lambda row: row["create_time"] == at(2), avg_price="3120.35"),
        "orders_fit_themselves",
        "fits itself",
        "1",
        "0",
    ),
    "open_order_filled": Twin(
        lambda: said("open_order", lambda row: row["snapshot_time"] == SECOND_SYNC, cumulative_quantity="0.25"),
        "fills_add_up_to_their_orders",
        "quantity",
        "0.25",
        "0",
    ),
    "entry_of_another_order": Twin(
        lambda: altered("transaction", entry(first_fill, "USD"), order_id="6142909920077399999"),
        "entries_fit_their_fill",
        "fits its fill",
        "1",
        "0",
    ),
    "stake_altered": Twin(
        lambda: altered("stake_history", lambda row: row["staking_id"] == "700412", quantity="0.4"),
        "movements_are_in_the_ledger",
        "stake, conversion or deal of a ledger entry",
        "-0.5",
        "0",
        "unsettled",
    ),
    "stake_entry_lost": Twin(
        lambda: without("transaction", lambda row: row["journal_type"] == "MANUAL_CONVERSION"),
        "movements_are_in_the_ledger",
        "ledger entry of a movement",
        "-0.5",
        "0",
        "unsettled",
    ),
    "booked_stake_lost": Twin(
        lambda: booked_as_well(10, "STAKING", "ETH", "-2"),
        "movements_are_in_the_ledger",
        "stake, conversion or deal of a ledger entry",
        "-2",
        "0",
        "unsettled",
    ),
    "booked_reward_lost": Twin(
        reward_without_a_row, "movements_are_in_the_ledger", "reward of a ledger entry", "0.013", "0", "unsettled"
    ),
    "refused_withdrawal_lost": Twin(
        lambda: without("withdrawal", lambda row: row["id"] == "302"),
        "transfers_are_in_the_ledger",
        "withdrawal that came back",
        "1.002",
        "0",
    ),
    "withdrawal_a_day_late": Twin(
        lambda: altered("withdrawal", lambda row: row["id"] == "301", create_time=at(9, 9)),
        "transfers_are_in_the_ledger",
        "time of the ledger entry",
        "1",
        "0",
        "unsettled",
    ),
    "reward_in_a_staked_coin_lost": Twin(
        lambda: lost("staking_reward", lambda row: bool(row["event_time"] == at(8, 0))),
        "stakes_lead_to_stakes",
        "staked quantity",
        "0.05342288",
        "0.06342288",
        "unsettled",
    ),
    "step_without_a_reward": Twin(
        lambda: lost("staking_reward", lambda row: bool(row["event_time"] == at(8, 0))),
        "settlements_come_regularly",
        "step between rewards",
        "1",
        "0",
        "unsettled",
    ),
    "funding_lost": Twin(
        lambda: lost(
            "transaction", lambda row: row["event_time"] == at(7, 8) and row["instrument_name"] == "ETHUSD-PERP"
        ),
        "settlements_come_regularly",
        "FUNDING of an open position",
        "1",
        "0",
        "unsettled",
    ),
    "open_order_vanished": Twin(
        lambda: open_before("6142909920077388888"), "nothing_open_vanishes", "open or ended", "1", "0", "unsettled"
    ),
    "child_of_the_other_side": Twin(
        lambda: altered("advanced_order_history", lambda row: True, side="BUY"),
        "fired_orders_have_their_child",
        "fits its child",
        "1",
        "0",
        "unsettled",
    ),
    "execution_of_the_other_side": Twin(
        lambda: said("trading_bot_execution", lambda row: True, side="SELL"),
        "executions_have_their_order",
        "order of an execution",
        "1",
        "0",
        "unsettled",
    ),
    "bot_lost": Twin(
        lambda: lost("trading_bot", lambda row: True),
        "executions_have_their_order",
        "bot of an execution",
        "1",
        "0",
        "unsettled",
    ),
    "column_emptied": Twin(
        lambda: altered("order_history", lambda row: row["create_time"] == at(2), side=None),
        "columns_are_filled",
        "every column",
        "1",
        "0",
    ),
    "row_twice": Twin(
        lambda: twice("stake_history", "staking_id", lambda row: True),
        "no_row_comes_twice",
        "rows alike but for their key",
        "1",
        "2",
        "unsettled",
    ),
    "position_lost": Twin(
        lambda: without("user_position", lambda row: bool(row["snapshot_time"] == SECOND_SYNC)),
        "positions_cost_what_was_paid",
        "quantity since it began at zero",
        "1",
        "0",
        "unsettled",
    ),
    "value_of_a_balance_altered": Twin(
        lambda: said(
            "user_balance",
            lambda row: row["snapshot_time"] == SECOND_SYNC and row["instrument_name"] == "USD",
            market_value="0",
        ),
        "wallet_is_worth_its_balances",
        "sum of the values",
        "18901.020500000000000001",
        "124.485500000000000001",
        "unsettled",
    ),
    "hour_lost": Twin(
        lambda: lost("balance_history", lambda row: row["timestamp"] == at(11, 3) and row["timeframe"] == "H1"),
        "balance_history_has_no_gap",
        "minutes to the next point",
        "60",
        "120",
        "unsettled",
    ),
    "account_not_listed": Twin(
        lambda: said("account", lambda row: True, uuid="another"),
        "lists_name_what_rows_name",
        "account that rows name",
        "1",
        "0",
        "unsettled",
    ),
}
