"""Asks the exchange one question at a time, and never more than sixty. Every request is a read."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from source_cryptocom.api.client import Attempt
from source_cryptocom.api.endpoint import ExchangeApi
from source_cryptocom.api.errors import ErrorRule
from source_cryptocom.api.rate_limits import PRIVATE, PUBLIC, RateLimit
from source_cryptocom.api.response import Row
from source_cryptocom.clock import now_ms
from source_cryptocom.config import Config

LOGGER = logging.getLogger("airbyte")

MAX_REQUESTS = 60
PAGE = 100
"""The most rows that the exchange documents for one page."""


class NoRequestLeft(Exception):
    """The doctor has asked as often as it promises to at most."""


@dataclass(frozen=True)
class Answer:
    """An answer. `rule`: None for success. `clock_ahead_seconds`: this machine's clock against the answer's."""

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
        """The answer without the exchange's own message, which may hold an address or an id."""
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
        self._api = ExchangeApi(config.base_url, config.credentials)

    def public(self, method: str) -> Answer:
        """Asks without a key."""
        return self._ask(method, PUBLIC, {})

    def private(self, method: str, params: Mapping[str, Any] | None = None, limit: RateLimit = PRIVATE) -> Answer:
        """Asks with the config's key."""
        return self._ask(method, limit, params or {})

    def _ask(self, method: str, limit: RateLimit, parameters: Mapping[str, Any]) -> Answer:
        if len(self.answers) >= MAX_REQUESTS:
            raise NoRequestLeft
        answer = _answer(self._api.client(method, limit, LOGGER).attempt(parameters))
        self.answers.append(answer)
        return answer


def _answer(attempt: Attempt) -> Answer:
    code, result = (attempt.envelope.code, attempt.envelope.result) if attempt.envelope else (None, None)
    ahead = _clock_ahead(attempt.date, attempt.seconds)
    return Answer(attempt.status, code, attempt.rule, _rows(result), attempt.seconds, ahead)


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
