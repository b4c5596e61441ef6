"""One method of the exchange as the tables ask it: parameters in, a page of rows out."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeAlias

from requests.auth import AuthBase

from source_cryptocom.api.authenticator import ExchangeAuthenticator, PublicAccess
from source_cryptocom.api.client import SYNC_RETRIES, ExchangeClient, ExchangeErrorHandler, RetryPolicy
from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.key_access import BALANCE, KeyAccess
from source_cryptocom.api.rate_limits import RateLimit, RequestBudget, process_budget
from source_cryptocom.api.response import Row, envelope_of, rows_at
from source_cryptocom.api.transport import REQUEST_ARGUMENTS
from source_cryptocom.config import Credentials

Parameter: TypeAlias = str | int | list[str]


@dataclass(frozen=True)
class Page:
    """The rows of one answer, as the exchange sent them, and the whole `result` that they came in."""

    rows: Sequence[Row]
    result: Any


@dataclass(frozen=True)
class ExchangeApi:
    """What all methods of one sync share: address, credentials, request limits and retry policy."""

    base_url: str
    credentials: Credentials | None = None
    retry_policy: RetryPolicy = SYNC_RETRIES
    budget: RequestBudget = field(default_factory=process_budget)

    @cached_property
    def private_access(self) -> AuthBase:
        return ExchangeAuthenticator(self.credentials) if self.credentials else self.public_access

    @cached_property
    def public_access(self) -> AuthBase:
        return PublicAccess()

    @cached_property
    def key_access(self) -> KeyAccess | None:
        """What the key may do; None without one."""
        return KeyAccess(self) if self.credentials else None

    def reads_balance(self) -> bool | None:
        """Whether the key may read the balance; None where there is no key, or no answer."""
        return self.key_access.reads_balance() if self.key_access else None

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
    ) -> "Endpoint":
        """`name` is the table's. `records_path`: where under `result` the rows are; "" means it is the one row.

        An answer without rows there is tried again. `parameters` are what every request sends.
        """
        error_handler = ExchangeErrorHandler(
            method,
            partial(rows_at, records_path=records_path),
            per_instrument,
            retry_policy or self.retry_policy,
            # The answer to a request for the balance says itself whether the key reads it.
            (lambda: None) if method == BALANCE else self.reads_balance,
        )
        access = self.private_access if is_private(method) else self.public_access
        client = ExchangeClient(name, logger, access, self.budget.for_method(method, rate_limit), error_handler)
        return Endpoint(name, self.base_url, method, records_path, client, parameters or {})


@dataclass(frozen=True)
class Endpoint:
    """Asks one method, within its limit, again where that helps."""

    table: str
    base_url: str
    method: str
    records_path: str
    client: ExchangeClient
    parameters: Mapping[str, Parameter]

    def fetch(self, **parameters: Parameter) -> Page:
        """One request. Raises ExchangeError, also where the answer holds no rows under `records_path`."""
        parameters = {**self.parameters, **parameters}
        private = is_private(self.method)
        _, response = self.client.send_request(
            http_method="POST" if private else "GET",
            url=self.base_url + self.method,
            json={"method": self.method, "params": parameters} if private else None,
            params=None if private else {name: str(value) for name, value in parameters.items()},
            request_kwargs=REQUEST_ARGUMENTS,
        )
        result = envelope_of(response).result
        rows = rows_at(result, self.records_path)
        if not all(isinstance(row, dict) for row in rows):
            raise ExchangeError(
                Action.FAIL,
                f"{self.method}, which table {self.table} needs, sent a row that is not an object. "
                "Nothing after it was claimed; please report this.",
            )
        return Page(rows, result)


def is_private(method: str) -> bool:
    """Private methods are signed POSTs, public ones GETs."""
    return method.startswith("private/")
