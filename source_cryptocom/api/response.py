"""The exchange's response envelope: `{"id", "method", "code", "result"}`, with `message` beside a code other than 0.

Older answers say `msg` and `data`; errors may come without `id`, `method` and `result`.
"""

import json
import re
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


_SURROGATE = re.compile("[\ud800-\udfff]")


class MalformedResult(ValueError):
    """The body is not what the exchange documents; the text completes "the answer cannot be read: ..."."""


def rows_at(result: Any, records_path: str) -> list[Any]:
    """The list under the dotted `records_path` of a result; for "" the result itself is the one row.

    Fiat transfers stood under `data` in an older edition of the documentation, so that is looked into as well.

    Raises MalformedResult if the list is missing. An empty result is `[]`: to treat a missing list as empty would lose
    rows silently.
    """
    found = result
    for name in filter(None, records_path.split(".")):
        found = found.get(name) if isinstance(found, dict) else None
    if records_path and isinstance(found, list):
        return found
    if not records_path and isinstance(found, dict):
        return [found]
    if records_path and isinstance(result, dict) and "data" in result:
        inner = result["data"]
        return inner if isinstance(inner, list) else rows_at(inner, records_path)
    raise MalformedResult("its result holds no list of rows" if records_path else "its result is not an object")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def parse_envelope(body: str | bytes) -> Envelope:
    """Raises MalformedResult. Numbers with a fraction or an exponent stay text: a float would lose digits."""
    # Bytes that are no UTF-8 cost their character, not the answer.
    text = body if isinstance(body, str) else body.decode(json.detect_encoding(body), "replace")
    try:
        document = json.loads(text, parse_float=str, parse_constant=_refuse_constant)
        if "\\ud" in text or "\\uD" in text:
            document = _without_surrogates(document)
    except (ValueError, RecursionError):
        raise MalformedResult("its body is not JSON") from None
    if not isinstance(document, dict):
        raise MalformedResult("its body is not a JSON object")
    try:
        code = int(document["code"])
    except (KeyError, TypeError, ValueError):
        code = None
    message = str(document.get("message") or document.get("msg") or "")
    if code is None and isinstance(document.get("code"), str):
        # The code is a word then: it tells as much as the message.
        message = f"{document['code']} {message}".strip()
    older = {"data": document["data"]} if "data" in document else None
    return Envelope(code, message, document.get("result", older))


def _without_surrogates(value: Any) -> Any:
    """`value` with U+FFFD for each half of a character: UTF-8 cannot hold one, and a record with it would be lost."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(item) for name, item in value.items()}
    return value


def envelope_of(response: requests.Response) -> Envelope:
    """The response's envelope, parsed once: the error handler and the stream both ask. Raises MalformedResult."""
    known = response.__dict__.get("envelope")
    if not isinstance(known, Envelope):
        known = response.__dict__["envelope"] = parse_envelope(response.content)
    return known
