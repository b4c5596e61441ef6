"""Another method of the exchange that a table's reader asks beside the table's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from source_cryptocom.api.endpoint import Endpoint, Page, Parameter
from source_cryptocom.retrievers.base import Table


class RowSource(Protocol):
    """Where rows come from: a table's own method, or another one."""

    def fetch(self, **parameters: Parameter) -> Page:
        """One request. Raises ExchangeError, or a system error where a row is no object."""


@dataclass(frozen=True)
class OtherMethod:
    """`parameters` are what every request sends."""

    table: Table
    endpoint: Endpoint
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def fetch(self, **parameters: Parameter) -> Page:
        """One request. Raises ExchangeError, or a system error where a row is no object."""
        page = self.endpoint.fetch(**{**self.parameters, **parameters})
        if not all(isinstance(row, dict) for row in page.rows):
            raise self.table.failure(
                f"{self.endpoint.method}, which table {self.table.name} needs, sent a row that is not an object. "
                "Nothing after it was claimed; please report this."
            )
        return page
