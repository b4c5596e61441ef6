"""Asks the exchange one question at a time, and never more than sixty. Every request is a read."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.auth import AuthBase

from source_cryptocom.api.authenticator import ExchangeAuthenticator, PublicAccess
from source_cryptocom.api.connection_errors import rule_for_exception
from source_cryptocom.api.errors import ErrorRule, rule_for_response
from source_cryptocom.api.rate_limits import PRIVATE, PUBLIC, RateLimit, process_budget
from source_cryptocom.api.response import MalformedResult, Row, envelope_of
from source_cryptocom.api.transport import REQUEST_ARGUMENTS, BoundedAdapter
from source_cryptocom.clock import now_ms
from source_cryptocom.config import Config

MAX_REQUESTS = 60
PAGE = 100
"""The most rows that the exchange documents for one page."""


class NoRequestLeft(Exception):
    """The doctor has asked as often as it promises to at most."""


@dataclass(frozen=True)
class Answer:
    """What came back. `rule`: None for success. `clock_ahead_seconds`: this machine's clock against the answer's."""

    status: int | None
    code: int | None
    rule: ErrorRule | None
    rows: list[Row]
    seconds: float
    clock_ahead_seconds: float | None

    @property
    def is_good(self) -> bool:
        return self.rule is None

    @property
    def summary(self) -> str:
        """The answer without the exchange's own words: those may hold an address or an id."""
        if self.is_good:
            return "answered"
        if self.status is None:
            return "no answer"
        return f"refused with code {self.code}" if self.code is not None else f"refused with HTTP {self.status}"


class Probe:
    """The exchange that a config names, within the limits of its methods. Raises NoRequestLeft after the last one."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.answers: list[Answer] = []
        self._session = requests.Session()
        for scheme in ("https://", "http://"):  # ignore-https-check
            self._session.mount(scheme, BoundedAdapter())
        self._private: AuthBase = ExchangeAuthenticator(config.credentials) if config.credentials else PublicAccess()

    def public(self, method: str) -> Answer:
        """Asks without a key."""
        return self._ask("GET", method, PUBLIC, auth=PublicAccess())

    def private(self, method: str, params: Mapping[str, Any] | None = None, limit: RateLimit = PRIVATE) -> Answer:
        """Asks with the config's key."""
        body = {"method": method, "params": dict(params or {})}
        return self._ask("POST", method, limit, auth=self._private, json=body)

    def _ask(self, http_method: str, method: str, limit: RateLimit, **request: Any) -> Answer:
        if len(self.answers) >= MAX_REQUESTS:
            raise NoRequestLeft
        process_budget().for_method(method, limit).acquire_call(method)
        started = time.monotonic()
        try:
            response = self._session.request(http_method, self.config.base_url + method, **request, **REQUEST_ARGUMENTS)
        except requests.exceptions.RequestException as error:
            answer = Answer(None, None, rule_for_exception(error), [], time.monotonic() - started, None)
        else:
            answer = _answer(response, time.monotonic() - started)
        self.answers.append(answer)
        return answer


def _answer(response: requests.Response, seconds: float) -> Answer:
    code, result = None, None
    with suppress(MalformedResult):
        envelope = envelope_of(response)
        code, result = envelope.code, envelope.result
    ahead = _clock_ahead(response.headers.get("Date"), seconds)
    return Answer(response.status_code, code, rule_for_response(response), _rows(result), seconds, ahead)


def _clock_ahead(date: str | None, seconds: float) -> float | None:
    """The answer's Date is of whole seconds, and was written somewhere between request and answer."""
    try:
        sent = parsedate_to_datetime(date or "").timestamp() + 0.5
    except (ValueError, OverflowError):
        return None
    return now_ms() / 1000 - seconds / 2 - sent


def _rows(result: Any) -> list[Row]:
    """The list in a result, whatever its method calls it."""
    if not isinstance(result, dict):
        return []
    lists = (value for value in result.values() if isinstance(value, list))
    return [row for row in next(lists, []) if isinstance(row, dict)]
