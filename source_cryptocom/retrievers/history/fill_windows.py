"""Fills: windows of them, and word of the orders that they name."""

from collections.abc import Iterator
from dataclasses import dataclass

from source_cryptocom.api.response import Row
from source_cryptocom.retrievers.base import Output, Reader, Slice, Table
from source_cryptocom.retrievers.history.state import ReadFrom
from source_cryptocom.retrievers.history.time_windows import TimeWindows, TimeWindowsReader
from source_cryptocom.retrievers.paging.windows import Window


@dataclass(frozen=True)
class FillWindows(TimeWindows):
    """Windows of fills, each of which names its order."""

    def reader(self, table: Table) -> Reader:
        return FillsReader(self, table)


class FillsReader(TimeWindowsReader):
    """Tells the reader of orders which orders the fills name that are new since the last sync."""

    _since_ms = 0

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        filled_orders = self._table.context.filled_orders
        filled_orders.begin()
        try:
            yield from super().read(stream_slice)
        finally:
            filled_orders.end()

    def before_windows(self, begin: ReadFrom, now: int) -> tuple[ReadFrom, list[list[Row]]]:
        self._since_ms = begin.read_to_ms
        return super().before_windows(begin, now)

    def new_rows(self, window: Window) -> Iterator[list[Row]]:
        for page in super().new_rows(window):
            timed = ((fill, self._latest_ms(fill)) for fill in page)
            self._table.context.filled_orders.add(one for one in timed if one[1] >= self._since_ms)
            yield page
