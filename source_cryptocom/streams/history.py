"""Account history: orders that have ended, fills, and the ledger."""

from source_cryptocom.api.rate_limits import HISTORY, PRIVATE
from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_DAY
from source_cryptocom.retrievers.changing.reader import ByEarlierEnd, ChangingRows, OpenRows
from source_cryptocom.retrievers.history.fill_windows import FillWindows
from source_cryptocom.retrievers.history.order_windows import CREATED, OrderWindows
from source_cryptocom.retrievers.history.time_windows import TimeWindows
from source_cryptocom.retrievers.paging.windows import RowTime
from source_cryptocom.streams.base import IncrementalExchangeStream
from source_cryptocom.streams.row_checks import legs_share_an_order_id, rows_share_a_key


class OrderHistory(IncrementalExchangeStream):
    """Orders that have ended; the cursor is their update time."""

    method = "private/get-order-history"
    rate_limit = HISTORY
    primary_key = "order_id"
    cursor_field = "update_time"
    retriever = OrderWindows(open_orders="private/get-open-orders", one_order="private/get-order-detail")
    row_checks = (legs_share_an_order_id, rows_share_a_key(("order_id", "leg_id"), ("create_time",)))

    def key_of(self, row: Row) -> str:
        """An order that has changed comes again, and legs of an order list may share an id."""
        return f"{super().key_of(row)} {row.get('leg_id')} {row.get('update_time')}"


class UserTrade(IncrementalExchangeStream):
    """The account's fills. They never change, so their own time is the cursor."""

    method = "private/get-trades"
    rate_limit = HISTORY
    primary_key = ["instrument_name", "trade_id"]
    cursor_field = "create_time"
    retriever = FillWindows((CREATED, RowTime("create_time", "transact_time_ns")))
    row_checks = (
        rows_share_a_key(
            ("instrument_name", "trade_id"), ("create_time", "order_id", "traded_quantity", "traded_price")
        ),
    )


class Transaction(IncrementalExchangeStream):
    """The account's ledger. The exchange books several rows under one journal id and nanosecond: hence the key."""

    method = "private/get-transactions"
    rate_limit = PRIVATE
    primary_key = [
        "account_id",
        "journal_id",
        "journal_type",
        "instrument_name",
        "isolation_id",
        "event_timestamp_ns",
    ]
    cursor_field = "event_time"
    columns = {"event_timestamp_ms": "event_time"}
    defaults = {"isolation_id": "0"}
    retriever = TimeWindows((RowTime("event_timestamp_ms", "event_timestamp_ns"),))
    row_checks = (rows_share_a_key(primary_key, ("transaction_qty",)),)


class AdvancedOrderHistory(OrderHistory):
    """Trigger orders and legs of order lists that have ended; `exchange_order_id` names the order that one became."""

    method = "private/advanced/get-order-history"
    rate_limit = PRIVATE
    optional = True
    retriever = OrderWindows(open_orders="private/advanced/get-open-orders")


class OtcDeal(IncrementalExchangeStream):
    """Deals off the order book, those that are not settled among them."""

    method = "private/otc/get-deal-history"
    rate_limit = PRIVATE
    records_path = "deal_list"
    primary_key = "deal_id"
    cursor_field = "update_time_ns"
    parameters = {"deal_type": "QUOTE_REQUEST"}
    optional = True
    retriever = ChangingRows(
        (RowTime("create_time_ms", "create_time_ns"), RowTime("update_time_ms", "update_time_ns")),
        ByEarlierEnd(20, limit=""),
        status="deal_status",
        final=("SETTLED", "REJECTED"),
        open_rows=OpenRows(
            "private/otc/get-open-deals",
            PRIVATE,
            "deal_list",
            emitted=True,
            parameters={"deal_type": "QUOTE_REQUEST"},
            step_ms=7 * MS_PER_DAY,
        ),
        unit_ns=1,
        step_ms=MS_PER_DAY,
    )
