"""Signatures: the known vectors, a second signer written another way, and what a retry must replace."""

import hashlib
import json
import netrc
import time
from collections.abc import Mapping
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.api.authenticator import (
    ExchangeAuthenticator,
    Parameters,
    ParameterValue,
    PublicAccess,
    parameter_text,
    signature,
    signing_text,
)
from source_cryptocom.config import Credentials
from unit_tests.support.builders import API_KEY, API_SECRET

CREDENTIALS = Credentials(API_KEY, API_SECRET)
URL = "https://exchange.test/exchange/v1/private/get-trades"


def second_opinion(secret: str, method: str, request_id: int, api_key: str, parameters: Any, nonce: int) -> str:
    """The same signature by other means: a stack instead of recursion, and HMAC from two plain SHA-256."""
    parts: list[str] = [method, str(request_id), api_key]
    stack = [parameters]
    while stack:
        top = stack.pop()
        if isinstance(top, dict):
            for name, value in sorted(top.items(), reverse=True):
                stack += [value, name]
        elif isinstance(top, list):
            stack += reversed(top)
        else:
            parts.append(str(top))
    parts.append(str(nonce))
    key = secret.encode()
    key = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + "".join(parts).encode()).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).hexdigest()


VECTORS = [
    (
        "private/get-trades",
        7,
        {
            "instrument_name": "BTC_USD",
            "start_time": "1735689600000000000",
            "end_time": "1735776000000000000",
            "limit": "100",
        },
        1735776000123,
        (
            "private/get-trades7demo-key-abcdefend_time1735776000000000000instrument_nameBTC_USDlimit100"
            "start_time17356896000000000001735776000123"
        ),
        "e69ec429518c9686a1d2bbfb3928c1fbc950d41f39679406363ef6914f69cdba",
    ),
    (
        "private/create-order-list",
        8,
        {
            "contingency_type": "LIST",
            "order_list": [
                {
                    "instrument_name": "BTC_USD",
                    "side": "BUY",
                    "type": "LIMIT",
                    "price": "95000.5",
                    "quantity": "0.01",
                    "exec_inst": ["POST_ONLY"],
                },
                {"side": "SELL", "instrument_name": "ETH_USD", "type": "LIMIT", "quantity": "1.5", "price": "4100"},
            ],
        },
        1735776000456,
        (
            "private/create-order-list8demo-key-abcdefcontingency_typeLISTorder_listexec_instPOST_ONLY"
            "instrument_nameBTC_USDprice95000.5quantity0.01sideBUYtypeLIMIT"
            "instrument_nameETH_USDprice4100quantity1.5sideSELLtypeLIMIT1735776000456"
        ),
        "56c02a9ffbebdfef88dba0faca37f59793478db94518e20f8360cc338a22549b",
    ),
    (
        "private/user-balance",
        9,
        {},
        1735776000789,
        "private/user-balance9demo-key-abcdef1735776000789",
        "d132d3b04e2d4bcf72f023213e1c49d8e294bf3e420e30e28cf76a973767290e",
    ),
]


@pytest.mark.parametrize(("method", "request_id", "parameters", "nonce", "text", "sig"), VECTORS)
def test_the_known_requests_have_the_known_signatures(
    method: str, request_id: int, parameters: Parameters, nonce: int, text: str, sig: str
) -> None:
    assert signing_text(method, request_id, API_KEY, parameters, nonce) == text
    assert signature(text, API_SECRET) == sig
    assert second_opinion(API_SECRET, method, request_id, API_KEY, parameters, nonce) == sig


texts = st.text(max_size=4)
plain = texts | st.integers(0)
flat = plain | st.lists(plain, max_size=3) | st.dictionaries(texts, plain, max_size=3)
values: st.SearchStrategy[ParameterValue] = flat | st.lists(flat, max_size=3) | st.dictionaries(texts, flat, max_size=3)


@given(
    st.text(min_size=1, max_size=100),
    texts,
    st.integers(0, 2**63 - 1),
    st.dictionaries(texts, values, max_size=4),
    st.integers(0),
)
def test_a_second_signer_agrees_on_nested_parameters(
    secret: str, method: str, request_id: int, parameters: dict[str, ParameterValue], nonce: int
) -> None:
    ours = signature(signing_text(method, request_id, API_KEY, parameters, nonce), secret)
    assert ours == second_opinion(secret, method, request_id, API_KEY, parameters, nonce)


@given(st.dictionaries(texts, values, max_size=4))
def test_the_order_in_which_parameters_are_given_does_not_matter(parameters: dict[str, ParameterValue]) -> None:
    assert parameter_text(dict(reversed(parameters.items()))) == parameter_text(parameters)


