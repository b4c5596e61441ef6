"""Fills with the largest and the smallest quantities and prices that an instrument of the exchange can have."""

from __future__ import annotations

from decimal import Decimal

from integration_tests.books.account_story import Story, at, nanoseconds

PRODUCTS = {
    ("12.5", "3120.25"): Decimal("39003.125"),
    ("0.000001", "0.00000000000001"): Decimal("1e-20"),  # the smallest tick sizes of any two instruments
    ("0.000001", "0.01"): Decimal("1e-8"),  # WBTC_USD
    ("10000", "0.00000000000001"): Decimal("1e-10"),  # SHIB_BTC
    ("10000000", "0.00000000001"): Decimal("0.0001"),  # LADYS_USD
    ("10000000", "1"): Decimal("1e7"),  # the largest tick sizes of any two instruments
    ("123456789.000001", "95000.50"): Decimal("11728456683394.59500050"),
}


def fills_of_every_size() -> Story:
    story = Story()
    for number, (quantity, price) in enumerate(PRODUCTS):
        moment = at(2, 10, number)
        story.add(
            "user_trade",
            moment,
            instrument_name="TICK_USD",
            trade_id=str(number),
            side="BUY",
            traded_quantity=quantity,
            traded_price=price,
            fees="0",
            create_time=moment,
            create_time_ns=nanoseconds(moment),
        )
    return story
