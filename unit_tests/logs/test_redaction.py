"""Nothing that a person can read holds a key, a secret or a signature, however it was encoded on the way."""

import base64
import html
import json
import logging
import re
import sys
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from airbyte_cdk.models import (
    AirbyteErrorTraceMessage,
    AirbyteLogMessage,
    AirbyteMessage,
    AirbyteTraceMessage,
    Level,
    TraceType,
    Type,
)
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.logs.redaction import mask_log, mask_record, redact, redact_trace, register_secrets
from unit_tests.support.builders import API_KEY, API_SECRET

AWKWARD = 'demo/secret+0123 "456"=\\é&'
SIGNATURE = "e69ec429518c9686a1d2bbfb3928c1fbc950d41f39679406363ef6914f69cdba"

ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "URL path": lambda secret: quote(secret, safe=""),
    "URL form": quote_plus,
    "JSON": lambda secret: json.dumps({"sent": secret}),
    "JSON inside JSON": lambda secret: json.dumps(json.dumps(secret)),
    "repr": repr,
    "JSON in UTF-8": lambda secret: json.dumps(secret, ensure_ascii=False),
    "JSON with escaped slashes": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "JSON three times": lambda secret: json.dumps(json.dumps(json.dumps(secret))),
    "repr of bytes": lambda secret: repr(secret.encode()),
    "lower-case URL": lambda secret: re.sub("%..", lambda match: match[0].lower(), quote(secret, safe="")),
    "HTML": html.escape,
    "hex": lambda secret: secret.encode().hex(),
    "upper-case hex": lambda secret: secret.encode().hex().upper(),
}


@pytest.mark.parametrize("secret", [API_KEY, API_SECRET, AWKWARD])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_registered_secret_is_masked_in_every_encoding(encoding: str, secret: str) -> None:
    shown = ENCODINGS[encoding](secret)
    register_secrets(secret)
    masked = redact(f"the answer echoes {shown} back")
    assert "****" in masked
    assert masked.startswith("the answer echoes ")
    assert masked.endswith(" back")
    assert shown not in masked
    assert "0123" not in masked
    assert "abcdef" not in masked


