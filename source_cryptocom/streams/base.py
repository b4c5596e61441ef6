"""The class tree of the eleven tables:

    ExchangeStream              one method of the exchange: request, answer, records
    |-- Instrument              public, one request                                     market.py
    |-- UserBalance, UserPosition, OpenOrder    private, one request                    account.py
    `-- CheckpointedStream      keeps a state, can be read incrementally                base.py
        |-- MarketStream        public, hours_between_syncs                             market_stream.py
        |   |-- Ticker          one request                                             market.py
        |   `-- PerInstrumentStream     lanes over a shared list of instruments         per_instrument.py
        |       |-- Book                                                                market.py
        |       `-- OngoingStream       goes on from each instrument's place            ongoing.py
        |           `-- Trade, Candlestick                              trade.py, candlestick.py
        `-- HistoryStream       private, time windows                                   history_stream.py
            |-- UserTrade, Transaction                                                  history.py
            `-- OrderHistory    watches open orders, too                                order_history.py

The hooks of a subclass, in the order in which they are called: `read_partition`, `parameters`, `records`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cache
from typing import Any, ClassVar

import requests
from airbyte_cdk.models import FailureType, SyncMode
from airbyte_cdk.sources.streams.core import IncrementalMixin, StreamData
from airbyte_cdk.sources.streams.http import HttpStream
from airbyte_cdk.sources.utils.schema_helpers import ResourceSchemaLoader
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.authenticator import PublicAccess
from source_cryptocom.api.client import ExchangeClient
from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.rate_limits import RateLimit
from source_cryptocom.api.response import Row, envelope_of
from source_cryptocom.api.transport import CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS
from source_cryptocom.context import Assignment, SyncContext
from source_cryptocom.records import RowMapper, UnreadableRow
from source_cryptocom.retrievers.window_paginator import PageSizeRefused, UnpageableWindow, WindowPaginator
from source_cryptocom.retrievers.windows import Window

Parameters = Mapping[str, str | int]


@cache
def _schema(table: str) -> Mapping[str, Any]:
    return ResourceSchemaLoader("source_cryptocom").get_schema(table)


class ExchangeStream(HttpStream, ABC):
    """One table, read from one method of the exchange."""

    method: ClassVar[str]
    rate_limit: ClassVar[RateLimit]
    columns: ClassVar[Mapping[str, str]] = {}
    defaults: ClassVar[Mapping[str, str]] = {}
    upper_case: ClassVar[Sequence[str]] = ()
    # True keeps out every field that the schema does not declare: personal data must not enter as a new column.
    only_declared_columns: ClassVar[bool] = False
    # A table that holds rows on any usable account or market: none at all is worth a word.
    never_empty: ClassVar[bool] = False
    per_instrument: ClassVar[bool] = False

    def __init__(self, context: SyncContext) -> None:
        self._context = context
        super().__init__()
        self._http_client = ExchangeClient(
            name=self.name,
            method=self.method,
            logger=self.logger,
            authenticator=self._access(context),
            api_budget=context.budget.for_method(self.method, self.rate_limit),
            per_instrument=self.per_instrument,
            retry_policy=context.retry_policy,
            reads_balance=context.reads_balance,
        )
        self._mapper = RowMapper(
            self.get_json_schema(),
            self._key_columns(),
            self.columns,
            self.defaults,
            self.upper_case,
            cursor=self.cursor_field if isinstance(self.cursor_field, str) else None,
            only_declared=self.only_declared_columns,
        )

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        # The CDK's own remembers it per object, and so keeps every stream and its connections until the process ends.
        return _schema(self.name)

    @classmethod
    def is_private(cls) -> bool:
        return cls.method.startswith("private/")

    def _access(self, context: SyncContext) -> Any:
        if not self.is_private():
            return context.public_access
        return context.private_access or PublicAccess()

    def _key_columns(self) -> list[str]:
        key = self.primary_key
        return [key] if isinstance(key, str) else [str(column) for column in key or ()]

    @property
    def url_base(self) -> str:
        return self._context.config.base_url

    @property
    def http_method(self) -> str:
        return "POST" if self.is_private() else "GET"

    def path(
        self,
        *,
        stream_state: Mapping[str, Any] | None = None,
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> str:
        return self.method

    def request_params(
        self,
        stream_state: Mapping[str, Any] | None,
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> MutableMapping[str, Any]:
        return {} if self.is_private() else dict(stream_slice or {})

    def request_body_json(
        self,
        stream_state: Mapping[str, Any] | None,
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any] | None:
        return {"method": self.method, "params": dict(stream_slice or {})} if self.is_private() else None

    def request_kwargs(
        self,
        stream_state: Mapping[str, Any] | None,
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        # A redirect would carry the signed body to another host.
        return {"timeout": (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS), "allow_redirects": False}

    def next_page_token(self, response: requests.Response) -> Mapping[str, Any] | None:
        """None: what comes after a page depends on more than its response; the tables walk their pages themselves."""
        return None

    def parse_response(
        self,
        response: requests.Response,
        *,
        stream_state: Mapping[str, Any],
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> Iterable[Mapping[str, Any]]:
        return self.records(envelope_of(response).result)

    def request(self, parameters: Parameters) -> Any:
        """One request's `result`, an object whose `data` is a list. Raises ExchangeError."""
        _, response = self._fetch_next_page(stream_slice=parameters)
        return envelope_of(response).result

    def rows(self, parameters: Parameters) -> list[Row]:
        """One request's rows as the exchange sent them. Raises ExchangeError."""
        return self.rows_of(self.request(parameters))

    def rows_of(self, result: Any) -> list[Row]:
        """The rows in one request's result."""
        rows: list[Row] = result["data"]
        if not all(isinstance(row, dict) for row in rows):
            raise self.unreadable("a row is not an object")
        return rows

    def parameters(self) -> Parameters:
        """What the table's one request asks for."""
        return {}

    def records(self, result: Any) -> Iterator[dict[str, Any]]:
        """The records of one request's result."""
        return self.to_records(result["data"])

    def to_records(self, rows: Iterable[Row], **known: Any) -> Iterator[dict[str, Any]]:
        """`rows` as records, with the columns that the request knows. Raises a system error for an unreadable row."""
        record = self._mapper.record
        try:
            for row in rows:
                yield record(row, **known)
        except UnreadableRow as error:
            raise self.unreadable(str(error)) from None
        except AttributeError:
            raise self.unreadable("a row is not an object") from None

    def warn_of_odd_values(self) -> None:
        """Called once, when the table has been read: says which fields held odd values, and how often."""
        if sentence := self._mapper.odd_values():
            self.logger.warning(f"{self.name}: {sentence}")

    def page(self, parameters: Parameters, larger: bool) -> list[Row]:
        """One page of a window. Raises PageSizeRefused where a `larger` page is refused, else ExchangeError."""
        try:
            return self.rows(parameters)
        except ExchangeError as error:
            if larger and error.action in (Action.FAIL, Action.BAD_REQUEST):
                raise PageSizeRefused from None
            raise

    def whole(self, reader: WindowPaginator, window: Window) -> Iterator[list[Row]]:
        """A window's rows to its end, each once. Raises a system error where the end cannot be reached."""
        try:
            yield from reader.read(window)
        except UnpageableWindow as error:
            raise self.failure(f"{self.name}: {error}") from None

    def unreadable(self, reason: str) -> AirbyteTracedException:
        return self.failure(
            f"{self.method} sent a row that table {self.name} cannot hold: {reason}. "
            "Nothing after it was claimed; please report this."
        )

    def failure(self, sentence: str) -> AirbyteTracedException:
        """A system error of this table, with the sentence that the user sees."""
        return AirbyteTracedException(
            message=sentence, internal_message=sentence, failure_type=FailureType.system_error
        )

    def read_records(
        self,
        sync_mode: SyncMode,
        cursor_field: list[str] | None = None,
        stream_slice: Mapping[str, Any] | None = None,
        stream_state: Mapping[str, Any] | None = None,
    ) -> Iterable[StreamData]:
        return self.read_partition()

    def read_partition(self) -> Iterator[StreamData]:
        """The records of one partition, and the STATE messages among them."""
        records = self.records(self.request(self.parameters()))
        first = next(records, None)
        if first is not None:
            yield first
            yield from records
        elif self.never_empty:
            self.logger.warning(
                f"{self.name}: {self.method} lists nothing. Where that is not so, the exchange has a problem: "
                "a full refresh that overwrites has emptied the table, and the next sync fills it again."
            )


class CheckpointedStream(ExchangeStream, IncrementalMixin, ABC):
    """A table that keeps a state. `assign` is called before it is read; `state` is a snapshot, safe to send."""

    def __init__(self, context: SyncContext) -> None:
        super().__init__(context)
        self._full_refresh = True
        self._unread_state: Mapping[str, Any] = {}

    def assign(self, assignment: Assignment) -> None:
        """How to read. The saved state is judged when reading begins, so that a bad one fails this table alone."""
        self._full_refresh = assignment.full_refresh
        self._unread_state = assignment.state

    @property
    @abstractmethod
    def state(self) -> MutableMapping[str, Any]:
        """What has been read, as the next sync finds it."""

    @state.setter
    def state(self, value: MutableMapping[str, Any]) -> None:
        self._unread_state = value

    def finish(self) -> None:
        """Called by the engine's main thread when all of the stream's partitions have ended, well or not."""

    def warn_unusable(self, reason: Exception) -> None:
        self.logger.warning(
            f"{self.name}: the saved state is not used, because {reason}. The table is read from the start."
        )
