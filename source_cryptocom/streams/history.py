"""The account's history: orders that have ended, fills, and the ledger."""

from source_cryptocom.api.rate_limits import HISTORY, PRIVATE
from source_cryptocom.retrievers.order_windows import CREATED, OrderWindows
from source_cryptocom.retrievers.time_windows import TimeWindows
from source_cryptocom.retrievers.windows import RowTime
from source_cryptocom.streams.base import IncrementalExchangeStream
from source_cryptocom.streams.row_checks import legs_share_an_order_id


class OrderHistory(IncrementalExchangeStream):
    """Orders that have ended; the cursor is their update time."""

    method = "private/get-order-history"
    rate_limit = HISTORY
    primary_key = "order_id"
    cursor_field = "update_time"
    retriever = OrderWindows(open_orders="private/get-open-orders")
    row_checks = (legs_share_an_order_id,)


class UserTrade(IncrementalExchangeStream):
    """The account's fills. They never change, so their own time is the cursor."""

    method = "private/get-trades"
    rate_limit = HISTORY
    primary_key = ["instrument_name", "trade_id"]
    cursor_field = "create_time"
    retriever = TimeWindows(
        times=(CREATED, RowTime("create_time", "transact_time_ns")), identity=("instrument_name", "trade_id")
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
    retriever = TimeWindows(times=(RowTime("event_timestamp_ms", "event_timestamp_ns"),), identity=tuple(primary_key))
