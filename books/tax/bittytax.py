"""BittyTax's own CSV: what it receives is gross of a fee in the same asset. It reads 13 columns; the id is one more."""

from collections.abc import Iterator

from books.tax.event import TaxEvent
from books.tax.tax_format import EXCHANGE, Row, TaxFormat, flows_by_columns, is_staking_reward, money, time_of

TYPES = {
    # (label, whether something was received): BittyTax's
    ("reward", True): "Income",
    ("profit", True): "Margin-Gain",
    ("profit", False): "Margin-Loss",
    ("rebate", True): "Fee-Rebate",
    ("interest", False): "Loan-Interest",
    ("interest received", True): "Interest",
    ("fee", False): "Spend",
}
PLAIN = {True: "Deposit", False: "Withdrawal"}


def _type(event: TaxEvent) -> str:
    received = event.received_amount is not None
    if event.kind == "derivative fee":
        return "Margin-Fee"
    if is_staking_reward(event):
        return "Staking"
    return TYPES.get((event.label or "", received), "Trade" if event.is_trade else PLAIN[received])


def _rows(event: TaxEvent) -> Iterator[Row]:
    yield (
        _type(event),
        *money(event.received_amount, event.received_currency),
        "",
        *money(event.sent_amount, event.sent_currency),
        "",
        *money(event.fee_amount, event.fee_currency),
        "",
        f"{EXCHANGE} {event.source_account}".strip(),
        f"{time_of(event)} UTC",
        event.description,
        event.own_id,
    )


BITTYTAX = TaxFormat(
    (
        "Type",
        "Buy Quantity",
        "Buy Asset",
        "Buy Value in GBP",
        "Sell Quantity",
        "Sell Asset",
        "Sell Value in GBP",
        "Fee Quantity",
        "Fee Asset",
        "Fee Value in GBP",
        "Wallet",
        "Timestamp",
        "Note",
        "Id",
    ),
    _rows,
    flows_by_columns("Quantity", "Asset", Buy=1, Sell=-1, Fee=-1),
)
