"""Every answer of the exchange: what a sync does about it, and the sentence that a person reads."""

import re
from collections.abc import Callable

import pytest
import requests
from airbyte_cdk.models import FailureType

from source_cryptocom.api.errors import (
    HTTP_STATUSES,
    REASON_CODES,
    Action,
    ErrorRule,
    ExchangeError,
    _config,
    _refused,
    _retry,
    clock_difference,
    error_message,
    rule_for,
    rule_for_key,
    rule_for_response,
)
from source_cryptocom.logs.redaction import register_secrets
from unit_tests.support.builders import API_KEY, NOW_MS

METHOD = "private/get-trades"

CONFIG, RETRY, LIMITED, REFUSED, BAD, FAIL = (
    Action.CONFIG_ERROR,
    Action.RETRY,
    Action.RATE_LIMITED,
    Action.SKIP_INSTRUMENT,
    Action.BAD_REQUEST,
    Action.FAIL,
)

# For each code: what a sync does, and a few words without which the user would not know what to do.
CODES = {
    40101: (CONFIG, "key or the secret is wrong"),
    40102: (RETRY, "found the request too old or too new"),
    40103: (CONFIG, "IPv6 and IPv4 addresses: where this machine has both, put both"),
    40104: (CONFIG, "tier or region does not permit private/get-trades"),
    202: (CONFIG, "account is suspended"),
    401: (CONFIG, "account does not exist"),
    406: (CONFIG, "account is not active"),
    407: (CONFIG, "does not know the account's margin unit"),
    408: (CONFIG, "margin unit is suspended"),
    409: (CONFIG, "create a new API key"),
    410: (CONFIG, "user is not active"),
    411: (CONFIG, "user has no access to derivatives"),
    412: (CONFIG, "account has no access to derivatives"),
    10002: (CONFIG, "key or the secret is wrong"),
    10003: (CONFIG, "key or the secret is wrong"),
    10004: (BAD, "finds fault with the connector's request"),
    10005: (CONFIG, "tier or region does not permit private/get-trades"),
    10007: (RETRY, "found the request too old or too new"),
    206: (REFUSED, "does not offer this instrument"),
    208: (REFUSED, "does not offer this instrument"),
    209: (REFUSED, "does not offer this instrument"),
    40001: (BAD, "finds fault with the connector's request. Please report this"),
    40003: (BAD, "finds fault with the connector's request. Please report this"),
    40004: (BAD, "finds fault with the connector's request. Please report this"),
    40005: (BAD, "finds fault with the connector's request. Please report this"),
    40002: (CONFIG, "does not offer private/get-trades to this account"),
    140001: (CONFIG, "has switched private/get-trades off for this account or region"),
    40401: (REFUSED, "does not offer this instrument"),
    40006: (RETRY, "took the request for a duplicate"),
    40801: (RETRY, "took too long"),
    50001: (RETRY, "internal failure"),
    120009: (RETRY, "internal failure"),
    9010001: (RETRY, "in maintenance"),
    42901: (LIMITED, "another program uses the same key"),
    10006: (LIMITED, "another program uses the same key"),
}


