"""One signed request through the client, against canned answers."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import requests

from source_cryptocom.api.authenticator import ExchangeAuthenticator
from source_cryptocom.api.client import SYNC_RETRIES, ExchangeClient, ExchangeErrorHandler, RetryPolicy
from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.api.rate_limits import HISTORY
from source_cryptocom.api.response import rows_at
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
        name="user_trade",
        logger=LOGGER,
        authenticator=ExchangeAuthenticator(Credentials(API_KEY, API_SECRET)),
        api_budget=UnlimitedBudget().for_method(METHOD, HISTORY),
        error_handler=ExchangeErrorHandler(
            METHOD,
            partial(rows_at, records_path=records_path),
            per_instrument=per_instrument,
            retry_policy=retry_policy,
            reads_balance=reads_balance,
        ),
    )


def send(sender: ExchangeClient | None = None) -> requests.Response:
    _, response = (sender or client()).send_request(
        http_method="POST",
        url=URL,
        json={"method": METHOD, "params": {"limit": "100"}},
        request_kwargs={"timeout": (10, 30), "allow_redirects": False},
    )
    return response


def failure(sender: ExchangeClient | None = None) -> ExchangeError:
    with pytest.raises(ExchangeError) as raised:
        send(sender)
    return raised.value


def refused(status: int, code: int | str, message: str = "") -> dict[str, Any]:
    return {"status_code": status, "json": refusal(code, message)}
