"""What the API key may do, asked once a sync and only when an answer raises the question."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.rate_limits import PRIVATE, RateLimit
from source_cryptocom.api.retry_policy import CHECK_RETRIES
from source_cryptocom.api.row_source import RowSource

LOGGER = logging.getLogger("airbyte")
BALANCE = "private/user-balance"
SIDE_BY_SIDE = 8


@dataclass(frozen=True)
class SampleRequest:
    """One request that tells whether the key can read a table."""

    table: str
    method: str
    rate_limit: RateLimit = PRIVATE
    records_path: str = "data"
    parameters: Mapping[str, Any] = field(default_factory=dict)


class KeyAccess:
    """Asks private methods on behalf of no table. Thread-safe. `endpoint` is ExchangeApi.endpoint."""

    def __init__(self, endpoint: Callable[..., RowSource]) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()

    def reads_balance(self) -> bool | None:
        """Whether the key may read the balance; None where the exchange gave no answer to that. Asked once."""
        error = self._balance_refusal()
        if error is None:
            return True
        return False if error.action is Action.CONFIG_ERROR else None

    def require_balance(self) -> None:
        """Read the balance. Raises ExchangeError."""
        if error := self._balance_refusal():
            raise error

    def refusals(self, samples: Sequence[SampleRequest]) -> dict[str, ExchangeError]:
        """Send sample requests side by side; return the errors by table, of whatever kind."""
        with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as workers:
            errors = workers.map(self._refusal, samples)
            return {sample.table: error for sample, error in zip(samples, errors, strict=True) if error}

    def _balance_refusal(self) -> ExchangeError | None:
        with self._lock:
            return self._balance_error

    @cached_property
    def _balance_error(self) -> ExchangeError | None:
        return self._refusal(SampleRequest("user_balance", BALANCE))

    def _refusal(self, sample: SampleRequest) -> ExchangeError | None:
        """Send one request, whose rows are dropped."""
        endpoint = self._endpoint(
            sample.table, sample.method, sample.rate_limit, LOGGER, sample.records_path, retry_policy=CHECK_RETRIES
        )
        try:
            endpoint.fetch(**sample.parameters)
        except ExchangeError as error:
            return error
        return None
