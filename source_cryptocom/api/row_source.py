"""What is asked of the exchange, and what comes back, as the tables see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from source_cryptocom.api.response import Row

Parameter: TypeAlias = str | int | list[str]


@dataclass(frozen=True)
class Page:
    """The rows of one answer, as the exchange sent them, and the whole `result` that they came in."""

    rows: Sequence[Row]
    result: Any


class RowSource(Protocol):
    """Where rows come from: a table, or another method of the exchange."""

    def fetch(self, **parameters: Parameter) -> Page:
        """One request. Raises ExchangeError."""
