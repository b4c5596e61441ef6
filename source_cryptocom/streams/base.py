"""What every table has in common: a declaration on top, one method of the exchange beneath.

    class Deposit(IncrementalExchangeStream):
        method = "private/get-deposit-history"
        records_path = "deposit_list"
        primary_key = "id"
        cursor_field = "update_time"
        retriever = ...

A declaration says what the table is; its retriever says how it is read, and the retriever's reader owns the state.
"""

from abc import ABC
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from threading import Lock
from typing import Any, ClassVar, TypeAlias

import requests
from airbyte_cdk.models import AirbyteMessage, FailureType, SyncMode
from airbyte_cdk.sources.streams.core import IncrementalMixin, StreamData
from airbyte_cdk.sources.streams.http import HttpStream
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.client import is_private
from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.api.rate_limits import RateLimit
from source_cryptocom.api.response import Row, envelope_of, rows_at
from source_cryptocom.api.row_source import Page, Parameter
from source_cryptocom.clock import rfc3339
from source_cryptocom.context import SyncContext
from source_cryptocom.records import RowMapper, UnreadableRow
from source_cryptocom.retrievers.base import Reader, Record, Retriever
from source_cryptocom.retrievers.pages import SinglePage
from source_cryptocom.streams.schema import catalog_schema

RowExpansion: TypeAlias = Callable[[Row], Iterable[Row]]
"""The rows of the table that one row of an answer holds. Raises ValueError where it holds none."""
RowCheck: TypeAlias = Callable[[Sequence[Row]], str]
"""Gives the warning for a page of rows, or an empty text."""


