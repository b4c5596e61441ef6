"""Orders that a fill names and no window brought: each is asked for by its id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.api.rate_limits import ORDER_DETAIL
from source_cryptocom.api.response import Row
from source_cryptocom.api.retry_policy import CHECK_RETRIES
from source_cryptocom.retrievers.base import Table
from source_cryptocom.state.series_positions import join_names

MOST_ORDERS = 300
"""In one sync, the latest fills first."""
MOST_FAILURES = 3


@dataclass(frozen=True)
class OrderLookup:
    """`method` gives one order by its id."""

    method: str
    table: Table

    def fetch(self, filled_ms: Mapping[str, int]) -> list[Row]:
        """The orders that the exchange has of these ids, each with the time in ms of a fill; says which it has not."""
        wanted = sorted(filled_ms, key=lambda order_id: filled_ms[order_id], reverse=True)
        endpoint = self.table.context.api.endpoint(
            self.table.name,
            self.method,
            ORDER_DETAIL,
            self.table.logger,
            records_path="",
            retry_policy=CHECK_RETRIES,
            judges_key=False,
        )
        found: list[Row] = []
        unknown: list[str] = []
        failures = 0
        for order_id in wanted[:MOST_ORDERS]:
            try:
                found += [row for row in endpoint.fetch(order_id=order_id).rows if str(row.get("order_id")) == order_id]
            except ExchangeError as error:
                unknown.append(order_id)
                # A refusal of the method for this id: it has no such order.
                failures += not error.refuses_method
                if failures >= MOST_FAILURES:
                    break
        self._say(unknown, len(wanted) - len(found) - len(unknown))
        return found

    def _say(self, unknown: Iterable[str], not_asked: int) -> None:
        if names := list(unknown):
            self.table.logger.info(
                f"{self.table.name}: fills name orders that the exchange does not give: {join_names(names)}."
            )
        if not_asked > 0:
            self.table.logger.info(f"{self.table.name}: {not_asked:,} more orders that fills name were not asked for.")
