"""What the API key may do, asked once a sync and only when an answer raises the question."""

import logging
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from source_cryptocom.api.client import CHECK_RETRIES
from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.rate_limits import PRIVATE, RateLimit

if TYPE_CHECKING:
    from source_cryptocom.api.endpoint import ExchangeApi

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
    """Asks private methods on behalf of no table. Thread-safe."""

    def __init__(self, api: "ExchangeApi") -> None:
        self._api = api
        self._lock = threading.Lock()
        self._is_known = False
        self._reads_balance: bool | None = None

    def reads_balance(self) -> bool | None:
        """Whether the key may read the balance; None where the exchange gave no answer to that. Asked once."""
        with self._lock:
            if not self._is_known:
                try:
                    self.require_balance()
                except ExchangeError as error:
                    self._reads_balance = False if error.action is Action.CONFIG_ERROR else None
                self._is_known = True
            return self._reads_balance

    def require_balance(self) -> None:
        """Read the balance. Raises ExchangeError."""
        self._ask(SampleRequest("user_balance", BALANCE))
        self._is_known = self._reads_balance = True

    def refusals(self, samples: Iterable[SampleRequest]) -> dict[str, ExchangeError]:
        """Send sample requests side by side; return the errors by table, of whatever kind."""

        def refusal(sample: SampleRequest) -> ExchangeError | None:
            try:
                self._ask(sample)
            except ExchangeError as error:
                return error
            return None

        asked = list(samples)
        with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as workers:
            errors = list(workers.map(refusal, asked))
        return {sample.table: error for sample, error in zip(asked, errors, strict=True) if error}

    def _ask(self, sample: SampleRequest) -> None:
        """Send one request, whose rows are dropped. Raises ExchangeError."""
        self._api.endpoint(
            sample.table, sample.method, sample.rate_limit, LOGGER, sample.records_path, retry_policy=CHECK_RETRIES
        ).fetch(**sample.parameters)
