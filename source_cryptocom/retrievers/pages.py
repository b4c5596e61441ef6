"""Tables that are read as they are at the moment of the sync."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from source_cryptocom.config import Config
from source_cryptocom.retrievers.base import Output, Reader, Slice, Table
from source_cryptocom.state.market_cursor import SnapshotCursor


@dataclass(frozen=True)
class SinglePage:
    """One request brings all rows. `incremental`: one snapshot a sync, no sooner than hours_between_syncs."""

    incremental: bool = False

    per_instrument: ClassVar[bool] = False
    takes_long: ClassVar[bool] = False
    is_resumable: ClassVar[bool] = False

    def reader(self, table: Table) -> Reader:
        return _SinglePageReader(table, self.incremental)

    def requests_per_instrument(self, config: Config, hours: float) -> int:
        return 0


class _SinglePageReader:
    def __init__(self, table: Table, incremental: bool) -> None:
        self._table = table
        self.cursor = SnapshotCursor(table.name, table.logger) if incremental else None

    def slices(self) -> Iterable[Slice]:
        context = self._table.context
        if self.cursor and not self.cursor.begin(context.clock(), context.config.hours_between_syncs):
            return []
        return [{}]

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        records = self._table.to_records(self._table.fetch().rows)
        if not records and self._table.never_empty:
            self._table.logger.warning(
                f"{self._table.name}: the exchange lists nothing. Where that is not so, it has a problem: a full "
                "refresh that overwrites has emptied the table, and the next sync fills it again."
            )
        yield records
        if self.cursor:
            self.cursor.complete()
