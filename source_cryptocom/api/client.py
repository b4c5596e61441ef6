"""Asks one method of the exchange: signed anew and within its limit each time, again where that helps."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.auth import AuthBase

from source_cryptocom.api import retry_policy
from source_cryptocom.api.connection_errors import exception_message, rule_for_exception
from source_cryptocom.api.connections import Connections
from source_cryptocom.api.errors import (
    Action,
    ErrorRule,
    ExchangeError,
    clock_difference,
    error_message,
    rule_for,
    rule_for_key,
)
from source_cryptocom.api.exchange_clock import ExchangeClock
from source_cryptocom.api.rate_limits import MethodBudget
from source_cryptocom.api.response import Envelope, MalformedResult, envelope_of
from source_cryptocom.api.retry_policy import RETRIED, SYNC_RETRIES, Patience, RetryPolicy
from source_cryptocom.clock import now_ms
from source_cryptocom.logs.redaction import redact


@dataclass(frozen=True)
class Attempt:
    """What one request brought. `rule` and `sentence` say why it failed; both are empty for a success.

    `status` and `envelope` are None if no answer came, or none that can be read. `date` is the exchange's own time as
    the answer's head has it, `seconds` how long the answer took.
    """

    seconds: float
    status: int | None = None
    envelope: Envelope | None = None
    date: str | None = None
    rule: ErrorRule | None = None
    sentence: str = ""


@dataclass(frozen=True)
class ExchangeClient:
    """One method's requests. Any number of threads may share it.

    `require_result` raises MalformedResult for a result that does not hold what the table reads from it.
    `per_instrument`: the request's own choice was just an instrument. `reads_balance`: whether the key reads the
    balance, None if nobody knows. `clock` learns from every answer.
    """

    method: str
    url: str
    connections: Connections
    authenticator: AuthBase
    budget: MethodBudget
    logger: logging.Logger
    require_result: Callable[[Any], object] = lambda result: None
    per_instrument: bool = False
    retry_policy: RetryPolicy = SYNC_RETRIES
    reads_balance: Callable[[], bool | None] = lambda: None
    clock: ExchangeClock = field(default_factory=ExchangeClock)
    ended: threading.Event = field(default_factory=threading.Event)
    """Set when nobody wants an answer any more: what is being tried again is given up."""

    def send(self, parameters: Mapping[str, Any]) -> Envelope:
        """The answer of a request that succeeded. Raises ExchangeError when none of its attempts did."""
        patience = Patience(self.retry_policy)
        answer = self.attempt(parameters)
        while (rule := answer.rule) is not None:
            patience.failed(rule)
            if rule.action not in RETRIED:
                raise ExchangeError(rule.action, answer.sentence, rule.refuses_method)
            if patience.is_over(rule) or self.ended.is_set():
                raise self._given_up(answer, rule, patience)
            self._wait(answer, rule, patience)
            started = time.monotonic()
            answer = self.attempt(parameters)
            patience.seconds += time.monotonic() - started
        if answer.envelope is None:
            raise AssertionError("a success without an envelope")
        return answer.envelope

    def attempt(self, parameters: Mapping[str, Any]) -> Attempt:
        """One request, signed when its turn has come. Raises nothing for what the network or the exchange does."""
        self.budget.acquire_call(self.method)
        started = time.monotonic()
        try:
            response = self._answer(parameters)
        except requests.RequestException as error:
            rule = rule_for_exception(error)
            sentence = redact(exception_message(self.method, error, rule))
            return Attempt(time.monotonic() - started, rule=rule, sentence=sentence)
        seconds = time.monotonic() - started
        self.clock.heard(response.headers, round(seconds * 1_000))
        self.budget.update_from_response(self.method, response)
        return self._judged(response, seconds)

    def _answer(self, parameters: Mapping[str, Any]) -> requests.Response:
        """Private methods are signed POSTs, public ones GETs. Raises RequestException."""
        if is_private(self.method):
            content = {"method": self.method, "params": dict(parameters)}
            return self.connections.post(self.url, content, self.authenticator)
        return self.connections.get(self.url, {name: str(value) for name, value in parameters.items()})

    def _judged(self, response: requests.Response, seconds: float) -> Attempt:
        status, date = response.status_code, response.headers.get("Date")
        envelope, unreadable = None, ""
        code, message = None, ""
        try:
            envelope = envelope_of(response)
            code, message = envelope.code, envelope.message
            if code == 0:
                self.require_result(envelope.result)
        except MalformedResult as error:
            unreadable = f" The answer cannot be read: {error}."
            code = None
        rule = rule_for(status, code, self.per_instrument, message)
        if rule is None:
            return Attempt(seconds, status, envelope, date)
        rule = rule_for_key(code, rule, self.reads_balance)
        sentence = redact(error_message(self.method, status, code, message, rule) + unreadable)
        return Attempt(seconds, status, envelope, date, rule, sentence)

    def _given_up(self, answer: Attempt, rule: ErrorRule, patience: Patience) -> ExchangeError:
        """The error of a request whose last attempt brought `answer`."""
        sentence, ended = answer.sentence, patience.end_in_words(rule)
        if rule.lasting and answer.status is not None and answer.envelope:
            clock = clock_difference(answer.date, now_ms())
            code, message = answer.envelope.code, answer.envelope.message
            rule = rule.lasting
            sentence = error_message(self.method, answer.status, code, message, rule, clock)
        return ExchangeError(rule.action, f"{sentence} {ended}")

    def _wait(self, answer: Attempt, rule: ErrorRule, patience: Patience) -> None:
        """Wait before the next attempt; if requests are too many, no longer than until the method answers again."""
        seconds = patience.next_wait(rule)
        is_rate_limited = rule.action is Action.RATE_LIMITED
        # That a method is slowed has been said once; each of its requests would repeat it.
        self.logger.log(
            logging.DEBUG if is_rate_limited and self.budget.pace.is_slowed else logging.WARNING,
            f"{answer.sentence} {patience.attempt_in_words(rule)}; next one in {seconds:.1f} seconds.",
        )
        if not is_rate_limited:
            time.sleep(seconds * retry_policy.WAIT_SCALE)
            patience.waited(seconds)
            return
        started = time.monotonic()
        if self.budget.pace.wait_for_answers(seconds * retry_policy.WAIT_SCALE):
            patience.seconds += time.monotonic() - started
        else:
            patience.waited(seconds)


def is_private(method: str) -> bool:
    """Whether a method needs a key."""
    return method.startswith("private/")