def test_the_list_of_this_test_is_the_connectors() -> None:
    assert set(CODES) == set(REASON_CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_known_code_decides_whatever_the_status(code: int) -> None:
    action, words = CODES[code]
    statuses = (200, 400, 401, 408, 500) if code > 999 else (200, 400)
    rules = {status: rule_for(status, code, per_instrument=True) for status in statuses}
    assert {rule and rule.action for rule in rules.values()} == {action}
    said = {status: error_message(METHOD, status, code, "SOME_NAME", rule) for status, rule in rules.items() if rule}
    assert not [
        text
        for status, text in said.items()
        if not text.startswith(f"private/get-trades was answered with code {code} SOME_NAME (HTTP {status}). ")
        or words not in text
        or not text.endswith((".", "?"))
        or "{" in text
    ]


def test_a_known_code_with_429_is_a_rate_limit() -> None:
    rules = {code: rule_for(429, code, per_instrument=True) for code in CODES}
    assert not [code for code, rule in rules.items() if rule is None or rule.action is not LIMITED]


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_code_0_with_a_good_status_is_success(status: int) -> None:
    assert rule_for(status, 0, per_instrument=False) is None


@pytest.mark.parametrize(
    ("status", "code", "action", "words"),
    [
        (200, None, RETRY, "Something else than the exchange"),
        (299, None, RETRY, "Something else than the exchange"),
        (300, None, FAIL, "check base_url"),
        (300, 0, FAIL, "check base_url"),
        (302, 0, FAIL, "check base_url"),
        (399, None, FAIL, "check base_url"),
        (400, None, FAIL, "report this"),
        (400, 0, FAIL, "report this"),
        (401, None, CONFIG, "check key and secret, and any proxy"),
        (401, 401, CONFIG, "check key and secret, and any proxy"),
        (407, None, CONFIG, "HTTPS_PROXY"),
        (451, None, CONFIG, "the region that this request comes from"),
        (451, 77777, CONFIG, "the region that this request comes from"),
        (408, 408, RETRY, "took too long"),
        (503, 401, RETRY, "internal failure"),
        (403, None, LIMITED, "a firewall, or your region"),
        (403, 40301, FAIL, "a firewall, or your region"),
        (404, None, FAIL, "check base_url"),
        (408, None, RETRY, "took too long"),
        (429, None, LIMITED, "another program"),
        (429, 0, LIMITED, "another program"),
        (499, None, FAIL, "report this"),
        (500, None, RETRY, "internal failure"),
        (500, 0, RETRY, "internal failure"),
        (502, None, RETRY, "internal failure"),
        (503, 77777, RETRY, "internal failure"),
        (599, None, RETRY, "internal failure"),
        (200, 77777, FAIL, "report this"),
        (400, 77777, FAIL, "report this"),
        (400, -1, FAIL, "report this"),
    ],
)
def test_where_no_code_decides_the_status_does(status: int, code: int | None, action: Action, words: str) -> None:
    rule = rule_for(status, code, per_instrument=False)
    assert rule is not None
    assert (rule.action, words in rule.hint) == (action, True)


@pytest.mark.parametrize("code", [code for code, (action, _) in CODES.items() if action is REFUSED])
def test_a_refused_instrument_is_a_failure_where_no_instrument_was_asked_for(code: int) -> None:
    rule = rule_for(400, code, per_instrument=False)
    assert rule is not None
    assert rule.action is FAIL
    assert ("leave this table out" if code == 40401 else "report this") in rule.hint


@pytest.mark.parametrize("code", [40001, 40003, 40004, 40005])
@pytest.mark.parametrize("message", ["Invalid instrument_name", "Unknown symbol", "instrument BTC_USD is not listed"])
def test_a_blamed_request_is_a_refused_instrument_where_the_message_says_so(code: int, message: str) -> None:
    rule = rule_for(400, code, per_instrument=True, message=message)
    assert rule is not None
    assert rule.action is REFUSED
    assert rule_for(400, code, per_instrument=False, message=message) == REASON_CODES[code]


@pytest.mark.parametrize("message", ["", "Invalid limit", "Invalid depth", "INVALID_REQUEST", "Invalid timeframe"])
def test_a_blamed_request_is_a_mistake_of_the_connector_where_it_does_not(message: str) -> None:
    for code in (40001, 40003, 40004, 40005):
        assert rule_for(400, code, per_instrument=True, message=message) == REASON_CODES[code]


@pytest.mark.parametrize("code", [40101, 10002, 10003])
def test_an_unauthorized_method_is_the_keys_fault_unless_the_key_reads_the_balance(code: int) -> None:
    rule = REASON_CODES[code]
    assert rule_for_key(code, rule, lambda: False) == rule_for_key(code, rule, lambda: None) == rule
    refused = rule_for_key(code, rule, lambda: True)
    assert (refused.action, refused.refuses_method) == (CONFIG, True)
    assert error_message(METHOD, 401, code, "UNAUTHORIZED", refused) == (
        f"private/get-trades was answered with code {code} UNAUTHORIZED (HTTP 401). The key reads the balance, but "
        "this key, account or region may not use private/get-trades: leave this table out of the connection, or ask "
        "the exchange's support."
    )


def test_other_answers_need_no_second_request() -> None:
    def unexpected() -> bool:
        raise AssertionError("the balance was asked for")

    others = CODES.keys() - {40101, 10002, 10003}
    assert not [code for code in others if rule_for_key(code, REASON_CODES[code], unexpected) != REASON_CODES[code]]


@pytest.mark.parametrize("code", [40104, 40002, 40401, 140001, 411, 412, 10005])
def test_a_feature_that_the_account_lacks_can_be_told_from_other_errors(code: int) -> None:
    rule = rule_for(400, code, per_instrument=False)
    assert rule is not None
    assert rule.refuses_method
    assert ExchangeError(rule.action, "It may not.", rule.refuses_method).refuses_method


@pytest.mark.parametrize("code", [40101, 40103, 202, 40003, 50001, 42901])
def test_other_errors_do_not_look_like_a_missing_feature(code: int) -> None:
    assert not REASON_CODES[code].refuses_method
    assert not ExchangeError(REASON_CODES[code].action, "It may not.").refuses_method


def test_a_code_about_instruments_is_ignored_where_none_was_asked_for() -> None:
    response = requests.Response()
    response.status_code, response._content = 503, b'{"id": 1, "method": "public/get-tickers", "code": 206}'
    rule = rule_for_response(response)
    assert rule is not None
    assert rule.action is RETRY


DATE = "Mon, 17 Aug 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("date", "seconds", "words"),
    [
        (DATE, 3_725, " (1:02:05 ahead, by the answer's Date)"),
        (DATE, -120, " (0:02:00 behind, by the answer's Date)"),
        (DATE, 0, ""),
        (DATE, 60, ""),
        (DATE, -60, ""),
        (DATE, 61, " (0:01:01 ahead, by the answer's Date)"),
        (DATE, -61, " (0:01:01 behind, by the answer's Date)"),
        ("", 120, ""),
        ("yesterday", 120, ""),
        (None, 120, ""),
    ],
)
def test_the_answers_date_says_how_far_the_clock_is_off(date: str | None, seconds: int, words: str) -> None:
    assert clock_difference(date, NOW_MS + 1_000 * seconds) == words


