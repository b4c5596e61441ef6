"""The exchange's response envelope: `{"id", "method", "code", "result"}`, with `message` beside a code other than 0."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import requests

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Envelope:
    """`code` 0 is success, None a body without one. Decimals in `result` are texts, digit for digit as sent."""

    code: int | None
    message: str
    result: Any

    def rows(self) -> list[Row]:
        """The objects under `result.data`. Raises MalformedResult where there are none: no rows is an empty list."""
        rows = self.result.get("data") if isinstance(self.result, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise MalformedResult("its result holds no list of rows")
        return rows


class MalformedResult(ValueError):
    """The body is not what the exchange documents; the text completes "the answer cannot be read: ..."."""


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def parse_envelope(body: str | bytes) -> Envelope:
    """Raises MalformedResult. Numbers with a fraction or an exponent stay text: a float would lose digits."""
    try:
        document = json.loads(body, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise MalformedResult("its body is not JSON") from None
    if not isinstance(document, dict):
        raise MalformedResult("its body is not a JSON object")
    try:
        code = int(document["code"])
    except (KeyError, TypeError, ValueError):
        code = None
    return Envelope(code, str(document.get("message") or ""), document.get("result"))


def envelope_of(response: requests.Response) -> Envelope:
    """The response's envelope, parsed once: the error handler and the stream both ask. Raises MalformedResult."""
    known = response.__dict__.get("envelope")
    if not isinstance(known, Envelope):
        known = response.__dict__["envelope"] = parse_envelope(response.content)
    return known
