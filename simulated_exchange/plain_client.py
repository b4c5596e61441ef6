"""A client written the plain way, for the tests of the simulated exchange itself."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from typing import Any

import requests

from simulated_exchange.exchange import Exchange

Response = requests.Response
_ids = itertools.count(1)


class PlainClient:
    """Asks a running exchange with its own key; every answer is the raw response."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.session = requests.Session()

    def get(self, method: str, **query: Any) -> Response:
        return self.session.get(f"{self.exchange.base_url}/{method}", params=query, timeout=10)

    def signed(self, method: str, params: dict[str, Any], nonce_shift_ms: int = 0) -> dict[str, Any]:
        """The body of a signed request."""
        credentials = self.exchange.credentials
        request_id, nonce = next(_ids), self.exchange.true_ns() // 1_000_000 + nonce_shift_ms
        flat = "".join(name + _text(params[name]) for name in sorted(params))
        text = f"{method}{request_id}{credentials.api_key}{flat}{nonce}"
        return {
            "id": request_id,
            "method": method,
            "api_key": credentials.api_key,
            "params": params,
            "nonce": nonce,
            "sig": hmac.new(credentials.api_secret.encode(), text.encode(), hashlib.sha256).hexdigest(),
        }

    def send(self, body: dict[str, Any], allow_redirects: bool = True) -> Response:
        url = f"{self.exchange.base_url}/{body['method']}"
        return self.session.post(url, json=body, timeout=10, allow_redirects=allow_redirects)

    def post(self, method: str, **params: Any) -> Response:
        return self.send(self.signed(method, params))

    def rows(self, method: str, **params: Any) -> list[dict[str, Any]]:
        """The rows of a private method, decimals with all digits. Raises RuntimeError where it failed."""
        rows: list[dict[str, Any]] = self.result(method, **params)["data"]
        return rows

    def result(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of any method, decimals with all digits. Raises RuntimeError where it failed."""
        ask = self.post if method.startswith("private/") else self.get
        response = ask(method, **params)
        envelope = json.loads(response.content, parse_float=str)
        if response.status_code != 200 or int(envelope["code"]) != 0:
            raise RuntimeError(f"{response.status_code} {envelope}")
        result: dict[str, Any] = envelope["result"]
        return result


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)
