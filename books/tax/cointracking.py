"""CoinTracking's CSV."""

from collections.abc import Iterator

from books.tax.event import EXACT, TaxEvent
from books.tax.tax_format import EXCHANGE, Row, TaxFormat, flows_by_columns, is_staking_reward, money, time_of

TYPES = {
    # (label, whether something was received): CoinTracking's
    ("reward", True): "Reward / Bonus",
    ("profit", True): "Derivatives / Futures Profit",
    ("profit", False): "Derivatives / Futures Loss",
    ("rebate", True): "Reward / Bonus",
    ("interest", False): "Borrowing Fee",
    ("interest received", True): "Interest Income",
    ("fee", False): "Other Fee",
    ("swap", True): "Swap (non taxable)",
}
PLAIN = {True: "Deposit", False: "Withdrawal"}
"""What no table explains among them: never an income."""


def _rows(event: TaxEvent) -> Iterator[Row]:
    """CoinTracking wants amounts with the fee in them; one in a third currency is an entry of its own."""
    bought, sold = event.received_amount, event.sent_amount
    fee = event.fee_amount, event.fee_currency
    third = event.fee_amount is not None
    if event.fee_amount is not None and bought is not None and event.fee_currency == event.received_currency:
        bought, third = EXACT.subtract(bought, event.fee_amount), False
    elif event.fee_amount is not None and sold is not None and event.fee_currency == event.sent_currency:
        sold, third = EXACT.add(sold, event.fee_amount), False
    kept_fee = ("", "") if third else money(*fee)
    ending = (EXCHANGE, event.source_account, event.description, time_of(event))
    yield (
        _type(event),
        *money(bought, event.received_currency),
        *money(sold, event.sent_currency),
        *kept_fee,
        *ending,
        event.own_id,
    )
    if third:
        yield ("Other Fee", "", "", *money(*fee), "", "", *ending, f"{event.event_key} fee")


def _type(event: TaxEvent) -> str:
    received = event.received_amount is not None
    if is_staking_reward(event):
        return "Staking"
    return TYPES.get((event.label or "", received), "Trade" if event.is_trade else PLAIN[received])


COINTRACKING = TaxFormat(
    (
        "Type",
        "Buy Amount",
        "Buy Currency",
        "Sell Amount",
        "Sell Currency",
        "Fee",
        "Fee Currency",
        "Exchange",
        "Trade-Group",
        "Comment",
        "Date",
        "Tx-ID",
    ),
    _rows,
    flows_by_columns("Amount", "Currency", Buy=1, Sell=-1),  # with the fee in them
)
