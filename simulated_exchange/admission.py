"""Who may come in: the checks that a private request passes before it is answered."""

from __future__ import annotations

import hmac
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from simulated_exchange.answers import Call, Refusal
from simulated_exchange.behaviour import Behaviour, setting_for
from simulated_exchange.signature import NumberText, Verifier

NONCE_TOLERANCE_MS = 60_000


@dataclass(frozen=True)
class Credentials:
    """The one key that the simulated exchange knows."""

    api_key: str = "demo-key-abcdef"
    api_secret: str = "demo-secret-0123456789"


class Gate:
    """Checks private requests and remembers those it has seen."""

    def __init__(self, credentials: Credentials) -> None:
        self._api_key = credentials.api_key
        self._verifier = Verifier(credentials.api_secret)
        self._seen: OrderedDict[tuple[str, str], int] = OrderedDict()
        self.signatures: list[str] = []
        """Every signature that was sent, right or wrong."""

    def admit(
        self,
        method: str,
        body: bytes,
        content_length: int | None,
        parameters: Mapping[str, str],
        behaviour: Behaviour,
        now_ms: int,
    ) -> Call:
        """The call inside a request body; `parameters` are those that the method knows, `now_ms` the server's clock.

        Raises RefusedCall, which carries what could be read of the call, so that the answer can echo it.
        """
        call = Call(method, {}, original=body.decode("utf-8", "replace"))
        try:
            if content_length is None or content_length != len(body):
                raise Refusal(40001, "Content-Length does not match the body")
            request = _parsed(body)
            call = Call(method, _params(request), str(request.get("id", "")), call.original)
            self._check(call, request, behaviour, now_ms)
            check_values(call.params, parameters, behaviour)
        except Refusal as refusal:
            raise RefusedCall(call, refusal) from None
        return call

    def _check(self, call: Call, request: dict[str, object], behaviour: Behaviour, now_ms: int) -> None:
        nonce, api_key = str(request.get("nonce", "")), str(request.get("api_key", ""))
        params = request.get("params", {})
        self.signatures.append(str(request.get("sig", "")))
        if type(request.get("id")) is not NumberText and behaviour.text_ids == "refused":
            raise Refusal(40001, "id is not a number")
        if str(request.get("method", "")) != call.method:
            raise Refusal(40003, "method differs from the path")
        if not call.id_text.isdigit() or not nonce.isdigit():
            raise Refusal(40001, "id and nonce must be whole numbers")
        expected = self._verifier.signature(call.method, call.id_text, api_key, params, nonce)
        if api_key != self._api_key or not hmac.compare_digest(expected, str(request.get("sig", ""))):
            raise Refusal(40101)
        _check_rights(call.method, behaviour)
        if abs(int(nonce) - now_ms) > NONCE_TOLERANCE_MS:
            raise Refusal(40102)
        self._refuse_a_repeat((call.id_text, nonce), now_ms)

    def _refuse_a_repeat(self, request: tuple[str, str], now_ms: int) -> None:
        if request in self._seen:
            raise Refusal(40006)
        self._seen[request] = now_ms
        while self._seen and next(iter(self._seen.values())) < now_ms - 3 * NONCE_TOLERANCE_MS:
            self._seen.popitem(last=False)


def _check_rights(method: str, behaviour: Behaviour) -> None:
    """Refuses what the account, the key or the address may not do. Raises Refusal."""
    if behaviour.ip_blocked:
        raise Refusal(40103)
    if method in behaviour.denied_methods:
        raise Refusal(40101)
    if method in behaviour.tier_blocked_methods:
        raise Refusal(40104)
    code = setting_for(method, behaviour.refused_methods)
    if code is not None:
        raise Refusal(int(code))


def check_values(params: Mapping[str, object], kinds: Mapping[str, str], behaviour: Behaviour) -> None:
    """Refuses values of the wrong kind, and a call without a parameter that it needs. Raises Refusal.

    Kinds: "number" (a JSON number, because a string is refused in production), "time", "digits" and "text" (a string or
    a number), "list" (of strings); a "!" after it: the method cannot do without.
    """
    for name, value in params.items():
        kind = kinds.get(name, "text").rstrip("!")
        if not (_is_list(value) if kind == "list" else _is_plain(value)):
            raise Refusal(40004, f"Invalid {name}")
        if kind == "number" and type(value) is str and behaviour.text_numbers == "refused":
            raise Refusal(40003, f"Invalid {name}")
    for name, kind in kinds.items():
        if kind.endswith("!") and name not in params:
            raise Refusal(40004, f"Missing {name}")


def _is_plain(value: object) -> bool:
    """Strings and whole numbers: of booleans, nulls, floats and objects, clients disagree on the signing text."""
    return type(value) is str or (type(value) is NumberText and value.isdigit())


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is str for item in value)


class RefusedCall(Exception):
    """A refusal together with the call that it answers."""

    def __init__(self, call: Call, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.call = call
        self.refusal = refusal


def _parsed(body: bytes) -> dict[str, object]:
    try:
        request = json.loads(body, parse_int=NumberText, parse_float=NumberText)
    except ValueError:
        raise Refusal(40001, "the body is not JSON") from None
    if not isinstance(request, dict):
        raise Refusal(40001, "the body is not an object")
    return request


def _params(request: dict[str, object]) -> dict[str, str]:
    params = request.get("params", {})
    if not isinstance(params, dict):
        raise Refusal(40003, "params is not an object")
    return params
