"""The account as it is at the moment of the sync."""

from collections.abc import Iterable, Iterator
from typing import Any

from source_cryptocom.api.rate_limits import PRIVATE
from source_cryptocom.api.response import Row
from source_cryptocom.retrievers.base import Record
from source_cryptocom.streams.base import ExchangeStream
from source_cryptocom.streams.row_checks import legs_share_an_order_id


class UserBalance(ExchangeStream):
    """One row per asset, with the fields of the account it belongs to beside it."""

    method = "private/user-balance"
    rate_limit = PRIVATE
    primary_key = "instrument_name"
    never_empty = True

    def to_records(self, rows: Iterable[Row], **request_columns: Any) -> list[Record]:
        return super().to_records((asset for account in rows for asset in self._assets(account)), **request_columns)

    def _assets(self, account: Row) -> Iterator[Row]:
        assets = account.get("position_balances")
        if not isinstance(assets, list):
            raise self.unreadable("position_balances is not a list")
        shared = {name: value for name, value in account.items() if name != "position_balances"}
        for asset in assets:
            if not isinstance(asset, dict):
                raise self.unreadable("a row is not an object")
            # The account's own name must not stand in for that of an asset which has none.
            renamed = asset.keys() | set(self.key_columns)
            yield {f"account_{name}" if name in renamed else name: value for name, value in shared.items()} | asset


class UserPosition(ExchangeStream):
    """One row per position; a cross and an isolated position can share an instrument."""

    method = "private/get-positions"
    rate_limit = PRIVATE
    primary_key = ["account_id", "instrument_name", "isolation_id"]
    columns = {"update_timestamp_ms": "update_time"}
    defaults = {"isolation_id": "0"}


class OpenOrder(ExchangeStream):
    """The orders that are open at the moment of the sync."""

    method = "private/get-open-orders"
    rate_limit = PRIVATE
    primary_key = "order_id"
    row_checks = (legs_share_an_order_id,)
