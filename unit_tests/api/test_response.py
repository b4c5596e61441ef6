"""The response envelope: digits as they were sent, and a plain reason where there is nothing to read."""

import json
from decimal import Decimal
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.api.response import Envelope, MalformedResult, envelope_of, parse_envelope, rows_at


def result_of(text: str) -> Any:
    return parse_envelope(f'{{"code": 0, "result": {{"value": {text}}}}}').result["value"]


@pytest.mark.parametrize(
    "digits", ["0.100000000000000001", "1e-18", "1E+30", "-0.0", "12345678901234567890.5", "100.10"]
)
def test_a_decimal_that_comes_as_a_number_keeps_its_digits(digits: str) -> None:
    assert result_of(digits) == digits


@pytest.mark.parametrize("digits", ["1786967999123456789", "9007199254740993", "18446744073709551617", "0", "-5"])
def test_an_integer_is_exact_beyond_what_a_float_can_hold(digits: str) -> None:
    value = result_of(digits)
    assert type(value) is int
    assert str(value) == digits


@given(st.decimals(allow_nan=False, allow_infinity=False).map(str))
def test_every_number_reads_back_as_the_same_number(digits: str) -> None:
    assert Decimal(result_of(digits)) == Decimal(digits)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(constant: str) -> None:
    with pytest.raises(MalformedResult, match="its body is not JSON"):
        result_of(constant)


@pytest.mark.parametrize(
    ("sent", "code"),
    [("0", 0), ('"0"', 0), ("40101", 40101), ('"40101"', 40101), ("null", None), ('"none"', None), ("{}", None),
     ("0.5", None)],
)  # fmt: skip
def test_the_code_is_an_integer_however_it_was_sent(sent: str, code: int | None) -> None:
    assert parse_envelope(f'{{"code": {sent}, "result": {{}}}}').code == code


def test_an_envelope_without_code_message_and_result_says_so() -> None:
    assert parse_envelope("{}") == Envelope(code=None, message="", result=None)


def test_a_message_is_a_text_whatever_was_sent() -> None:
    assert parse_envelope('{"code": 1, "message": "UNAUTHORIZED"}').message == "UNAUTHORIZED"
    assert parse_envelope('{"code": 1, "message": null}').message == ""
    assert parse_envelope('{"code": 1, "message": 7}').message == "7"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "its body is not JSON"),
        (b"<html>Bad Gateway</html>", "its body is not JSON"),
        (b'{"code": 0, "result": {"data": [', "its body is not JSON"),
        (b'{"code": 0}}', "its body is not JSON"),
        (b"\xff\xfe\x00", "its body is not JSON"),
        (b"[" * 200_000, "its body is not JSON"),
        (b'{"code": ' + b"1" * 5_000 + b"}", "its body is not JSON"),
        (b"[]", "its body is not a JSON object"),
        (b'"0"', "its body is not a JSON object"),
        (b"null", "its body is not a JSON object"),
    ],
)
def test_a_body_that_is_no_envelope_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedResult, match=f"^{reason}$"):
        parse_envelope(body)


def test_rows_are_the_list_that_the_path_leads_to() -> None:
    rows = [{"d": "1"}, {"d": "2"}]
    assert rows_at({"data": rows}, "data") == rows
    assert rows_at({"data": []}, "data") == []
    assert rows_at({"wallet": {"rows": rows}}, "wallet.rows") == rows
    assert rows_at({"rate": "25"}, "") == [{"rate": "25"}]


@pytest.mark.parametrize(
    "body",
    [
        {"code": 0, "msg": "Success", "data": [{"id": "a"}]},
        {"code": 0, "msg": "Success", "data": {"transaction_history_list": [{"id": "a"}]}},
        {"code": 0, "result": {"data": [{"id": "a"}]}},
        {"code": 0, "result": {"transaction_history_list": [{"id": "a"}], "data": []}},
    ],
)
def test_rows_are_found_where_older_editions_of_the_documentation_show_them(body: dict[str, Any]) -> None:
    assert rows_at(parse_envelope(json.dumps(body)).result, "transaction_history_list") == [{"id": "a"}]


@pytest.mark.parametrize("result", [None, [], "data", {}, {"data": None}, {"data": {}}, {"data": "rows"}])
def test_a_missing_list_of_rows_is_no_empty_list(result: Any) -> None:
    with pytest.raises(MalformedResult, match="its result holds no list of rows"):
        rows_at(result, "data")


@pytest.mark.parametrize("result", [None, [], "data", 0])
def test_a_result_that_is_to_be_the_one_row_is_an_object(result: Any) -> None:
    with pytest.raises(MalformedResult, match="its result is not an object"):
        rows_at(result, "")


def test_a_response_is_parsed_once() -> None:
    response = requests.Response()
    response._content = json.dumps({"code": 0, "result": {"data": []}}).encode()
    assert envelope_of(response) == Envelope(0, "", {"data": []})
    assert envelope_of(response) is envelope_of(response)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (rb"bot-\ud83d", "bot-\ufffd"),
        (rb"\uDE80bot", "\ufffdbot"),
        (rb"\ud83d\ud83d\ude80", "\ufffd\U0001f680"),
        (rb"\ud83d\ude80", "\U0001f680"),
        (rb"\\ud83d", "\\ud83d"),
        (b"bot-\xed\xa0\xbd", "bot-\ufffd\ufffd\ufffd"),
        (b"bot-\xff", "bot-\ufffd"),
        ("Börse \U0001f680".encode(), "Börse \U0001f680"),
    ],
)
def test_a_text_can_be_written_as_utf8_whatever_was_sent(sent: bytes, text: str) -> None:
    envelope = parse_envelope(b'{"code": 0, "result": {"data": [{"' + sent + b'": ["' + sent + b'"]}]}}')
    assert envelope.result == {"data": [{text: [text]}]}


def test_a_code_that_is_a_word_is_told_with_the_message() -> None:
    envelope = parse_envelope('{"code": "INSUFFICIENT_SCOPE", "message": "the key may not read"}')
    assert envelope == Envelope(None, "INSUFFICIENT_SCOPE the key may not read", None)
