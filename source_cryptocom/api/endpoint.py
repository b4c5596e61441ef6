"""One method of the exchange as the tables ask it: parameters in, a page of rows out."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from requests.auth import AuthBase

from source_cryptocom.api.account_identity import AccountIdentity
from source_cryptocom.api.authenticator import ExchangeAuthenticator, PublicAccess
from source_cryptocom.api.client import ExchangeClient, is_private
from source_cryptocom.api.connections import Connections
from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.exchange_clock import ExchangeClock
from source_cryptocom.api.key_access import BALANCE, KeyAccess
from source_cryptocom.api.rate_limits import RateLimit, RequestBudget, process_budget
from source_cryptocom.api.response import rows_at
from source_cryptocom.api.retry_policy import SYNC_RETRIES, RetryPolicy
from source_cryptocom.api.row_source import Page, Parameter
from source_cryptocom.clock import in_ms, rfc3339
from source_cryptocom.config import Credentials
from source_cryptocom.logs.redaction import mask_log

_KINDS = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", list: "a list"}
_TIMES = ("start_time", "end_time", "start_ts", "end_ts")


@dataclass(frozen=True)
class ExchangeApi:
    """What all methods of one sync share: address, credentials, request limits, retry policy, the exchange's time."""

    base_url: str
    credentials: Credentials | None = None
    retry_policy: RetryPolicy = SYNC_RETRIES
    budget: RequestBudget = field(default_factory=process_budget)
    clock: ExchangeClock = field(default_factory=ExchangeClock)
    ended: threading.Event = field(default_factory=threading.Event)

    @cached_property
    def private_access(self) -> AuthBase:
        return ExchangeAuthenticator(self.credentials) if self.credentials else self.public_access

    @cached_property
    def public_access(self) -> AuthBase:
        return PublicAccess()

    @cached_property
    def key_access(self) -> KeyAccess | None:
        """What the key may do; None without one."""
        return KeyAccess(self.endpoint) if self.credentials else None

    @cached_property
    def connections(self) -> Connections:
        """Shared by all methods."""
        return Connections()

    @cached_property
    def account_identity(self) -> AccountIdentity | None:
        """Which account the key belongs to; None without one."""
        return AccountIdentity(self.endpoint) if self.credentials else None

    def reads_balance(self) -> bool | None:
        """Whether the key may read the balance; None where there is no key, or no answer."""
        return self.key_access.reads_balance() if self.key_access else None

    def client(self, method: str, rate_limit: RateLimit, logger: logging.Logger, **options: Any) -> ExchangeClient:
        """A method's client; `options` are further fields of it."""
        mask_log(logger)
        access = self.private_access if is_private(method) else self.public_access
        budget = self.budget.for_method(method, rate_limit)
        return ExchangeClient(
            *(method, self.base_url + method, self.connections, access, budget, logger),
            clock=self.clock,
            ended=self.ended,
            **options,
        )

    def endpoint(
        self,
        name: str,
        method: str,
        rate_limit: RateLimit,
        logger: logging.Logger,
        records_path: str = "data",
        parameters: Mapping[str, Parameter] | None = None,
        per_instrument: bool = False,
        retry_policy: RetryPolicy | None = None,
        judges_key: bool = True,
    ) -> "Endpoint":
        """`name` is the table's. `records_path`: where under `result` the rows are; "" means it is the one row.

        An answer without rows there is tried again. `parameters` are what every request sends. `judges_key`: whether a
        refusal is worth a request that tells the key's fault from the method's.
        """
        client = self.client(
            method,
            rate_limit,
            logger,
            require_result=partial(rows_at, records_path=records_path),
            per_instrument=per_instrument,
            retry_policy=retry_policy or self.retry_policy,
            # Do not ask for the balance while asking for the balance.
            reads_balance=self.reads_balance if judges_key and method != BALANCE else lambda: None,
        )
        return Endpoint(name, records_path, client, parameters or {})


@dataclass(frozen=True)
class Endpoint:
    """Asks one method, within its limit, again where that helps."""

    table: str
    records_path: str
    client: ExchangeClient
    parameters: Mapping[str, Parameter]
    told_of_no_rows: threading.Event = field(default_factory=threading.Event)

    def fetch(self, **parameters: Parameter) -> Page:
        """One request. Raises ExchangeError, also where the answer holds no rows under `records_path`."""
        parameters = {**self.parameters, **parameters}
        result = self.client.send(parameters).result
        rows = rows_at(result, self.records_path)
        if self.client.logger.isEnabledFor(logging.DEBUG):
            self.client.logger.debug(f"{self.table}: {self.client.method} {in_words(parameters)}: {len(rows)} rows")
        return Page(self._objects(rows), result)

    def _objects(self, rows: list[Any]) -> list[Any]:
        """The rows without values that hold nothing of a row, such as null; warns of these once.

        Raises ExchangeError for a list, which may be a row in another form, and where no value is an object.
        """
        odd = [row for row in rows if not isinstance(row, dict)]
        if not odd:
            return rows
        kinds = ", ".join(sorted({_KINDS.get(type(row), "a text") for row in odd}))
        if len(odd) == len(rows) or any(isinstance(row, list) for row in odd):
            raise ExchangeError(
                Action.FAIL,
                f"{self.client.method}, which table {self.table} needs, sent a row that is not an object, but {kinds}. "
                "The saved state ends before it; please report this.",
            )
        if not self.told_of_no_rows.is_set():
            self.told_of_no_rows.set()
            self.client.logger.warning(
                f"{self.table}: {self.client.method} sent {kinds} among its rows: that is left out, and the rows come. "
                "Please report this."
            )
        return [row for row in rows if isinstance(row, dict)]


def in_words(parameters: Mapping[str, Parameter]) -> str:
    """`start_time=2026-08-16T00:00:00.000Z limit=100`: times are in ms or ns since the epoch."""
    return " ".join(f"{name}={_time(value) if name in _TIMES else value}" for name, value in parameters.items())


def _time(value: Parameter) -> str:
    try:
        return rfc3339(in_ms(int(str(value))))
    except (ValueError, OverflowError, OSError):
        return str(value)  # nanoseconds of a time before the exchange opened have too few digits to tell it
