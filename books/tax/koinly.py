"""Koinly's universal CSV."""

from collections.abc import Iterator

from books.tax.event import TaxEvent
from books.tax.tax_format import Row, TaxFormat, flows_by_columns, money, time_of

LABELS = {
    # (label, whether something was received): Koinly's
    ("reward", True): "reward",
    ("profit", True): "realized gain",
    ("profit", False): "realized gain",
    ("rebate", True): "fee refund",
    ("interest", False): "loan fee",
    ("interest received", True): "lending interest",
    ("fee", False): "cost",
    ("swap", True): "swap",
}
FEE_OF_DERIVATIVES = "margin fee"


def _rows(event: TaxEvent) -> Iterator[Row]:
    """Koinly takes a fee off itself; a deposit cannot have one there, so it is a cost of its own."""
    label = LABELS.get((event.label or "", event.received_amount is not None), "")
    if event.kind == "derivative fee":
        label = FEE_OF_DERIVATIVES
    fee = event.fee_amount, event.fee_currency
    own_cost = event.fee_amount is not None and event.sent_amount is None
    date = f"{time_of(event)} UTC"
    yield (
        date,
        *money(event.sent_amount, event.sent_currency),
        *money(event.received_amount, event.received_currency),
        *(("", "") if own_cost else money(*fee)),
        "",
        "",
        label,
        event.description,
        event.own_id,
    )
    if own_cost:
        yield (date, *money(*fee), *[""] * 6, "cost", f"fee of {event.description}", f"{event.event_key} fee")


KOINLY = TaxFormat(
    (
        "Date",
        "Sent Amount",
        "Sent Currency",
        "Received Amount",
        "Received Currency",
        "Fee Amount",
        "Fee Currency",
        "Net Worth Amount",
        "Net Worth Currency",
        "Label",
        "Description",
        "TxHash",
    ),
    _rows,
    flows_by_columns("Amount", "Currency", Received=1, Sent=-1, Fee=-1),
)
