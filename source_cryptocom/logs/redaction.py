"""Keeps key, secret and signatures out of everything that a person can read, and answers out of the log.

The CDK masks registered secrets in logs and traces; this module registers them in the encodings they can take, masks
signatures (which no config holds) by their shape, and lends the mask to whatever the CDK does not cover.
"""

import base64
import html
import json
import logging
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets

MASK = "****"
SHORTEST = 4
"""Characters of a secret that is masked: a shorter one, which no config may hold, stands in every word of the log."""
# 64 digits or more: what stands before a signature can end with hex digits of its own (`%22`, `\u0022`).
_SIGNATURE = re.compile(r"[0-9a-fA-F]{64,}")
# The CDK's debug lines bring the whole answer, and some answers hold names, addresses and bank accounts of people.
_ANSWER, _NOT_LOGGED = "body", "(not logged: it can hold personal data)"
_PLAIN_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_TRACEBACK = logging.Formatter()


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_utf8(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


_ENCODINGS: tuple[Callable[[str], str], ...] = (
    str,
    _json,
    _json_utf8,
    lambda text: _json(text).replace("/", "\\/"),
    # The exchange's `original` holds a JSON body inside a JSON text, and the CDK may print that as JSON once more.
    lambda text: _json(_json(text)),
    lambda text: _json_utf8(_json(text)),
    lambda text: _json_utf8(_json_utf8(text)),
    lambda text: _json(_json(_json(text))),
    lambda text: repr(text)[1:-1],
    lambda text: repr(text.encode())[2:-1],
    lambda text: quote(text, safe=""),
    quote,
    quote_plus,
    lambda text: re.sub("%..", lambda match: match[0].lower(), quote(text, safe="")),
    html.escape,
    lambda text: text.encode().hex(),
    lambda text: text.encode().hex().upper(),
)


def encodings(secret: str) -> set[str]:
    """The texts in which a secret may turn up: itself, quoted for a URL, escaped for JSON or HTML, base64, hex."""
    return {encode(secret) for encode in _ENCODINGS} | _base64(secret.encode())


def _base64(raw: bytes) -> set[str]:
    """Base64 of the secret wherever it starts in a longer text: per alignment, the digits that it alone decides."""
    found = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            text = encode(b"\0" * before + raw).decode().rstrip("=")
            first = -(-before * 8 // 6)
            last = (before + len(raw)) * 8 // 6
            if last - first >= 8:
                found.add(text[first:last])
        found.add(encode(raw).decode())
    return found


def register_secrets(*secrets: str) -> None:
    """Replaces the registered secrets, which the CDK masks in logs, traces and statuses.

    The longest first: where one secret is part of another, masking it first would leave the rest of the other.
    """
    texts = {text for secret in secrets if len(secret) >= SHORTEST for text in encodings(secret)}
    update_secrets(sorted(texts, key=len, reverse=True))


def redact(text: str) -> str:
    """`text` without registered secrets, anything shaped like a signature, and half characters that no log can hold."""
    return _SIGNATURE.sub(MASK, filter_secrets(text.encode("utf-8", "backslashreplace").decode()))


def redact_trace(message: AirbyteMessage) -> AirbyteMessage:
    """Mask an error trace in place: the concurrent engine sends it on as it is."""
    if message.trace and message.trace.error:
        error = message.trace.error
        error.message = redact(error.message)
        error.internal_message = redact(error.internal_message) if error.internal_message else None
        error.stack_trace = redact(error.stack_trace) if error.stack_trace else None
    return message


def redact_error(error: AirbyteTracedException) -> AirbyteTracedException:
    """Mask an exception in place: the engine's last one quotes those of all tables."""
    error.message = redact(error.message) if error.message else None
    error.internal_message = redact(error.internal_message) if error.internal_message else None
    return error


def mask_log(logger: logging.Logger | logging.Handler) -> None:
    """Masks everything that passes this filter; a second call changes nothing."""
    logger.addFilter(mask_record)


def mask_record(record: logging.LogRecord) -> bool:
    """Masks the message, traceback and extra attributes of a log record; drops response bodies.

    The CDK's debug lines bring whole requests and responses, and its own mask knows no signatures.
    """
    record.msg = redact(record.getMessage())
    record.args = None
    if record.exc_info:
        record.exc_text = redact(_TRACEBACK.formatException(record.exc_info))
    for name in vars(record).keys() - _PLAIN_RECORD:
        setattr(record, name, _NOT_LOGGED if name == _ANSWER else redact(_text(getattr(record, name))))
    return True


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
