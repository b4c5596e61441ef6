"""Which answers are tried again, how long the client waits, what it says, and that it gives no secret away."""

import json
import re
import ssl
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
import requests
import requests_mock
from airbyte_cdk.models import FailureType

from source_cryptocom.api.errors import Action
from source_cryptocom.api.retry_policy import CHECK_RETRIES, SYNC_RETRIES, RetryPolicy
from source_cryptocom.api.transport import UnusableSetting
from unit_tests.support.builders import refusal
from unit_tests.support.sending import METHOD, SUCCESS, URL, client, failure, refused, send

Http = requests_mock.Mocker

TRIED_FOR_MINUTES: dict[str, dict[str, Any]] = {
    "rate limit": refused(429, 42901),
    "rate limit, code as text": refused(429, "42901"),
    "rate limit without a body": {"status_code": 429, "text": ""},
    "rate limit by its code": refused(400, 42901),
    "a firewall": {"status_code": 403, "text": "<html>Forbidden</html>"},
    "connection refused": {"exc": requests.exceptions.ConnectionError("Connection refused")},
    "no connection in time": {"exc": requests.exceptions.ConnectTimeout("timed out")},
    "no answer in time": {"exc": requests.exceptions.ReadTimeout("timed out")},
    "cut transfer": {"exc": requests.exceptions.ChunkedEncodingError("10 bytes read, 90 more expected")},
    "broken handshake": {"exc": requests.exceptions.SSLError(ssl.SSLEOFError("EOF occurred"))},
    "broken compression": {"exc": requests.exceptions.ContentDecodingError("not gzip")},
}
TRIED_SEVEN_TIMES: dict[str, dict[str, Any]] = {
    "timeout at the exchange": refused(408, 40801),
    "internal failure as 400": refused(400, 50001, "ERR_INTERNAL"),
    "internal failure as 500": refused(500, 50001, "INTERNAL_SERVER_ERROR"),
    "internal failure as 200": refused(200, 50001),
    "taken for a repetition": refused(400, 40006),
    "maintenance": refused(200, 9010001),
    "bad gateway": {"status_code": 502, "text": "<html>Bad Gateway</html>"},
    "unavailable, with a good body": {"status_code": 503, "json": SUCCESS},
    "cut body": {"text": '{"code": 0, "result": {"da'},
    "empty body": {"text": ""},
    "no JSON": {"text": "<html>hello</html>"},
    "JSON that is no envelope": {"text": "[]"},
    "no code": {"json": {"result": {"data": []}}},
    "success without a result": {"json": {"code": 0}},
    "success with null rows": {"json": {"code": 0, "result": {"data": None}}},
    "success with a result that is a list": {"json": {"code": 0, "result": []}},
}
WORTH_A_RETRY = TRIED_FOR_MINUTES | TRIED_SEVEN_TIMES


@pytest.mark.parametrize("trouble", WORTH_A_RETRY)
def test_what_may_pass_is_tried_again(trouble: str, http: Http, waits: list[float]) -> None:
    http.post(URL, [WORTH_A_RETRY[trouble], WORTH_A_RETRY[trouble], {"json": SUCCESS}])
    assert send().result == SUCCESS["result"]
    assert http.call_count == 3
    assert len(waits) == 2


@pytest.mark.parametrize("trouble", TRIED_SEVEN_TIMES)
def test_a_failure_of_the_exchange_ends_after_seven_attempts(trouble: str, http: Http, waits: list[float]) -> None:
    http.post(URL, [TRIED_SEVEN_TIMES[trouble]])
    error = failure()
    assert http.call_count == SYNC_RETRIES.attempts == 7
    assert error.failure_type is FailureType.transient_error
    assert (error.message or "").startswith("private/get-trades ")
    assert (error.message or "").endswith(" Given up after 7 attempts.")


@pytest.mark.parametrize("trouble", TRIED_FOR_MINUTES)
def test_too_many_requests_and_no_answer_are_tried_for_five_minutes(
    trouble: str, http: Http, waits: list[float]
) -> None:
    http.post(URL, [TRIED_FOR_MINUTES[trouble]])
    error = failure()
    assert http.call_count > SYNC_RETRIES.attempts
    assert 299 < sum(waits) <= SYNC_RETRIES.total_seconds == 300
    assert error.failure_type is FailureType.transient_error
    assert (error.message or "").startswith("private/get-trades ")
    assert re.search(r" Given up after 1[0-9] attempts in 300 seconds\.$", error.message or "")


def test_attempts_that_were_too_many_requests_are_not_counted_among_the_seven(http: Http, waits: list[float]) -> None:
    too_many, failed = TRIED_FOR_MINUTES["rate limit"], TRIED_SEVEN_TIMES["bad gateway"]
    http.post(URL, [*[too_many] * 8, failed])
    assert str(failure()).endswith("Given up after 15 attempts.")


