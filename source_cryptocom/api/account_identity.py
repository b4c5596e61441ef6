"""Which account the key belongs to: a hash, from one request a sync."""

import logging
import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.api.rate_limits import PRIVATE
from source_cryptocom.api.retry_policy import CHECK_RETRIES
from source_cryptocom.api.row_source import RowSource

LOGGER = logging.getLogger("airbyte")
ACCOUNTS = "private/get-accounts"
_LENGTH = 16


class AccountIdentity:
    """The account that a key reads. Thread-safe.

    The answer of private/get-accounts names it as `this_account`, whether or not the account has any row; nothing else
    does so. Where the key may not ask that, the account is not known. `endpoint` is ExchangeApi.endpoint.
    """

    def __init__(self, endpoint: Callable[..., RowSource]) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._is_asked = False
        self._fingerprint: str | None = None

    def fingerprint(self) -> str | None:
        """A hash of the account's id, the same for every key of the account; None where the exchange does not tell."""
        with self._lock:
            if not self._is_asked:
                self._is_asked = True
                self._fingerprint = self._ask()
            return self._fingerprint

    def _ask(self) -> str | None:
        endpoint = self._endpoint(
            "account", ACCOUNTS, PRIVATE, LOGGER, "", retry_policy=CHECK_RETRIES, judges_key=False
        )
        try:
            result = endpoint.fetch(page=0, page_size=1).result
        except ExchangeError as error:
            LOGGER.debug(f"Which account the key belongs to is not known. {error}")
            return None
        return fingerprint_of(result)


def fingerprint_of(result: Mapping[str, Any]) -> str | None:
    """The fingerprint from a result of private/get-accounts. Account ids are random, so no one is found by its hash."""
    account = result.get("this_account")
    account_id = account.get("uuid") if isinstance(account, Mapping) else None
    if not isinstance(account_id, str) or not account_id.strip():
        return None
    return sha256(f"source-cryptocom {account_id.strip().lower()}".encode()).hexdigest()[:_LENGTH]