def test_a_number_is_signed_as_its_text_is() -> None:
    assert parameter_text({"limit": 100}) == parameter_text({"limit": "100"}) == "limit100"


def test_the_order_of_a_list_matters() -> None:
    assert parameter_text({"a": ["2", "1"]}) == "a21"


def prepared(parameters: Mapping[str, Any], auth: ExchangeAuthenticator | None = None) -> requests.PreparedRequest:
    body = {"method": "private/get-trades", "params": parameters}
    return requests.Request("POST", URL, json=body, auth=auth).prepare()


def sent(request: requests.PreparedRequest) -> dict[str, Any]:
    assert isinstance(request.body, bytes)
    content: dict[str, Any] = json.loads(request.body)
    return content


def test_a_request_has_id_method_key_params_nonce_and_their_signature() -> None:
    before = time.time_ns() // 1_000_000
    body = sent(prepared({"limit": 100, "instrument_name": "BTC_USD"}, ExchangeAuthenticator(CREDENTIALS)))
    after = time.time_ns() // 1_000_000

    assert set(body) == {"id", "method", "api_key", "params", "nonce", "sig"}
    assert body["method"] == "private/get-trades"
    assert body["api_key"] == API_KEY
    assert body["params"] == {"limit": 100, "instrument_name": "BTC_USD"}
    assert (type(body["id"]), type(body["nonce"]), type(body["sig"])) == (int, int, str)
    assert before <= body["nonce"] <= after
    assert 0 <= body["id"] < 2**63
    assert body["sig"] == second_opinion(
        API_SECRET, "private/get-trades", int(body["id"]), API_KEY, body["params"], int(body["nonce"])
    )


def test_the_secret_does_not_travel() -> None:
    request = prepared({}, ExchangeAuthenticator(CREDENTIALS))
    assert API_SECRET not in f"{request.url}{request.headers}{request.body!r}"


def test_a_retry_has_a_new_id_nonce_and_signature_and_the_same_question(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1_786_968_000_000, 1_786_968_002_500])
    monkeypatch.setattr("source_cryptocom.api.authenticator.now_ms", lambda: next(moments))
    authenticate = ExchangeAuthenticator(CREDENTIALS)
    request = prepared({"limit": 100}, authenticate)
    first = sent(request)

    second = sent(authenticate(request))

    assert (first["nonce"], second["nonce"]) == (1786968000000, 1786968002500)
    assert int(second["id"]) > int(first["id"])
    assert second["sig"] != first["sig"]
    assert second["sig"] == second_opinion(
        API_SECRET, "private/get-trades", int(second["id"]), API_KEY, {"limit": 100}, 1_786_968_002_500
    )
    assert {name: second[name] for name in ("method", "params", "api_key")} == {
        name: first[name] for name in ("method", "params", "api_key")
    }


def test_content_length_follows_a_body_that_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([999, 1_786_968_000_000])
    monkeypatch.setattr("source_cryptocom.api.authenticator.now_ms", lambda: next(moments))
    authenticate = ExchangeAuthenticator(CREDENTIALS)
    request = prepared({}, authenticate)
    short = len(request.body or "")

    authenticate(request)

    assert len(request.body or "") == short + 10
    assert request.headers["Content-Length"] == str(short + 10)
    assert request.headers["Content-Type"] == "application/json"


def test_ids_are_unique_and_a_later_process_starts_higher() -> None:
    first, later = (ExchangeAuthenticator(CREDENTIALS), ExchangeAuthenticator(CREDENTIALS))
    request = prepared({})
    ids = [int(sent(first(request))["id"]) for _ in range(50)]
    assert len(set(ids)) == 50
    assert abs(ids[0] - time.time() * 1_000_000) < 60_000_000
    time_since = time.time_ns() // 1_000 - ids[0]
    assert 0 <= int(sent(later(request))["id"]) - ids[0] <= time_since + 1


def test_public_access_adds_nothing_and_does_not_read_netrc(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: Any) -> netrc.netrc:
        raise AssertionError("netrc was looked up")

    monkeypatch.setattr("netrc.netrc", read)
    url = "https://exchange.test/exchange/v1/public/get-book"
    bare = requests.Request("GET", url).prepare()
    with requests.Session() as session:
        session.auth = PublicAccess()
        request = session.prepare_request(requests.Request("GET", url))
    assert (request.url, request.body) == (bare.url, bare.body)
    assert "Authorization" not in request.headers
