"""The CDK's HTTP client with the exchange's errors: which answers are tried again, how long it waits, what it says."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import backoff
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http import HttpClient
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler, ErrorResolution, ResponseAction
from airbyte_cdk.sources.streams.http.exceptions import BaseBackoffException, RateLimitBackoffException
from requests.auth import AuthBase

from source_cryptocom.api.connection_errors import exception_message, rule_for_exception
from source_cryptocom.api.errors import (
    Action,
    ErrorRule,
    ExchangeError,
    clock_difference,
    error_message,
    rule_for,
    rule_for_key,
    rule_for_response,
)
from source_cryptocom.api.rate_limits import MethodBudget
from source_cryptocom.api.response import MalformedResult, envelope_of
from source_cryptocom.api.transport import BoundedAdapter
from source_cryptocom.clock import now_ms
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


@dataclass(frozen=True)
class ExchangeErrorHandler(ErrorHandler):
    """Says of each answer: good, try again, or over. Raises ExchangeError for what cannot get better.

    It raises rather than resolve to FAIL, because the CDK logs a failed request's body: key and signature.
    `require_result` raises MalformedResult for a result that does not hold what the table reads from it.
    `reads_balance`: whether the key reads the balance, None where nobody knows.
    """

    method: str
    require_result: Callable[[Any], object]
    per_instrument: bool = False
    retry_policy: RetryPolicy = SYNC_RETRIES
    reads_balance: Callable[[], bool | None] = lambda: None

    @property
    def max_retries(self) -> int:
        return self.retry_policy.attempts - 1

    @property
    def max_time(self) -> int:
        return self.retry_policy.total_seconds

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
                self.require_result(envelope.result)
        except MalformedResult as error:
            unreadable = f" The answer cannot be read: {error}."
            code = None
        rule = rule_for(response.status_code, code, self.per_instrument, message)
        if rule is None:
            return ErrorResolution(ResponseAction.SUCCESS)
        rule = rule_for_key(code, rule, self.reads_balance)
        return self._resolve(rule, error_message(self.method, response.status_code, code, message, rule) + unreadable)

    def given_up(self, error: BaseBackoffException, attempts: int) -> ExchangeError:
        """The error of a request whose last attempt ended in `error`."""
        rule, text = rule_of(error), str(error)
        if rule and rule.lasting and error.response is not None:
            envelope = envelope_of(error.response)
            clock = clock_difference(error.response.headers.get("Date"), now_ms())
            status, rule = error.response.status_code, rule.lasting
            text = error_message(self.method, status, envelope.code, envelope.message, rule, clock)
        action = rule.action if rule else Action.RETRY
        return ExchangeError(action, f"{text} Given up after {attempts} attempts.")

    def _interpret_exception(self, error: Exception | None) -> ErrorResolution:
        rule = rule_for_exception(error)
        return self._resolve(rule, exception_message(self.method, error, rule))

    def _resolve(self, rule: ErrorRule, text: str) -> ErrorResolution:
        if rule.action is Action.RETRY:
            return ErrorResolution(ResponseAction.RETRY, FailureType.transient_error, redact(text))
        if rule.action is Action.RATE_LIMITED:
            return ErrorResolution(ResponseAction.RATE_LIMITED, FailureType.transient_error, redact(text))
        raise ExchangeError(rule.action, text, rule.refuses_method)


def rule_of(error: BaseBackoffException) -> ErrorRule | None:
    """The rule by which an attempt failed; None where it got no answer at all."""
    return None if error.response is None else rule_for_response(error.response)


class ExchangeClient(HttpClient):
    """One method's client: pooled connections, bounded answers, retries with jitter that say why they wait."""

    def __init__(
        self,
        name: str,
        logger: logging.Logger,
        authenticator: AuthBase,
        api_budget: MethodBudget,
        error_handler: ExchangeErrorHandler,
    ) -> None:
        mask_log(logger)
        super().__init__(name, logger, error_handler, api_budget, authenticator=authenticator)
        self._exchange_error_handler = error_handler
        self._retry_policy = error_handler.retry_policy
        self._pace = api_budget.pace
        adapter = BoundedAdapter()
        for scheme in ("https://", "http://"):  # ignore-https-check
            self._session.mount(scheme, adapter)

    def _send_with_retry(
        self,
        request: requests.PreparedRequest,
        request_kwargs: Mapping[str, Any],
        log_formatter: Callable[[requests.Response], Any] | None = None,
        exit_on_rate_limit: bool | None = False,
    ) -> requests.Response:
        """Replace the CDK's loop, which calls every wait a rate limit, waits without jitter and each request alone.

        Raises ExchangeError when the last attempt has failed.
        """
        started = time.monotonic()
        attempt = 1
        try:
            while True:
                try:
                    response: requests.Response = self._send(request, request_kwargs, log_formatter, exit_on_rate_limit)
                    return response
                except BaseBackoffException as error:
                    elapsed = time.monotonic() - started
                    if attempt >= self._attempts(error) or elapsed >= self._retry_policy.total_seconds:
                        made = self._request_attempt_count[request]
                        raise self._exchange_error_handler.given_up(error, made) from None
                    attempt += self._wait(error, attempt)
        finally:
            self._evict_key(request)

    def _attempts(self, error: BaseBackoffException) -> int:
        rule = rule_of(error)
        attempts = self._retry_policy.attempts
        return min(attempts, rule.attempts) if rule and rule.attempts else attempts

    def _wait(self, error: BaseBackoffException, attempt: int) -> bool:
        """Wait before the next attempt, and return whether that was the whole wait.

        A request that was one too many waits no longer than until its method answers again.
        """
        seconds = backoff.random_jitter(min(2 ** (attempt - 1), self._retry_policy.longest_wait_seconds))
        is_rate_limited = isinstance(error, RateLimitBackoffException)
        # That a method is slowed has been said once; each of its requests would repeat it.
        self._logger.log(
            logging.DEBUG if is_rate_limited and self._pace.is_slowed else logging.WARNING,
            f"{error} Attempt {attempt} of {self._attempts(error)}; next one in {seconds:.1f} seconds.",
        )
        if is_rate_limited:
            return not self._pace.wait_for_answers(seconds)
        time.sleep(seconds)
        return True
