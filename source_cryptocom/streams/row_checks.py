"""What is worth a warning in a page of rows: each check gives a sentence, or an empty text. Pure."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from source_cryptocom.api.response import Row
from source_cryptocom.state.series_positions import join_names


def legs_share_an_order_id(rows: Sequence[Row]) -> str:
    """An example in the exchange's documentation has one order_id for two legs of a list."""
    legs: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        legs[str(row.get("order_id"))].add(str(row.get("leg_id")))
    shared = [order_id for order_id, found in legs.items() if len(found) > 1]
    if not shared:
        return ""
    return (
        f"the exchange gave several legs of an order list one order_id ({join_names(shared)}). All of them come, but a "
        "destination that removes duplicates keeps one of each: choose an append mode for this table, and tell the "
        "legs apart by leg_id. Please report this."
    )


def rows_share_a_key(key: Sequence[str], fixed: Sequence[str]) -> Callable[[Sequence[Row]], str]:
    """A check for rows of one `key` that differ in a `fixed` field, which no later version of a row changes."""

    def check(rows: Sequence[Row]) -> str:
        first: dict[tuple[object, ...], Row] = {}
        shared = set()
        for row in rows:
            values = tuple(row.get(field) for field in key)
            other = first.setdefault(values, row)
            if other is not row and any(row.get(field) != other.get(field) for field in fixed):
                shared.add(" ".join(str(value) for value in values if value is not None))
        if not shared:
            return ""
        return (
            f"the exchange gave different rows one identity: {' and '.join(key)} ({join_names(sorted(shared))}). They "
            "cannot be told apart, so rows of this table are missing, here or at the destination. Please report this."
        )

    return check
