"""Stories with a fault, and what must find it: each check of the books has one at least."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from integration_tests.books.account_story import FIRST_SYNC, Row, Story, altered, at, closed_books, without


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
}
