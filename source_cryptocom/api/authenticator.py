"""Signs private requests: HMAC-SHA256 over method, id, key, sorted parameters and nonce."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import requests
from requests.auth import AuthBase

from source_cryptocom.clock import now_ms
from source_cryptocom.config import Credentials

ParameterValue: TypeAlias = "str | int | Sequence[ParameterValue] | Mapping[str, ParameterValue]"
Parameters = Mapping[str, ParameterValue]


def parameter_text(value: ParameterValue) -> str:
    """An object as key and value in ascending order of the keys, a list as its values in order, 100 as "100" is."""
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, Mapping):
        return "".join(key + parameter_text(value[key]) for key in sorted(value))
    return "".join(parameter_text(item) for item in value)


def signing_text(method: str, request_id: int, api_key: str, parameters: Parameters, nonce: int) -> str:
    """What the signature covers, without separators. `nonce` is in ms since the epoch."""
    return f"{method}{request_id}{api_key}{parameter_text(parameters)}{nonce}"


def signature(text: str, api_secret: str) -> str:
    """64 lower-case hex digits."""
    return hmac.new(api_secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class ExchangeAuthenticator(AuthBase):
    """Gives a request its id, nonce, key and signature; called again for a retry, it replaces them all.

    The request's body is the JSON object `{"method": ..., "params": {...}}`. The id, the nonce and every count are JSON
    integers: where they are strings, the exchange answers 40001 or 40003. Times of account history are strings.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        # A later process starts higher, so no id comes twice within the nonce's minute; next() on a count is atomic.
        self._ids = itertools.count(time.time_ns() // 1_000)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = json.loads(request.body or "{}")
        api_key = self._credentials.api_key
        request_id, nonce = next(self._ids), now_ms()
        text = signing_text(body["method"], request_id, api_key, body["params"], nonce)
        # prepare_body also sets the new Content-Length: a retry's body can be longer than the first one's.
        request.prepare_body(
            data=None,
            files=None,
            json={
                "id": request_id,
                "method": body["method"],
                "api_key": api_key,
                "params": body["params"],
                "nonce": nonce,
                "sig": signature(text, self._credentials.api_secret),
            },
        )
        return request


class PublicAccess(AuthBase):
    """Signs nothing. Without it requests would look up ~/.netrc for every request, and send what it finds there."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request
