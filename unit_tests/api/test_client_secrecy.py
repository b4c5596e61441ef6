"""Whatever an answer echoes, nothing that the client says holds key, secret or signature."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import requests
import requests_mock

from source_cryptocom.api.errors import ExchangeError
from unit_tests.support.builders import API_KEY, API_SECRET, refusal
from unit_tests.support.sending import METHOD, failure

Http = requests_mock.Mocker


def everything_said(log: pytest.LogCaptureFixture, error: ExchangeError, printed: str) -> str:
    extras = "".join(str(value) for record in log.records for value in record.__dict__.values())
    cause = f"{error.__cause__}{error.__context__ if not error.__suppress_context__ else ''}"
    return f"{log.text}{extras}{error}{error.internal_message}{cause}{printed}"


def from_the_key(body: str) -> str:
    return body[body.index(API_KEY) :]


ECHOES: dict[str, Callable[[str], dict[str, Any]]] = {
    "message": lambda body: {"status_code": 400, "json": refusal(40001, f"bad request: {body}")},
    "message that is cut": lambda body: {"status_code": 400, "json": refusal(40001, "x" * 280 + from_the_key(body))},
    "message, retried": lambda body: {"status_code": 500, "json": refusal(50001, f"failed: {body}")},
    "exception": lambda body: {"exc": requests.exceptions.ConnectionError(f"cannot send {body}")},
    "long exception": lambda body: {"exc": requests.exceptions.ConnectionError("x" * 195 + from_the_key(body))},
    "page": lambda body: {"status_code": 502, "text": f"<html>{body}</html>"},
}


@pytest.mark.parametrize("echo", ECHOES)
def test_no_output_holds_key_secret_or_signature_at_any_log_level(
    echo: str,
    http: Http,
    waits: list[float],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    signatures: list[str] = []

    def respond(request: Any) -> requests.Response | None:
        assert isinstance(request.body, bytes)
        body = request.body.decode()
        signatures.append(json.loads(body)["sig"])
        given = ECHOES[echo](body)
        if "exc" in given:
            raise given["exc"]
        response: requests.Response = requests_mock.create_response(request, **given)
        return response

    http.add_matcher(respond)
    caplog.set_level(logging.DEBUG)

    error = failure()

    said = everything_said(caplog, error, "".join(capsys.readouterr()))
    assert METHOD in said
    assert API_KEY[:8] not in said
    assert API_SECRET[:8] not in said
    assert signatures
    assert all(signature[:16] not in said for signature in signatures)
