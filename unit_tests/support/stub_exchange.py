"""An exchange of canned answers, for streams: a function per method, and a note of everything that was asked."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import requests_mock

from unit_tests.support.builders import BASE_URL, answer, refusal

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Refusal:
    """An error response."""

    status: int
    code: int
    message: str = ""


Answer = list[Any] | dict[str, Any] | Refusal


def keep_account_secret(mocker: requests_mock.Mocker) -> None:
    """The exchange does not say whose account a key belongs to."""
    headers = {"Date": formatdate(usegmt=True)}
    mocker.post(f"{BASE_URL}private/get-accounts", status_code=401, json={"code": 40101}, headers=headers)


class StubExchange:
    """Answers each method by a function of the request's parameters: rows, a whole result, or a Refusal."""

    def __init__(self, mocker: requests_mock.Mocker) -> None:
        self._mocker = mocker
        self._asked: list[tuple[str, Parameters]] = []

    def serve(self, method: str, respond: Callable[[Parameters], Answer]) -> None:
        self._register(method, BASE_URL + method, respond)

    def serve_rest(self, prefix: str, respond: Callable[[Parameters], Answer]) -> None:
        """Answers every method that begins with `prefix`, but for those that are served after this."""
        self._register(prefix, re.compile(re.escape(BASE_URL + prefix)), respond)

    def _register(self, method: str, address: str | re.Pattern[str], respond: Callable[[Parameters], Answer]) -> None:
        verb = "POST" if method.startswith("private/") else "GET"

        def reply(request: Any, context: Any) -> str:
            parameters = _parameters(request)
            self._asked.append((method, parameters))
            given = respond(parameters)
            context.headers["Date"] = formatdate(usegmt=True)
            if isinstance(given, Refusal):
                context.status_code = given.status
                return json.dumps(refusal(given.code, given.message))
            return json.dumps(answer(given) if isinstance(given, list) else {"code": 0, "result": given})

        self._mocker.register_uri(verb, address, text=reply)

    def asked(self, method: str) -> list[Parameters]:
        """The parameters of every request for a method, in order."""
        return [parameters for name, parameters in self._asked if name == method]


def _parameters(request: requests.PreparedRequest) -> Parameters:
    if request.method == "GET":
        return dict(parse_qsl(urlsplit(str(request.url)).query))
    parameters: Parameters = json.loads(request.body or "{}")["params"]
    return parameters
