"""Keeps key, secret and signatures out of everything that a person can read.

The CDK masks registered secrets in logs and traces; this room registers them in the encodings they can take, masks
signatures (which no config holds) by their shape, and lends the mask to whatever the CDK does not cover.
"""

import base64
import json
import logging
import re
from urllib.parse import quote, quote_plus

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets, filter_secrets

MASK = "****"
_SIGNATURE = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{64}(?![0-9A-Za-z])")
_BODY_FIELDS = ("request_body", "body", "headers", "url")


def encodings(secret: str) -> set[str]:
    """The texts in which a secret may turn up: itself, URL-quoted, in JSON (once and twice escaped), base64, hex."""
    raw = secret.encode()
    in_json = json.dumps(secret)[1:-1]
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        in_json,
        json.dumps(in_json)[1:-1],
        repr(secret)[1:-1],
        raw.hex(),
        *_base64(raw),
    }


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
    """From here on every log line, trace and status message of the CDK masks these, longest first."""
    for text in sorted({text for secret in secrets for text in encodings(secret)}, key=len, reverse=True):
        add_to_secrets(text)


def redact(text: str) -> str:
    """`text` without registered secrets and without anything shaped like a signature."""
    return _SIGNATURE.sub(MASK, filter_secrets(text))


def redact_trace(message: AirbyteMessage) -> AirbyteMessage:
    """Mask an error trace in place: the concurrent engine sends it on as it is."""
    if message.trace and message.trace.error:
        error = message.trace.error
        error.message = redact(error.message)
        error.internal_message = redact(error.internal_message) if error.internal_message else None
        error.stack_trace = redact(error.stack_trace) if error.stack_trace else None
    return message


class RedactingFilter(logging.Filter):
    """Masks what a log record carries besides its text: the CDK's debug lines bring whole requests and responses."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        for name in _BODY_FIELDS:
            if hasattr(record, name):
                setattr(record, name, redact(_text(getattr(record, name))))
        return True


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
