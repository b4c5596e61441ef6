"""The events of a live ledger, each in an hour of its own, and the tax events that the books must make of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from integration_tests.books.account_story import FIRST_SYNC, SECOND_SYNC, Row, Story, at, nanoseconds

Amount = tuple[str, str]
"""A quantity and its currency."""


@dataclass(frozen=True)
class TaxEventRow:
    """A row of tax_event."""

    kind: str
    label: str | None = None
    sent: Amount | None = None
    received: Amount | None = None
    fee: Amount | None = None


@dataclass(frozen=True)
class Event:
    """`write` puts the rows that the exchange has of an event into a story; the books make `tax_events` of them."""

    write: Callable[[Story, datetime], object]
    tax_events: tuple[TaxEventRow, ...]


def conversion(sent: Amount, received: Amount) -> tuple[TaxEventRow, ...]:
    return (TaxEventRow("conversion", None, sent, received),)


def booked(journal_type: str, *amounts: Amount, apart: int = 0, **more: str) -> Callable[[Story, datetime], object]:
    """Entries of one type, `apart` seconds from each other."""

    def write(story: Story, moment: datetime) -> list[Row]:
        return [
            story.book(journal_type, moment + timedelta(seconds=apart * number), currency, quantity, **more)
            for number, (quantity, currency) in enumerate(amounts)
        ]

    return write


def one_journal(journal_type: str, *amounts: Amount) -> Callable[[Story, datetime], object]:
    """Entries with one journal_id, a second apart."""

    def write(story: Story, moment: datetime) -> None:
        rows = booked(journal_type, *amounts, apart=1)(story, moment)
        for row in rows if isinstance(rows, list) else []:
            row["journal_id"] = f"9{nanoseconds(moment)}"

    return write


def both(*writers: Callable[[Story, datetime], object]) -> Callable[[Story, datetime], object]:
    return lambda story, moment: [write(story, moment) for write in writers]


def deposited(address: str, quantity: str, currency: str) -> Callable[[Story, datetime], object]:
    return lambda story, moment: story.add(
        "deposit",
        moment,
        id=f"4{nanoseconds(moment)}",
        currency=currency,
        amount=quantity,
        fee="0",
        address=address,
        status="1",
        create_time=moment,
        update_time=moment,
    )


def withdrew(address: str, quantity: str, fee: str, currency: str) -> Callable[[Story, datetime], object]:
    return lambda story, moment: story.add(
        "withdrawal",
        moment,
        id=f"5{nanoseconds(moment)}",
        currency=currency,
        amount=quantity,
        fee=fee,
        address=address,
        status="5",
        create_time=moment,
        update_time=moment,
    )


def from_bank(quantity: str, currency: str) -> Callable[[Story, datetime], object]:
    def write(story: Story, moment: datetime) -> None:
        times = dict.fromkeys(("created_at", "updated_at", "completed_at"), moment)
        paid = {"currency": currency, "amount": quantity, "fee_currency": currency, "fee_amount": "0"}
        row = {"id": f"6{nanoseconds(moment)}", "payment_network": "us_ach", "status": "completed"}
        story.add("fiat_deposit", moment, **row, **paid, **times)
        story.book("FIAT_DEPOSIT", moment, currency, quantity)

    return write


def staked(story: Story, moment: datetime) -> None:
    names = {"instrument_name": "CRO.staked", "underlying_inst_name": "CRO", "side": "STAKE", "quantity": "900"}
    story.add("stake_history", moment, staking_id="700", status="COMPLETED", create_time=moment, **names)


def rewarded(story: Story, moment: datetime) -> None:
    names = {"staking_inst_name": "CRO.staked", "reward_inst_name": "CRO.staked", "underlying_inst_name": "CRO"}
    amounts = {"reward_quantity": "0.98649888", "staked_balance": "900"}
    story.add("staking_reward", moment, event_time=moment - timedelta(minutes=4), **names, **amounts)


def dealt(story: Story, moment: datetime) -> None:
    leg = '[{"instrument_name": "BTC_USD", "side": "BUY", "quantity": "0.2", "executed_quantity": "0.2", '
    leg += '"executed_notional": "19000", "price": "95000"}]'
    times = {f"{name}_time_ns": nanoseconds(moment) for name in ("create", "update")}
    story.add("otc_deal", moment, deal_id=f"3{nanoseconds(moment)}", deal_status="SETTLED", leg_list=leg, **times)


def filled(**order: str) -> Callable[[Story, datetime], object]:
    """The fill of an order: quantity, price, fee, and the columns of the order."""
    fill = order.pop("quantity"), order.pop("price"), order.pop("fee")
    return lambda story, moment: story.order(moment - timedelta(seconds=10), [fill], **order)


def filled_in_halves(story: Story, moment: datetime) -> None:
    """An order for what was dealt, in two fills."""
    halves = [("0.1", "95000", "0"), ("0.1", "95000", "0")]
    names = {"side": "BUY", "instrument_name": "BTC_USD", "fee_instrument_name": "USD"}
    story.order(moment - timedelta(seconds=10), halves, **names)


def filled_by_two_orders(story: Story, moment: datetime) -> None:
    """Orders of unequal parts and prices for what was dealt."""
    for quantity, price, second in (("0.15", "96000", 10), ("0.05", "92000", 8)):
        filled(
            quantity=quantity, price=price, fee="0", side="BUY", instrument_name="BTC_USD", fee_instrument_name="USD"
        )(story, moment - timedelta(seconds=second))


def filled_with_credits(story: Story, moment: datetime) -> None:
    """Of the fee of 10, 4 are paid with fee credits."""
    filled(quantity="0.1", price="95000", fee="10", side="BUY", instrument_name="BTC_USD", fee_instrument_name="USD")(
        story, moment
    )
    story.tables["user_trade"][-1]["fee_credits"] = "4"
    story.tables["transaction"][-1]["transaction_qty"] = "-6"


EVENTS = {
    "fiat_deposit": Event(from_bank("50000", "USD"), (TaxEventRow("transfer", received=("50000", "USD")),)),
    "pounds": Event(from_bank("1000", "GBP"), (TaxEventRow("transfer", received=("1000", "GBP")),)),
    "stablecoin": Event(
        booked("STABLECOIN_CONVERSION", ("-1000", "GBP"), ("1250", "USD"), order_id="81"),
        conversion(("1000", "GBP"), ("1250", "USD")),
    ),
    "from_app": Event(
        both(deposited("INTERNAL_DEPOSIT", "1000", "CRO"), booked("OFFCHAIN_DEPOSIT", ("1000", "CRO"))),
        (TaxEventRow("transfer", received=("1000", "CRO")),),
    ),
    "from_app_in_the_ledger_only": Event(
        booked("OFFCHAIN_DEPOSIT", ("7", "CRO")), (TaxEventRow("transfer", received=("7", "CRO")),)
    ),
    "bonus_of_the_app": Event(
        both(deposited("EARLY_SWAP_BONUS_DEPOSIT", "20", "CRO"), booked("OFFCHAIN_DEPOSIT", ("20", "CRO"))),
        (TaxEventRow("transfer", received=("20", "CRO")),),
    ),
    "bought": Event(
        filled(
            quantity="2",
            price="3000",
            fee="0.002",
            side="BUY",
            instrument_name="ETH_USD",
            fee_instrument_name="ETH",
        ),
        (TaxEventRow("trade", None, ("6000", "USD"), ("2", "ETH"), ("0.002", "ETH")),),
    ),
    "staked": Event(
        both(staked, booked("STAKING", ("-900", "CRO"), ("900", "CRO.staked"))),
        (TaxEventRow("staking", sent=("900", "CRO")), TaxEventRow("staking", received=("900", "CRO"))),
    ),
    "rewarded": Event(
        both(rewarded, booked("STAKING_REWARDS", ("0.98649888", "CRO.staked"))),
        (TaxEventRow("reward", "reward", received=("0.98649888", "CRO")),),
    ),
    "soft_reward": Event(
        booked("SOFT_STAKE_REWARD", ("0.5", "CRO")), (TaxEventRow("reward", "reward", received=("0.5", "CRO")),)
    ),
    "corrected_reward": Event(
        booked("CORRECTION_REWARD", ("0.25", "CRO")), (TaxEventRow("reward", "reward", received=("0.25", "CRO")),)
    ),
    "dust": Event(
        booked("CRYPTO_DUSTING", ("-0.0001", "ETH"), ("3", "CRO"), apart=1, order_id="0", trade_id="0"),
        conversion(("0.0001", "ETH"), ("3", "CRO")),
    ),
    "dust_of_three": Event(
        one_journal("AUTO_CONVERSION", ("-0.001", "ETH"), ("-2", "USDT"), ("-0.00001", "BTC"), ("60", "CRO")),
        (
            TaxEventRow("conversion", None, ("0.001", "ETH"), ("30", "CRO")),
            TaxEventRow("conversion", None, ("2", "USDT"), ("20", "CRO")),
            TaxEventRow("conversion", None, ("0.00001", "BTC"), ("10", "CRO")),
        ),
    ),
    "converted": Event(
        booked("MANUAL_CONVERSION", ("-500", "USD"), ("500", "USDC")), conversion(("500", "USD"), ("500", "USDC"))
    ),
    "renamed": Event(
        one_journal("ADMIN_ADJUSTMENT", ("-500", "MATIC"), ("500", "POL")),
        (TaxEventRow("rename", "swap", ("500", "MATIC"), ("500", "POL")),),
    ),
    "delisted": Event(
        one_journal("DELIST", ("-100", "ABC"), ("150", "USD")), conversion(("100", "ABC"), ("150", "USD"))
    ),
    "otc": Event(
        both(dealt, booked("TRADING", ("0.2", "BTC"), ("-19000", "USD"))),
        (TaxEventRow("otc trade", None, ("19000", "USD"), ("0.2", "BTC")),),
    ),
    "otc_that_is_a_fill": Event(
        both(
            dealt,
            filled(
                quantity="0.2",
                price="95000",
                fee="0",
                side="BUY",
                instrument_name="BTC_USD",
                fee_instrument_name="USD",
            ),
        ),
        (TaxEventRow("trade", None, ("19000", "USD"), ("0.2", "BTC")),),
    ),
    "fee_credits": Event(
        filled_with_credits, (TaxEventRow("trade", None, ("9500", "USD"), ("0.1", "BTC"), ("6", "USD")),)
    ),
    "small_value_in_bitcoin": Event(
        filled(
            quantity="0.0123",
            price="0.0079123",
            fee="0",
            side="SELL",
            instrument_name="BCH_BTC",
            fee_instrument_name="BTC",
        ),
        (TaxEventRow("trade", None, ("0.0123", "BCH"), ("0.00009732129", "BTC")),),
    ),
    "profit_in_dollars": Event(
        booked("REALIZED_PNL", ("-400", "USD")), (TaxEventRow("derivative profit", "profit", sent=("400", "USD")),)
    ),
    "settled_in_dollars": Event(
        booked("SESSION_SETTLE", ("60", "USD")), (TaxEventRow("derivative profit", "profit", received=("60", "USD")),)
    ),
    "socialized_loss": Event(
        booked("SOCIALIZED_LOSS", ("-7", "USD")), (TaxEventRow("derivative profit", "profit", sent=("7", "USD")),)
    ),
    "funding_in_dollars": Event(
        booked("FUNDING", ("-1", "USD")), (TaxEventRow("funding", "profit", sent=("1", "USD")),)
    ),
    "liquidation": Event(
        booked("LIQUIDATION_FEE", ("-10", "USD")), (TaxEventRow("derivative fee", "fee", sent=("10", "USD")),)
    ),
    "interest_paid": Event(
        booked("MARGIN_TRADE_INTEREST", ("-0.25", "USD")), (TaxEventRow("interest", "interest", sent=("0.25", "USD")),)
    ),
    "interest_earned": Event(
        booked("MARGIN_TRADE_INTEREST", ("0.5", "USD")),
        (TaxEventRow("interest", "interest received", received=("0.5", "USD")),),
    ),
    "nobody_knows": Event(booked("MYSTERY", ("11", "XYZ")), (TaxEventRow("unclassified", received=("11", "XYZ")),)),
    "moved_to_isolated_margin": Event(
        one_journal("ADJUSTMENT", ("-50", "USD"), ("50", "USD")),
        (TaxEventRow("internal", sent=("50", "USD")), TaxEventRow("internal", received=("50", "USD"))),
    ),
    "to_app": Event(
        both(withdrew("INTERNAL_WITHDRAWAL", "50", "0", "CRO"), booked("OFFCHAIN_WITHDRAWAL", ("-50", "CRO"))),
        (TaxEventRow("transfer", sent=("50", "CRO")),),
    ),
    "withdrew": Event(
        both(withdrew("0xDemo", "1.5", "0.002", "ETH"), booked("ONCHAIN_WITHDRAWAL", ("-1.502", "ETH"))),
        (TaxEventRow("transfer", sent=("1.5", "ETH"), fee=("0.002", "ETH")),),
    ),
    "withdrew_with_its_fee_beside": Event(
        both(
            withdrew("0xDemo", "0.1", "0.003", "ETH"),
            booked("WITHDRAW", ("-0.1", "ETH")),
            booked("WITHDRAW_FEE", ("-0.003", "ETH")),
        ),
        (TaxEventRow("transfer", sent=("0.1", "ETH"), fee=("0.003", "ETH")),),
    ),
    "withdrew_in_the_ledger_only": Event(
        both(booked("WITHDRAW", ("-0.2", "ETH")), booked("WITHDRAW_FEE", ("-0.001", "ETH"))),
        (TaxEventRow("transfer", sent=("0.2", "ETH"), fee=("0.001", "ETH")),),
    ),
    "about_to_be_staked": Event(
        booked("STAKING", ("-10", "CRO"), ("10", "CRO.prestaked")),
        (TaxEventRow("staking", sent=("10", "CRO")), TaxEventRow("staking", received=("10", "CRO"))),
    ),
    "reward_taken_back": Event(
        booked("CORRECTION_REWARD", ("-0.1", "CRO")), (TaxEventRow("reward", "reward", sent=("0.1", "CRO")),)
    ),
    "staking_reward_taken_back": Event(
        booked("STAKING_REWARDS", ("-0.2", "CRO.staked")), (TaxEventRow("reward", "reward", sent=("0.2", "CRO")),)
    ),
    "otc_that_is_two_fills": Event(
        both(dealt, filled_in_halves),
        (
            TaxEventRow("trade", None, ("9500", "USD"), ("0.1", "BTC")),
            TaxEventRow("trade", None, ("9500", "USD"), ("0.1", "BTC")),
        ),
    ),
    "otc_that_is_two_orders": Event(
        both(dealt, filled_by_two_orders),
        (
            TaxEventRow("trade", None, ("14400", "USD"), ("0.15", "BTC")),
            TaxEventRow("trade", None, ("4600", "USD"), ("0.05", "BTC")),
        ),
    ),
}


def moment_of(name: str) -> datetime:
    """Twenty events a day, on the hour."""
    number = list(EVENTS).index(name)
    return at(1 + number // 20, number % 20)


def live_ledger() -> Story:
    story = Story()
    for name, event in EVENTS.items():
        event.write(story, moment_of(name))
    for day in (1, 2):
        # One ETH is worth 3,000, one USDT 1, one BTC 100,000: 3 to 2 to 1 for the dust.
        for instrument, price in (("ETH_USD", "3000"), ("USDT_USD", "1"), ("BTC_USD", "100000")):
            prices = dict.fromkeys(("open", "high", "low", "close"), price)
            story.add(
                "candlestick",
                at(day),
                instrument=instrument,
                timeframe="1D",
                timestamp=at(day, 0),
                volume="1",
                **prices,
            )
    for moment in (FIRST_SYNC, SECOND_SYNC):
        story.observe(moment)
    return story


def wallet() -> dict[str, Decimal]:
    """The balance of each coin after all events; a staked coin counts as the coin."""
    held: dict[str, Decimal] = {}
    for event in EVENTS.values():
        for row in event.tax_events:
            for sign, amount in ((1, row.received), (-1, row.sent), (-1, row.fee)):
                if amount is not None:
                    held[amount[1]] = held.get(amount[1], Decimal(0)) + sign * Decimal(amount[0])
    return held
