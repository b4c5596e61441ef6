"""Order ids that several legs of an order list share."""

from abc import ABC
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from source_cryptocom.api.response import Row
from source_cryptocom.state.restored_cursors import join_names
from source_cryptocom.streams.base import ExchangeStream


def shared_order_ids(rows: Iterable[Row]) -> list[str]:
    """The ids under which rows of different legs stand."""
    legs: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        legs[str(row.get("order_id"))].add(str(row.get("leg_id")))
    return [order_id for order_id, found in legs.items() if len(found) > 1]


class OrderTable(ExchangeStream, ABC):
    """A table of orders. An example in the documentation has one id for two legs: if such come, a warning says so."""

    _warned_of_shared_ids = False

    def to_records(self, rows: Iterable[Row], **known: Any) -> Iterator[dict[str, Any]]:
        rows = list(rows)
        if not self._warned_of_shared_ids and (shared := shared_order_ids(rows)):
            self._warned_of_shared_ids = True
            self.logger.warning(
                f"{self.name}: the exchange gave several legs of an order list one order_id ({join_names(shared)}). "
                "All of them come, but a destination that removes duplicates keeps one of each: choose an append mode "
                "for this table, and tell the legs apart by leg_id. Please report this."
            )
        return super().to_records(rows, **known)
