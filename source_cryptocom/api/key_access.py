"""What the API key may do, asked once a sync and only when an answer raises the question."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from requests.auth import AuthBase

from source_cryptocom.api.client import CHECK_RETRIES, ExchangeClient
from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.rate_limits import PRIVATE, RateLimit, RequestBudget
from source_cryptocom.api.sample_requests import SampleRequest
from source_cryptocom.api.transport import REQUEST_ARGUMENTS

LOGGER = logging.getLogger("airbyte")
BALANCE = "private/user-balance"
SIDE_BY_SIDE = 8


class KeyAccess:
    """Asks private methods on behalf of no table. Thread-safe."""

    def __init__(self, base_url: str, access: AuthBase, budget: RequestBudget) -> None:
        self._base_url = base_url
        self._access = access
        self._budget = budget
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
        self.ask(BALANCE, PRIVATE)
        self._is_known = self._reads_balance = True

    def refusals(self, samples: Iterable[SampleRequest], now_ms: int) -> dict[str, ExchangeError]:
        """Send sample requests side by side; return the errors by table, of whatever kind."""

        def refusal(sample: SampleRequest) -> ExchangeError | None:
            try:
                self.ask(sample.method, sample.limit, sample.params_at(now_ms), self.reads_balance, sample.records_path)
            except ExchangeError as error:
                return error
            return None

        asked = list(samples)
        with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as workers:
            errors = list(workers.map(refusal, asked))
        return {sample.table: error for sample, error in zip(asked, errors, strict=True) if error}

    def ask(
        self,
        method: str,
        limit: RateLimit,
        params: Mapping[str, Any] | None = None,
        reads_balance: Callable[[], bool | None] = lambda: None,
        records_path: str = "data",
    ) -> None:
        """Send one request, whose answer is judged and dropped. Raises ExchangeError."""
        ExchangeClient(
            name="check",
            method=method,
            logger=LOGGER,
            authenticator=self._access,
            api_budget=self._budget.for_method(method, limit),
            retry_policy=CHECK_RETRIES,
            reads_balance=reads_balance,
            records_path=records_path,
        ).send_request(
            http_method="POST",
            url=self._base_url + method,
            json={"method": method, "params": dict(params or {})},
            request_kwargs=REQUEST_ARGUMENTS,
        )
