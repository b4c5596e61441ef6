"""The account as it is now: one request a table."""

from collections.abc import Iterator
from typing import Any

from source_cryptocom.api.rate_limits import PRIVATE
from source_cryptocom.streams.base import ExchangeStream
from source_cryptocom.streams.order_legs import OrderTable


class UserBalance(ExchangeStream):
    """One row per asset, with the fields of the account it belongs to beside it."""

    method = "private/user-balance"
    rate_limit = PRIVATE
    primary_key = "instrument_name"
    never_empty = True

    def records(self, result: Any) -> Iterator[dict[str, Any]]:
        return self.to_records(row for account in result["data"] for row in self._assets(account))

    def _assets(self, account: Any) -> Iterator[dict[str, Any]]:
        if not isinstance(account, dict) or not isinstance(account.get("position_balances"), list):
            raise self.unreadable("position_balances is not a list")
        shared = {name: value for name, value in account.items() if name != "position_balances"}
        for asset in account["position_balances"]:
            if not isinstance(asset, dict):
                raise self.unreadable("a row is not an object")
            # The account's own name must not stand in for that of an asset which has none.
            renamed = asset.keys() | {self.primary_key}
            yield {f"account_{name}" if name in renamed else name: value for name, value in shared.items()} | asset


class UserPosition(ExchangeStream):
    """One row per position; a cross and an isolated position can share an instrument."""

    method = "private/get-positions"
    rate_limit = PRIVATE
    primary_key = ["account_id", "instrument_name", "isolation_id"]  # noqa: RUF012
    columns = {"update_timestamp_ms": "update_time"}  # noqa: RUF012
    defaults = {"isolation_id": "0"}  # noqa: RUF012


class OpenOrder(OrderTable):
    """The orders that are open at the moment of the sync."""

    method = "private/get-open-orders"
    rate_limit = PRIVATE
    primary_key = "order_id"