def test_other_codes_mean_the_same_for_every_table() -> None:
    others = [code for code, (action, _) in CODES.items() if action is not REFUSED]
    assert not [code for code in others if rule_for(400, code, per_instrument=False) != rule_for(400, code, True)]


@pytest.mark.parametrize(("make", "action"), [(_config, CONFIG), (_refused, REFUSED), (_retry, RETRY)])
def test_the_tables_rows_are_an_action_with_its_advice(make: Callable[[str], ErrorRule], action: Action) -> None:
    assert make("Do this.") == ErrorRule(action, "Do this.")


def test_every_advice_is_whole_sentences() -> None:
    hints = [rule.hint for rule in (*REASON_CODES.values(), *HTTP_STATUSES.values())]
    assert not [hint for hint in hints if not re.fullmatch(r"[A-Z].*[.?!]", hint)]


def test_a_missing_key_permission_is_named_with_its_method() -> None:
    rule = REASON_CODES[40101]
    said = error_message(METHOD, 401, 40101, "UNAUTHORIZED", rule)
    assert said == (
        "private/get-trades was answered with code 40101 UNAUTHORIZED (HTTP 401). The key or the secret is wrong, "
        "belongs to the other environment (production and sandbox have keys of their own), is disabled, or lacks the "
        'permission for private/get-trades: give the key "Can Read" in the exchange\'s API management.'
    )


def test_a_clock_that_is_off_reads_well_where_nobody_knows_by_how_much() -> None:
    lasting = REASON_CODES[40102].lasting
    assert lasting is not None
    assert error_message(METHOD, 400, 40102, "INVALID_NONCE", lasting) == (
        "private/get-trades was answered with code 40102 INVALID_NONCE (HTTP 400). The clock of this machine is more "
        "than 60 seconds away from the exchange's: synchronise it (NTP), then sync again."
    )


def test_an_answer_without_code_or_message_reads_well_too() -> None:
    plain = ErrorRule(FAIL, "Do this.")
    assert error_message(METHOD, 502, None, "", plain) == (
        "private/get-trades was answered with no reason code (HTTP 502). Do this."
    )
    assert (
        error_message(METHOD, 400, 7, "", plain) == "private/get-trades was answered with code 7 (HTTP 400). Do this."
    )


def test_a_very_long_message_is_cut() -> None:
    said = error_message(METHOD, 400, 7, "x" * 5_000, ErrorRule(FAIL, "Do this."))
    assert said == f"private/get-trades was answered with code 7 {'x' * 293} (HTTP 400). Do this."


def test_a_secret_that_a_message_echoes_is_not_cut_in_two() -> None:
    register_secrets(API_KEY)
    messages = ["x" * before + API_KEY for before in range(270, 300)]
    said = [error_message(METHOD, 400, 7, message, ErrorRule(FAIL, "Do this.")) for message in messages]
    assert not [text for text in said if API_KEY[:4] in text]


@pytest.mark.parametrize(
    ("action", "failure_type"),
    [
        (CONFIG, FailureType.config_error),
        (RETRY, FailureType.transient_error),
        (LIMITED, FailureType.transient_error),
        (REFUSED, FailureType.system_error),
        (FAIL, FailureType.system_error),
    ],
)
def test_the_platform_learns_who_can_do_something_about_an_error(action: Action, failure_type: FailureType) -> None:
    error = ExchangeError(action, "It failed.")
    assert error.action is action
    assert (error.failure_type, error.message, error.internal_message) == (failure_type, "It failed.", "It failed.")


def test_an_error_shows_no_secret() -> None:
    register_secrets(API_KEY)
    error = ExchangeError(FAIL, f"The exchange does not like {API_KEY}, nor {'ab' * 32}.")
    assert error.message == error.internal_message == "The exchange does not like ****, nor ****."
