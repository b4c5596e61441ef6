"""The account's fills and its ledger: rows that never change once written."""

from source_cryptocom.api.rate_limits import HISTORY, PRIVATE
from source_cryptocom.retrievers.time_windows import HistoryStream
from source_cryptocom.retrievers.windows import RowTime

CREATION = RowTime("create_time", "create_time_ns")


class UserTrade(HistoryStream):
    """The account's fills. They never change, so their own time is the cursor."""

    method = "private/get-trades"
    rate_limit = HISTORY
    primary_key = ["instrument_name", "trade_id"]  # noqa: RUF012
    cursor_field = "create_time"
    times = (CREATION, RowTime("create_time", "transact_time_ns"))
    identity_fields = ("instrument_name", "trade_id")


class Transaction(HistoryStream):
    """The account's ledger. The exchange books several rows under one journal id and nanosecond: hence the key."""

    method = "private/get-transactions"
    rate_limit = PRIVATE
    primary_key = [  # noqa: RUF012
        "account_id",
        "journal_id",
        "journal_type",
        "instrument_name",
        "isolation_id",
        "event_timestamp_ns",
    ]
    cursor_field = "event_time"
    columns = {"event_timestamp_ms": "event_time"}  # noqa: RUF012
    defaults = {"isolation_id": "0"}  # noqa: RUF012
    times = (RowTime("event_timestamp_ms", "event_timestamp_ns"),)
    identity_fields = tuple(primary_key)