def test_waits_double_from_one_second_to_half_a_minute_with_jitter(http: Http, waits: list[float]) -> None:
    http.post(URL, [TRIED_SEVEN_TIMES["bad gateway"]])
    failure(client(RetryPolicy(attempts=9, total_seconds=10_000)))
    assert len(waits) == 8
    for wait, shortest in zip(waits, (1, 2, 4, 8, 16, 32, 32, 32), strict=True):
        assert shortest <= wait <= shortest + 1
    assert len({wait % 1 for wait in waits}) > 1


def test_two_clients_do_not_wait_in_step(http: Http, waits: list[float]) -> None:
    http.post(URL, [WORTH_A_RETRY["rate limit"]])
    failure()
    first = list(waits)
    waits.clear()
    failure()
    assert waits != first


def test_waits_end_when_the_time_is_over_but_not_before_the_fifth_attempt(http: Http, waits: list[float]) -> None:
    http.post(URL, [TRIED_SEVEN_TIMES["bad gateway"]])
    failure(client(RetryPolicy(attempts=50, total_seconds=0)))
    assert http.call_count == 5


def test_a_person_who_tests_the_connection_waits_a_few_seconds_at_most(http: Http, waits: list[float]) -> None:
    http.post(URL, [WORTH_A_RETRY["bad gateway"]])
    error = failure(client(CHECK_RETRIES))
    assert "Given up after 5 attempts" in str(error)
    assert sum(waits) <= 8


def test_every_wait_is_a_warning_that_says_why_and_how_long(
    http: Http, waits: list[float], log: pytest.LogCaptureFixture
) -> None:
    http.post(URL, [refused(429, 42901, "TOO_MANY_REQUESTS"), refused(500, 50001), {"json": SUCCESS}])
    send()
    lines = [(record.levelname, record.getMessage()) for record in log.records]
    assert lines == [
        (
            "WARNING",
            (
                "private/get-trades was answered with code 42901 TOO_MANY_REQUESTS (HTTP 429). Too many requests at "
                "once. If this is frequent, another program uses the same key or IP address. "
                f"Attempt 1 within 300 seconds; next one in {waits[0]:.1f} seconds."
            ),
        ),
        (
            "WARNING",
            (
                "private/get-trades was answered with code 50001 (HTTP 500). The exchange had an internal failure; if "
                f"it persists, look at its status page. Attempt 1 of 7; next one in {waits[1]:.1f} seconds."
            ),
        ),
    ]


def test_an_answer_at_once_says_nothing(http: Http, log: pytest.LogCaptureFixture) -> None:
    http.post(URL, json=SUCCESS)
    send()
    assert log.records == []


def test_a_connection_error_says_which_and_what_to_check(http: Http, waits: list[float]) -> None:
    http.post(URL, exc=requests.exceptions.ConnectionError("Name or service not known"))
    assert str(failure()).startswith(
        "private/get-trades got no complete answer (ConnectionError: Name or service not known). "
        "Check the network and the exchange's status page."
    )


def test_an_unreadable_answer_says_so(http: Http, waits: list[float]) -> None:
    http.post(URL, text="<html>")
    assert str(failure()).startswith(
        "private/get-trades was answered with no reason code (HTTP 200). Something else than the exchange may have "
        "answered, such as a proxy. The answer cannot be read: its body is not JSON."
    )
    http.post(URL, json={"code": 0, "result": {}})
    assert "The answer cannot be read: its result holds no list of rows." in str(failure())


@pytest.mark.parametrize(
    ("records_path", "result"),
    [
        ("data", {"data": []}),
        ("deposit_list", {"deposit_list": [{"id": "1"}]}),
        ("wallet.rows", {"wallet": {"rows": []}}),
        ("", {"effective_spot_maker_rate_bps": "25"}),
    ],
)
def test_an_answer_is_good_where_the_rows_are_where_the_table_looks_for_them(
    records_path: str, result: Any, http: Http, waits: list[float]
) -> None:
    other = {"other": []} if records_path else []
    http.post(URL, [{"json": {"code": 0, "result": other}}, {"json": {"code": 0, "result": result}}])
    assert send(client(records_path=records_path)).result == result
    assert http.call_count == 2


