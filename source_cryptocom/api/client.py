"""The CDK's HTTP client with the exchange's errors: which answers are tried again, how long it waits, what it says."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import backoff
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.call_rate import APIBudget
from airbyte_cdk.sources.streams.http import HttpClient
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler, ErrorResolution, ResponseAction
from airbyte_cdk.sources.streams.http.exceptions import BaseBackoffException
from requests.auth import AuthBase

from source_cryptocom.api.connection_errors import exception_message, rule_for_exception
from source_cryptocom.api.errors import Action, ErrorRule, ExchangeError, error_message, rule_for
from source_cryptocom.api.response import MalformedResult, envelope_of, rows_at
from source_cryptocom.api.transport import BoundedAdapter
from source_cryptocom.logs.redaction import mask_log, redact


@dataclass(frozen=True)
class RetryPolicy:
    """`attempts` tries; between them waits of 1, 2, 4 ... `longest_wait_seconds`, each up to 1 s longer by chance."""

    attempts: int = 7
    longest_wait_seconds: int = 32
    total_seconds: int = 300


SYNC_RETRIES = RetryPolicy()
# A person waits for the answer of a connection test.
CHECK_RETRIES = RetryPolicy(attempts=5, longest_wait_seconds=1, total_seconds=20)


class ExchangeErrorHandler(ErrorHandler):
    """Says of each answer: good, try again, or over. Raises ExchangeError for what cannot get better.

    It raises rather than resolve to FAIL, because the CDK logs a failed request's body: key and signature.
    """

    def __init__(
        self, method: str, per_instrument: bool, retry_policy: RetryPolicy, require_result: Callable[[Any], object]
    ) -> None:
        """`require_result` raises MalformedResult for a result that does not hold what the table reads from it."""
        self._method = method
        self._require_result = require_result
        self._per_instrument = per_instrument
        self._retry_policy = retry_policy

    @property
    def max_retries(self) -> int:
        return self._retry_policy.attempts - 1

    @property
    def max_time(self) -> int:
        return self._retry_policy.total_seconds

    def interpret_response(self, response: requests.Response | Exception | None) -> ErrorResolution:
        if isinstance(response, requests.Response):
            return self._interpret_answer(response)
        return self._interpret_exception(response)

    def _interpret_answer(self, response: requests.Response) -> ErrorResolution:
        code, message = None, ""
        unreadable = ""
        try:
            envelope = envelope_of(response)
            code, message = envelope.code, envelope.message
            if code == 0:
                self._require_result(envelope.result)
        except MalformedResult as error:
            unreadable = f" The answer cannot be read: {error}."
            code = None
        rule = rule_for(response.status_code, code, self._per_instrument)
        if rule is None:
            return ErrorResolution(ResponseAction.SUCCESS)
        text = error_message(self._method, response.status_code, code, message, rule) + unreadable
        return self._resolve(rule, text)

    def _interpret_exception(self, error: Exception | None) -> ErrorResolution:
        rule = rule_for_exception(error)
        return self._resolve(rule, exception_message(self._method, error, rule))

    def _resolve(self, rule: ErrorRule, text: str) -> ErrorResolution:
        if rule.action is Action.RETRY:
            return ErrorResolution(ResponseAction.RETRY, FailureType.transient_error, redact(text))
        if rule.action is Action.RATE_LIMITED:
            return ErrorResolution(ResponseAction.RATE_LIMITED, FailureType.transient_error, redact(text))
        raise ExchangeError(rule.action, text)


class ExchangeClient(HttpClient):
    """One method's client: pooled connections, bounded answers, retries with jitter that say why they wait."""

    def __init__(
        self,
        name: str,
        method: str,
        logger: logging.Logger,
        authenticator: AuthBase,
        api_budget: APIBudget,
        per_instrument: bool = False,
        retry_policy: RetryPolicy = SYNC_RETRIES,
        records_path: str = "data",
    ) -> None:
        """`records_path`: where under `result` the rows are, as rows_at reads it; an answer without is tried again."""
        mask_log(logger)
        super().__init__(
            name=name,
            logger=logger,
            error_handler=ExchangeErrorHandler(
                method, per_instrument, retry_policy, partial(rows_at, records_path=records_path)
            ),
            api_budget=api_budget,
            authenticator=authenticator,
        )
        self._retry_policy = retry_policy
        adapter = BoundedAdapter()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def _send_with_retry(
        self,
        request: requests.PreparedRequest,
        request_kwargs: Mapping[str, Any],
        log_formatter: Callable[[requests.Response], Any] | None = None,
        exit_on_rate_limit: bool | None = False,
    ) -> requests.Response:
        """The CDK's own wording calls every wait a rate limit and waits without jitter; hence this one.

        Raises ExchangeError when the last attempt has failed.
        """
        send = backoff.on_exception(
            backoff.expo,
            BaseBackoffException,
            max_tries=self._retry_policy.attempts,
            max_time=self._retry_policy.total_seconds,
            max_value=self._retry_policy.longest_wait_seconds,
            jitter=backoff.random_jitter,
            on_backoff=self._log_wait,
            logger=None,
        )(self._send)
        try:
            response: requests.Response = send(request, request_kwargs, log_formatter, exit_on_rate_limit)
            return response
        except BaseBackoffException as error:
            # Fewer than the retry_policy allows where the time ran out first.
            attempts = self._request_attempt_count[request]
            raise ExchangeError(Action.RETRY, f"{error} Given up after {attempts} attempts.") from None
        finally:
            self._evict_key(request)

    def _log_wait(self, details: Any) -> None:
        self._logger.warning(
            f"{details['exception']} Attempt {details['tries']} of {self._retry_policy.attempts}; "
            f"next one in {details['wait']:.1f} seconds."
        )