def fully_decided(before: int, length: int) -> slice:
    """The digits of a base64 text that hold nothing but bits of the `length` bytes after the first `before`."""
    return slice((before * 8 + 5) // 6, (before + length) * 8 // 6)


@given(before=st.binary(max_size=9), after=st.binary(max_size=9), url_safe=st.booleans())
@pytest.mark.parametrize("secret", [API_KEY, API_SECRET, AWKWARD])
def test_base64_of_a_text_around_a_secret_is_masked_at_every_alignment(
    secret: str, before: bytes, after: bytes, url_safe: bool
) -> None:
    register_secrets(secret)
    raw = secret.encode()
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    text = encode(before + raw + after).decode()
    assert text[fully_decided(len(before), len(raw))] not in redact(text)


def test_the_longest_encoding_is_masked_first_so_that_no_tail_is_left() -> None:
    register_secrets("demo", "demo-and-more")
    assert redact("demo-and-more") == "****"


@pytest.mark.parametrize(
    "text",
    [
        SIGNATURE,
        SIGNATURE.upper(),
        f'{{"sig": "{SIGNATURE}"}}',
        f"sig={SIGNATURE}&nonce=1",
        f"sig%22%3A%22{SIGNATURE}%22",
        f'\\"sig\\": \\"{SIGNATURE}\\"',
        f"\\u0022{SIGNATURE}\\u0022",
        f"first\\n{SIGNATURE}\\nlast",
    ],
)
def test_a_signature_is_masked_by_its_shape(text: str) -> None:
    masked = redact(text)
    assert "****" in masked
    assert SIGNATURE[:16] not in masked.lower()


@pytest.mark.parametrize("harmless", ["6142909920077310442", "a" * 63, "0c6f5d1e-0000-4000-8000-00000000a001", ""])
def test_ids_and_short_hex_stay(harmless: str) -> None:
    register_secrets(API_KEY, API_SECRET)
    assert redact(harmless) == harmless


def test_half_a_character_does_not_break_a_log() -> None:
    assert redact("BAD \ud800 NAME").encode() == b"BAD \\ud800 NAME"


def test_an_empty_secret_masks_nothing() -> None:
    register_secrets("")
    assert redact("all of it stays") == "all of it stays"


def log_record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("airbyte", logging.DEBUG, __file__, 1, message, arguments, None)
    record.__dict__.update(extra)
    return record


def test_a_log_line_is_masked_after_its_arguments_are_put_in() -> None:
    register_secrets(API_KEY, API_SECRET)
    record = log_record("sent %s with %s", API_KEY[:8] + API_KEY[8:], {"sig": SIGNATURE})
    assert mask_record(record) is True
    assert record.getMessage() == "sent **** with {'sig': '****'}"


def test_a_percent_sign_in_a_masked_line_is_no_placeholder() -> None:
    record = log_record("%d%% of it", 50)
    assert mask_record(record) is True
    assert record.getMessage() == "50% of it"


@pytest.mark.parametrize("name", ["request_body", "headers", "url", "anything_else"])
@pytest.mark.parametrize("as_bytes", [True, False])
def test_what_a_debug_line_carries_besides_its_text_is_masked(name: str, as_bytes: bool) -> None:
    register_secrets(API_KEY, API_SECRET)
    text = json.dumps({"api_key": API_KEY, "note": API_SECRET, "sig": SIGNATURE})
    record = log_record("Making outbound API request", **{name: text.encode() + b"\xff" if as_bytes else text})
    mask_record(record)
    shown = getattr(record, name)
    assert isinstance(shown, str)
    assert '"api_key": "****"' in shown
    assert API_KEY not in shown
    assert API_SECRET not in shown
    assert SIGNATURE not in shown


@pytest.mark.parametrize("body", ['{"email": "erika@example.org"}', b'{"email": "erika@example.org"}'])
def test_an_answer_is_not_logged_because_it_can_hold_personal_data(body: str | bytes) -> None:
    record = log_record("Receiving response", body=body)
    mask_record(record)
    assert "erika" not in str(record.__dict__["body"])


def test_headers_are_masked_whatever_object_holds_them() -> None:
    register_secrets(API_KEY)
    record = log_record("Making outbound API request", headers={"X-Key": API_KEY})
    mask_record(record)
    assert record.__dict__["headers"] == "{'X-Key': '****'}"


def test_a_traceback_in_the_log_is_masked() -> None:
    register_secrets(API_SECRET)
    try:
        raise ValueError(f"no good: {API_SECRET}")
    except ValueError:
        record = log_record("it failed")
        record.exc_info = sys.exc_info()
    mask_record(record)
    shown = logging.Formatter().format(record)
    assert "ValueError: no good: ****" in shown
    assert API_SECRET not in shown


def test_where_and_when_a_line_was_logged_stays() -> None:
    record = log_record("hello")
    before = {name: value for name, value in vars(record).items() if name not in ("msg", "args")}
    mask_record(record)
    assert {name: value for name, value in vars(record).items() if name not in ("msg", "args")} == before


def test_a_logger_that_is_masked_twice_is_masked_once() -> None:
    logger = logging.getLogger("airbyte.redaction-test")
    mask_log(logger)
    mask_log(logger)
    assert len(logger.filters) == 1


def test_a_later_config_replaces_the_secrets_of_an_earlier_one() -> None:
    register_secrets(API_KEY)
    register_secrets(API_SECRET)
    assert redact(f"{API_KEY} {API_SECRET}") == f"{API_KEY} ****"


def trace(message: str, internal: str | None, stack: str | None) -> AirbyteMessage:
    error = AirbyteErrorTraceMessage(message=message, internal_message=internal, stack_trace=stack)
    return AirbyteMessage(type=Type.TRACE, trace=AirbyteTraceMessage(type=TraceType.ERROR, emitted_at=0.0, error=error))


def test_every_text_of_an_error_trace_is_masked() -> None:
    register_secrets(API_KEY, API_SECRET)
    shown = redact_trace(trace(f"failed with {API_KEY}", f"secret {API_SECRET}", f"line 1: sig={SIGNATURE}"))
    assert shown.trace is not None
    assert shown.trace.error is not None
    error = shown.trace.error
    assert (error.message, error.internal_message, error.stack_trace) == (
        "failed with ****",
        "secret ****",
        "line 1: sig=****",
    )


def test_a_trace_without_inner_texts_stays_without_them() -> None:
    shown = redact_trace(trace("it failed", None, None))
    assert shown == trace("it failed", None, None)


def test_a_message_that_is_no_error_trace_passes() -> None:
    message = AirbyteMessage(type=Type.LOG, log=AirbyteLogMessage(level=Level.INFO, message="hello"))
    assert redact_trace(message) is message
