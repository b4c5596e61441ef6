"""Calls, answers and refusals: the envelope that every method shares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulated_exchange.behaviour import Behaviour

REFUSALS: dict[int, tuple[int, str]] = {
    10004: (400, "BAD_REQUEST"),
    40001: (400, "BAD_REQUEST"),
    40002: (400, "METHOD_NOT_FOUND"),
    40003: (400, "INVALID_REQUEST"),
    40004: (400, "MISSING_OR_INVALID_ARGUMENT"),
    40005: (400, "INVALID_DATE"),
    40006: (400, "DUPLICATE_REQUEST"),
    40101: (401, "UNAUTHORIZED"),
    40102: (400, "INVALID_NONCE"),
    40103: (401, "IP_ILLEGAL"),
    40104: (401, "USER_TIER_INVALID"),
    40401: (200, "NOT_FOUND"),
    40801: (408, "REQUEST_TIMEOUT"),
    42901: (429, "TOO_MANY_REQUESTS"),
    50001: (500, "ERR_INTERNAL"),
    140001: (400, "API_DISABLED"),
    9010001: (503, "SYSTEM_MAINTENANCE"),
}
"""Reason code -> (HTTP status, name)."""
OTHER_REFUSAL = (400, "BAD_REQUEST")


@dataclass(frozen=True)
class Call:
    """One request as the exchange understood it; `original` is the body that was sent, None for a GET."""

    method: str
    params: Mapping[str, Any]
    id_text: str = "-1"
    original: str | None = None


@dataclass(frozen=True)
class Answer:
    """What goes back: HTTP status, reason code and the JSON body."""

    status: int
    code: int
    body: bytes


class Refusal(Exception):
    """The exchange will not serve the call."""

    def __init__(self, code: int, message: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message or REFUSALS.get(code, OTHER_REFUSAL)[1]


def success(call: Call, result: bytes, behaviour: Behaviour) -> Answer:
    """An answer around `result`, which is JSON already."""
    return Answer(200, 0, b'{%s,"result":%s}' % (_head(call, 0, behaviour), result))


def refused(call: Call, refusal: Refusal, behaviour: Behaviour, status: int | None = None) -> Answer:
    """An error answer; like the live exchange it echoes the whole request, key and signature included."""
    status = status or REFUSALS.get(refusal.code, OTHER_REFUSAL)[0]
    return failure(call, status, refusal.code, refusal.message, behaviour)


def failure(call: Call, status: int, code: int, message: str, behaviour: Behaviour) -> Answer:
    """An error answer with any HTTP status, code and message."""
    if behaviour.error_bodies == "bare":
        return Answer(status, code, json.dumps({"code": code, "message": message}).encode())
    details: dict[str, object] = {"message": message}
    if call.original is not None:
        details["original"] = call.original
    if code == 9010001:
        details["details"] = "The exchange is currently under maintenance."
    return Answer(status, code, b"{%s,%s" % (_head(call, code, behaviour), json.dumps(details).encode()[1:]))


def _head(call: Call, code: int, behaviour: Behaviour) -> bytes:
    if behaviour.numbers_as == "strings":
        return f'"id":{json.dumps(call.id_text)},"method":{json.dumps(call.method)},"code":"{code}"'.encode()
    id_json = call.id_text if call.id_text.lstrip("-").isdigit() else json.dumps(call.id_text)
    return f'"id":{id_json},"method":{json.dumps(call.method)},"code":{code}'.encode()
