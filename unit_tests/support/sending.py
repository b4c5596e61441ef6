"""One signed request through the client, against canned answers."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from source_cryptocom.api.authenticator import ExchangeAuthenticator
from source_cryptocom.api.client import ExchangeClient
from source_cryptocom.api.connections import Connections
from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.api.rate_limits import HISTORY
from source_cryptocom.api.response import Envelope, rows_at
from source_cryptocom.api.retry_policy import SYNC_RETRIES, RetryPolicy
from source_cryptocom.config import Credentials
from source_cryptocom.logs.redaction import register_secrets
from unit_tests.support.builders import API_KEY, API_SECRET, BASE_URL, UnlimitedBudget, answer, refusal

METHOD = "private/get-trades"
URL = BASE_URL + METHOD
LOGGER = logging.getLogger("airbyte.client-test")
SUCCESS = answer([{"trade_id": "1"}])


def client(
    retry_policy: RetryPolicy = SYNC_RETRIES,
    per_instrument: bool = False,
    records_path: str = "data",
    reads_balance: Callable[[], bool | None] = lambda: None,
) -> ExchangeClient:
    register_secrets(API_KEY, API_SECRET)
    return ExchangeClient(
        METHOD,
        URL,
        Connections(),
        ExchangeAuthenticator(Credentials(API_KEY, API_SECRET)),
        UnlimitedBudget().for_method(METHOD, HISTORY),
        LOGGER,
        partial(rows_at, records_path=records_path),
        per_instrument,
        retry_policy,
        reads_balance,
    )


def send(sender: ExchangeClient | None = None) -> Envelope:
    return (sender or client()).send({"limit": "100"})


def failure(sender: ExchangeClient | None = None) -> ExchangeError:
    with pytest.raises(ExchangeError) as raised:
        send(sender)
    return raised.value


def refused(status: int, code: int | str, message: str = "") -> dict[str, Any]:
    return {"status_code": status, "json": refusal(code, message)}