NOT_WORTH_A_RETRY: dict[str, tuple[dict[str, Any], FailureType, str]] = {
    "wrong key": (refused(401, 40101, "UNAUTHORIZED"), FailureType.config_error, "The key or the secret is wrong"),
    "whitelist": (refused(401, 40103), FailureType.config_error, "not on the key's whitelist"),
    "tier": (refused(401, 40104), FailureType.config_error, "tier or region"),
    "wrong key, status only": ({"status_code": 401, "text": ""}, FailureType.config_error, "check key and secret"),
    "failure with status 200": (refused(200, 30024, "MAX_AMOUNT"), FailureType.system_error, "code 30024 MAX_AMOUNT"),
    "not found": ({"status_code": 404, "text": "no"}, FailureType.system_error, "(HTTP 404)"),
    "bad request": (refused(400, 40001, "BAD_REQUEST"), FailureType.system_error, "code 40001 BAD_REQUEST (HTTP 400)"),
    "a body of code and message": (
        {"status_code": 401, "json": {"code": 40101, "message": "Authentication failure"}},
        FailureType.config_error,
        "code 40101 Authentication failure (HTTP 401). The key or the secret is wrong",
    ),
    "a text under msg": (
        {"status_code": 400, "json": {"code": "30024", "msg": "Amount too large"}},
        FailureType.system_error,
        "code 30024 Amount too large (HTTP 400)",
    ),
    "region": (
        {"status_code": 451, "text": "<html>"},
        FailureType.config_error,
        "the region that this request comes from",
    ),
    "disabled": (refused(400, 140001, "API_DISABLED"), FailureType.config_error, "for this account or region"),
    "redirect": (
        {"status_code": 302, "headers": {"Location": "https://elsewhere.test/"}, "text": ""},
        FailureType.system_error,
        "check base_url",
    ),
    "permanent redirect": (
        {"status_code": 308, "headers": {"Location": "https://elsewhere.test/"}, "text": ""},
        FailureType.system_error,
        "a key must not follow",
    ),
    "certificate": (
        {"exc": requests.exceptions.SSLError(ssl.SSLCertVerificationError("certificate verify failed"))},
        FailureType.config_error,
        "The exchange's TLS certificate cannot be verified",
    ),
    "setting": (
        {"exc": UnusableSetting(OSError("no CA bundle"))},
        FailureType.config_error,
        "(UnusableSetting: OSError: no CA bundle). This machine's settings do not let it send requests",
    ),
}


@pytest.mark.parametrize("trouble", NOT_WORTH_A_RETRY)
def test_what_cannot_get_better_ends_at_once_with_a_sentence(trouble: str, http: Http, waits: list[float]) -> None:
    given, failure_type, words = NOT_WORTH_A_RETRY[trouble]
    http.post(URL, [given])
    error = failure()
    assert (http.call_count, waits) == (1, [])
    assert error.failure_type is failure_type
    assert METHOD in (error.message or "")
    assert words in (error.message or "")


def test_one_answer_about_the_nonce_is_tried_again_with_a_new_one(http: Http, waits: list[float]) -> None:
    http.post(URL, [refused(400, 40102), {"json": SUCCESS}])
    assert send().result == SUCCESS["result"]
    first, second = (sent.json()["nonce"] for sent in http.request_history)
    assert first <= second
    assert len(waits) == 1


def test_a_lasting_one_is_the_clock_and_says_how_far_it_is_off(http: Http, waits: list[float]) -> None:
    date = format_datetime(datetime.now(timezone.utc) - timedelta(minutes=10, milliseconds=500), usegmt=True)
    http.post(URL, [refused(400, 40102, "INVALID_NONCE") | {"headers": {"Date": date}}])
    error = failure()
    assert http.call_count == 3
    assert error.failure_type is FailureType.config_error
    assert re.fullmatch(
        r"private/get-trades was answered with code 40102 INVALID_NONCE \(HTTP 400\)\. The clock of this machine is "
        r"more than 60 seconds away from the exchange's \(0:10:0\d ahead, by the answer's Date\): synchronise it "
        r"\(NTP\), then sync again\. Given up after 3 attempts\.",
        str(error),
    )


def test_an_internal_failure_at_every_attempt_is_no_longer_called_a_passing_one(http: Http, waits: list[float]) -> None:
    http.post(URL, [refused(400, 50001, "ERR_INTERNAL")])
    assert str(failure()) == (
        "private/get-trades was answered with code 50001 ERR_INTERNAL (HTTP 400). The exchange had an internal failure "
        "at every attempt. That is also its answer for a method that it no longer offers: look at its status page; "
        "where other tables can be read, leave this one out of the connection. Given up after 7 attempts."
    )


@pytest.mark.parametrize(("reads_balance", "words"), [(True, "may not use private/get-trades"), (False, "is wrong")])
def test_an_unauthorized_method_asks_whether_the_key_reads_the_balance(
    reads_balance: bool, words: str, http: Http
) -> None:
    http.post(URL, [refused(401, 40101)])
    error = failure(client(reads_balance=lambda: reads_balance))
    assert words in str(error)
    assert error.refuses_method is reads_balance


def test_a_refused_instrument_is_told_apart_from_a_failure(http: Http) -> None:
    http.post(URL, [refused(400, 40004, "Invalid instrument_name")])
    assert failure(client(per_instrument=True)).action is Action.SKIP_INSTRUMENT
    assert failure(client(per_instrument=False)).action is Action.BAD_REQUEST


def test_a_retry_is_signed_anew(http: Http, waits: list[float]) -> None:
    sent: list[tuple[dict[str, Any], str, int]] = []
    given = iter([refusal(50001), refusal(40006), SUCCESS])

    def respond(request: requests.PreparedRequest, context: Any) -> dict[str, Any]:
        sent.append((json.loads(request.body or ""), request.headers["Content-Length"], len(request.body or "")))
        return next(given)

    http.post(URL, json=respond)
    send()
    bodies = [body for body, _, _ in sent]
    assert len({body["sig"] for body in bodies}) == 3
    assert all(int(before["id"]) < int(after["id"]) for before, after in pairwise(bodies))
    assert all(declared == str(length) for _, declared, length in sent)
    assert [body["params"] for body in bodies] == [{"limit": "100"}] * 3
