"""Retriever (declared on a table), Reader (made for one sync), and Table (what a reader may use of its stream)."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeAlias

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.rate_limits import RateLimit
from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Page, Parameter
from source_cryptocom.config import Config
from source_cryptocom.context import SyncContext
from source_cryptocom.state.cursor import StreamCursor

Record: TypeAlias = dict[str, Any]
Output: TypeAlias = Sequence[Record] | AirbyteMessage
"""The records of a page, or a STATE message that covers the records before it."""
SeriesPages: TypeAlias = Generator[Sequence[Record], None, bool]
"""Pages of records, one after the other; returns True if the whole series has been read."""
Slice: TypeAlias = Mapping[str, Any]


class Table(Protocol):
    """What a reader may use of the stream that it reads."""

    @property
    def name(self) -> str: ...

    @property
    def rate_limit(self) -> RateLimit: ...

    @property
    def logger(self) -> logging.Logger: ...

    @property
    def context(self) -> SyncContext: ...

    @property
    def cursor_column(self) -> str: ...

    @property
    def never_empty(self) -> bool: ...

    def key_of(self, row: Row) -> str:
        """Identifies a row, as the exchange sent it, among all rows of the table."""

    def fetch(self, **parameters: Parameter) -> Page:
        """One request. Raises ExchangeError, or a system error for a row that holds none of the table's."""

    def to_records(self, rows: Iterable[Row], **request_columns: Any) -> list[Record]:
        """Rows as records, with the columns that the request knows. Raises a system error for an unreadable row."""

    def warn(self, sentence: str) -> None:
        """A warning in the log, which names the table."""

    def unreadable(self, reason: str) -> AirbyteTracedException:
        """A system error: the exchange sent a row that the table cannot hold."""

    def failure(self, sentence: str) -> AirbyteTracedException:
        """A system error with the sentence that the user sees."""


class Reader(ABC):
    """Reads one table in one sync. `cursor` is None for a table without incremental mode."""

    cursor: StreamCursor | None = None

    def slices(self) -> Iterable[Slice]:
        """Slices that are read in parallel; by default one, the whole table."""
        return [{}]

    @abstractmethod
    def read(self, stream_slice: Slice) -> Iterator[Output]:
        """All records of a slice, page by page, and the STATE messages among them."""


class Retriever(ABC):
    """How a table is read; frozen, and named in the table's declaration.

    `per_instrument`: read by several workers, each request for one instrument. `takes_long`: read by one worker for as
    long as the sync takes. `is_resumable`: a full refresh that was broken off can go on from its state.
    `reads_history`: a first sync begins at start_date, and the exchange may have rows from before it.
    """

    per_instrument: ClassVar[bool] = False
    takes_long: ClassVar[bool] = False
    is_resumable: ClassVar[bool] = False
    reads_history: ClassVar[bool] = False

    @abstractmethod
    def reader(self, table: Table) -> Reader:
        """What reads the table in one sync."""

    def requests_per_instrument(self, config: Config, hours: float) -> float:
        """Requests for each instrument when `hours` have passed since the last sync (0: a first one)."""
        return 0

    def sample(self, now_ms: int) -> Mapping[str, Parameter] | None:
        """Parameters of the smallest request that shows whether a key may read this table; None if none exists."""
        return {}