class ExchangeStream(HttpStream, ABC):
    """A table that is read from the start in every sync."""

    method: ClassVar[str]
    """The exchange's name of the method, such as `private/get-deposit-history`."""
    rate_limit: ClassVar[RateLimit]
    records_path: ClassVar[str] = "data"
    """Where the rows are under `result`; "" where the result itself is the one row."""
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    """Parameters of every request."""
    columns: ClassVar[Mapping[str, str]] = {}
    """Columns whose name is not the exchange's, by the name of the field."""
    defaults: ClassVar[Mapping[str, str]] = {}
    """Values of key columns that the exchange may leave out."""
    upper_case: ClassVar[Sequence[str]] = ()
    only_declared_columns: ClassVar[bool] = False
    """True keeps out every field that the schema does not declare: personal data must not enter as a new column."""
    never_empty: ClassVar[bool] = False
    """True for a table that has rows on any usable account or market: an empty one is worth a warning."""
    expansions: ClassVar[Sequence[RowExpansion]] = ()
    """Functions that take the table's rows out of one row of the answer."""
    request_time_column: ClassVar[str] = ""
    """The column for the moment of the request, for tables that show what is at that moment."""
    optional: ClassVar[bool] = False
    """True for a feature that an account may lack: if the exchange refuses the method, the table is skipped."""
    row_checks: ClassVar[Sequence[RowCheck]] = ()
    """Checks of a page of rows; each gives its warning at most once a sync."""
    retriever: ClassVar[Retriever] = SinglePage()

    def __init__(self, context: SyncContext) -> None:
        self.context = context
        super().__init__()
        self.endpoint = context.api.endpoint(
            self.name,
            self.method,
            self.rate_limit,
            self.logger,
            self.records_path,
            self.parameters,
            self.retriever.per_instrument,
        )
        self._mapper = RowMapper(
            self.get_json_schema(),
            self.key_columns(),
            self.columns,
            self.defaults,
            self.upper_case,
            cursor=self.cursor_column or None,
            only_declared=self.only_declared_columns,
        )
        fields = {column: field for field, column in self.columns.items()}
        self._key_fields = [fields.get(column, column) for column in self.key_columns()]
        self._unanswered_checks = list(self.row_checks)
        self.skipped = False
        self._lock = Lock()
        self.reader: Reader = self.retriever.reader(self)
        if self.reader.cursor and self.is_private():
            self.reader.cursor.account_of_key = context.account

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        # The CDK's own remembers it per object, and so keeps every stream and its connections until the process ends.
        return catalog_schema(self.name)

    @property
    def is_resumable(self) -> bool:
        """Whether the platform may keep what a full refresh has emitted when it is attempted again."""
        return bool(self.cursor_column) and self.retriever.is_resumable

    @classmethod
    def is_private(cls) -> bool:
        """True if the table needs a key."""
        return is_private(cls.method)

    @classmethod
    def key_columns(cls) -> list[str]:
        """The columns of the primary key; none for a table of one row."""
        key: Any = cls.primary_key
        return [key] if isinstance(key, str) else list(key or ())

    @property
    def cursor_column(self) -> str:
        """The cursor's column; empty for a table without incremental mode."""
        return self.cursor_field if isinstance(self.cursor_field, str) else ""

    def fetch(self, **parameters: Parameter) -> Page:
        """One request. Raises ExchangeError, or a system error for a row that holds none of the table's."""
        page = self.endpoint.fetch(**parameters)
        for check in tuple(self._unanswered_checks):
            if warning := check(page.rows):
                self._warn_once(check, warning)
                break
        try:
            for expand in self.expansions:
                page = Page([inner for row in page.rows for inner in expand(row)], page.result)
        except ValueError as error:
            raise self.unreadable(str(error)) from None
        return page

    def _warn_once(self, check: RowCheck, warning: str) -> None:
        """Pages are fetched by several threads."""
        with self._lock:
            is_news = check in self._unanswered_checks
            if is_news:
                self._unanswered_checks.remove(check)
        if is_news:
            self.warn(warning)

    def key_of(self, row: Row) -> str:
        """Identifies a row, as the exchange sent it, among all rows of the table."""
        return " ".join(str(row.get(field)) for field in self._key_fields)

    def to_records(self, rows: Iterable[Row], **request_columns: Any) -> list[Record]:
        """`rows` as records, with the columns that the request knows. Raises a system error for an unreadable row."""
        record = self._mapper.record
        if self.request_time_column:
            request_columns[self.request_time_column] = rfc3339(self.context.time_to_show())
        try:
            return [record(row, **request_columns) for row in rows]
        except UnreadableRow as error:
            raise self.unreadable(str(error)) from None

    def warn_of_odd_values(self) -> None:
        """Warns once, when the table has been read, of fields with odd values, and how often each held one."""
        if sentence := self._mapper.odd_values():
            self.warn(sentence)
        if columns := self._mapper.columns_without_a_value():
            self.warn(
                f"{', '.join(columns)}: null in every row, although the exchange always fills it. It has perhaps "
                "renamed the field: the log names those that the schema does not know. Please report this."
            )

    def unknown_fields(self) -> list[str]:
        """Fields that the exchange sent and the schema does not know."""
        return sorted(self._mapper.unknown_fields)

    def skips(self, error: ExchangeError) -> bool:
        """True if the exchange refused a feature that this account or key lacks, and the table may be skipped.

        A table that was read before has a state, and fails instead. Several workers may ask; one warning says it.
        """
        lacks_feature = (
            self.optional
            and error.refuses_method
            and not (self.reader.cursor and self.reader.cursor.state)
            and self.context.api.reads_balance() is True
        )
        with self._lock:
            if lacks_feature and not self.skipped:
                self.skipped = True
                self.warn(
                    "skipped, because this account or key lacks it; if it always will, leave this table out of the "
                    f"connection. {error}"
                )
        return lacks_feature

    def warn(self, sentence: str) -> None:
        """A warning in the log, which names the table."""
        self.logger.warning(f"{self.name}: {sentence}")

    def unreadable(self, reason: str) -> AirbyteTracedException:
        """The system error for a row that the table cannot hold."""
        return self.failure(
            f"{self.method} sent a row that table {self.name} cannot hold: {reason}. "
            "The saved state ends before it; please report this."
        )

    def failure(self, sentence: str) -> AirbyteTracedException:
        """A system error of this table, with the sentence that the user sees."""
        return AirbyteTracedException(
            message=sentence, internal_message=sentence, failure_type=FailureType.system_error
        )

    def stream_slices(self, **_: Any) -> Iterable[Mapping[str, Any] | None]:
        return self.reader.slices()

    def read_records(
        self,
        sync_mode: SyncMode,
        cursor_field: list[str] | None = None,
        stream_slice: Mapping[str, Any] | None = None,
        stream_state: Mapping[str, Any] | None = None,
    ) -> Iterable[StreamData]:
        for output in self.reader.read(stream_slice or {}):
            if isinstance(output, AirbyteMessage):
                yield output
            else:
                yield from output

    @property
    def url_base(self) -> str:
        return self.context.config.base_url

    def path(self, **_: Any) -> str:
        return self.method

    def next_page_token(self, response: requests.Response) -> Mapping[str, Any] | None:
        """None: what comes after a page depends on more than its response, so the retrievers page."""
        return None

    def parse_response(self, response: requests.Response, **_: Any) -> Iterable[Mapping[str, Any]]:
        return self.to_records(rows_at(envelope_of(response).result, self.records_path))


class IncrementalExchangeStream(ExchangeStream, IncrementalMixin, ABC):
    """A table that a sync reads from where the last one stopped. Its reader's cursor owns the state."""

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The state for the next sync."""
        return self.reader.cursor.state if self.reader.cursor else {}

    @state.setter
    def state(self, value: MutableMapping[str, Any]) -> None:
        self.restore(value, full_refresh=False)

    def restore(self, saved: Mapping[str, Any], full_refresh: bool) -> None:
        """Restores the state of the last sync."""
        if self.reader.cursor:
            self.reader.cursor.restore(saved, full_refresh)
