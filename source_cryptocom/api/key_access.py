"""What the API key may do, asked once a sync and only when an answer raises the question."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from requests.auth import AuthBase

from source_cryptocom.api.client import CHECK_RETRIES, ExchangeClient
from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.rate_limits import HISTORY, PRIVATE, RateLimit, RequestBudget
from source_cryptocom.api.transport import REQUEST_ARGUMENTS
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS

LOGGER = logging.getLogger("airbyte")
BALANCE = "private/user-balance"
HISTORY_METHODS = {
    "private/get-order-history": HISTORY,
    "private/get-trades": HISTORY,
    "private/get-transactions": PRIVATE,
}


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

    def refused_history(self, now_ms: int) -> list[ExchangeError]:
        """Ask each method of account history for one row; return the errors of those that the key may not use.

        Raises ExchangeError for any other failure.
        """
        one_row = {
            "start_time": str((now_ms - MS_PER_DAY) * NS_PER_MS),
            "end_time": str(now_ms * NS_PER_MS),
            "limit": 1,
        }
        refusals = []
        for method, limit in HISTORY_METHODS.items():
            try:
                self.ask(method, limit, one_row, self.reads_balance)
            except ExchangeError as error:
                if not error.refuses_method:
                    raise
                refusals.append(error)
        return refusals

    def ask(
        self,
        method: str,
        limit: RateLimit,
        params: Mapping[str, Any] | None = None,
        reads_balance: Callable[[], bool | None] = lambda: None,
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
        ).send_request(
            http_method="POST",
            url=self._base_url + method,
            json={"method": method, "params": dict(params or {})},
            request_kwargs=REQUEST_ARGUMENTS,
        )
