"""What all streams of one sync share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from requests.auth import AuthBase

from source_cryptocom.api.authenticator import ExchangeAuthenticator, PublicAccess
from source_cryptocom.api.client import SYNC_RETRIES, RetryPolicy
from source_cryptocom.api.key_access import KeyAccess
from source_cryptocom.api.rate_limits import RequestBudget, process_budget
from source_cryptocom.clock import now_ms
from source_cryptocom.config import Config


@dataclass(frozen=True)
class SyncContext:
    """One run of the connector. `lanes`: how many partitions each per-instrument table is read in."""

    config: Config
    retry_policy: RetryPolicy = SYNC_RETRIES
    lanes: Mapping[str, int] = field(default_factory=dict)
    clock: Callable[[], int] = now_ms
    budget: RequestBudget = field(default_factory=process_budget)
    private_access: AuthBase | None = None
    public_access: AuthBase = field(default_factory=PublicAccess)

    key_access: KeyAccess | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.private_access is None and self.config.credentials:
            object.__setattr__(self, "private_access", ExchangeAuthenticator(self.config.credentials))
        if self.private_access:
            access = KeyAccess(self.config.base_url, self.private_access, self.budget)
            object.__setattr__(self, "key_access", access)

    def reads_balance(self) -> bool | None:
        """Whether the key may read the balance; None where there is no key, or no answer."""
        return self.key_access.reads_balance() if self.key_access else None


@dataclass(frozen=True)
class Assignment:
    """How the configured catalog wants a stream read: from the start or from `state`."""

    full_refresh: bool = True
    state: Mapping[str, Any] = field(default_factory=dict)
