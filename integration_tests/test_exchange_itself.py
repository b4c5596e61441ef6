"""The simulated exchange: who may come in, and what an answer looks like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulated_exchange import server
from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.plain_client import PlainClient, Response
from simulated_exchange.running import running_exchange
from simulated_exchange.signature import NumberText, Verifier, pieces

UNLIMITED = Behaviour(enforce_limits=False)
ORDER_LIST = {
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
}
WINDOW = {
    "instrument_name": "BTC_USD",
    "start_time": "1735689600000000000",
    "end_time": "1735776000000000000",
    "limit": "100",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    with running_exchange(UNLIMITED, Account(), EmptyMarket()) as exchange:
        yield exchange


@pytest.fixture
def exchange(shared: Exchange) -> Exchange:
    shared.behaviour = UNLIMITED
    shared.faults.clear()
    return shared


@pytest.fixture
def client(exchange: Exchange) -> PlainClient:
    return PlainClient(exchange)


def outcome(response: Response) -> tuple[int, int]:
    return response.status_code, int(response.json()["code"])


@pytest.mark.parametrize(
    ("method", "request_id", "params", "nonce", "signature"),
    [
        (
            "private/get-trades",
            "7",
            WINDOW,
            "1735776000123",
            "e69ec429518c9686a1d2bbfb3928c1fbc950d41f39679406363ef6914f69cdba",
        ),
        (
            "private/create-order-list",
            "8",
            ORDER_LIST,
            "1735776000456",
            "56c02a9ffbebdfef88dba0faca37f59793478db94518e20f8360cc338a22549b",
        ),
        (
            "private/user-balance",
            "9",
            {},
            "1735776000789",
            "d132d3b04e2d4bcf72f023213e1c49d8e294bf3e420e30e28cf76a973767290e",
        ),
    ],
)
def test_the_verifier_computes_the_published_signatures(
    method: str, request_id: str, params: dict[str, Any], nonce: str, signature: str
) -> None:
    assert (
        Verifier("demo-secret-0123456789").signature(method, request_id, "demo-key-abcdef", params, nonce) == signature
    )


def test_numbers_booleans_and_nulls_are_signed_as_they_are_written() -> None:
    params = json.loads('{"b": [true, null], "a": 1.50, "c": 7}', parse_int=NumberText, parse_float=NumberText)
    assert "".join(pieces(params)) == "a1.50btruenullc7"


def test_a_secret_longer_than_a_hash_block_signs_as_hmac_says() -> None:
    # Computed with `openssl dgst -sha256 -hmac`.
    expected = "1fe346bf7485c31a64ca3deb326f2a4dd624e4a10b7cbde1e44cd6dcf1065a15"
    assert Verifier("k" * 131).signature("text", "", "", {}, "") == expected


def test_a_signed_request_is_answered_with_its_id(client: PlainClient) -> None:
    body = client.signed("private/user-balance", {})
    answer = client.send(body)
    assert outcome(answer) == (200, 0)
    assert answer.json()["id"] == int(body["id"])
    assert answer.json()["method"] == "private/user-balance"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sig": "0" * 64}, (401, 40101)),
        ({"api_key": "demo-key-abcdeg"}, (401, 40101)),
        ({"params": {"instrument_name": "BTC_USD"}}, (401, 40101)),
        ({"id": 7777777}, (401, 40101)),
        ({"id": "7777777"}, (400, 40001)),
        ({"id": True}, (400, 40001)),
        ({"nonce": "soon"}, (400, 40001)),
        ({"params": []}, (400, 40003)),
    ],
)
def test_a_request_that_was_tampered_with_is_refused(
    client: PlainClient, change: dict[str, Any], expected: tuple[int, int]
) -> None:
    assert outcome(client.send({**client.signed("private/get-positions", {}), **change})) == expected


@pytest.mark.parametrize(("shift_ms", "code"), [(-61_500, 40102), (-58_000, 0), (58_000, 0), (61_500, 40102)])
def test_a_nonce_may_be_a_minute_off(client: PlainClient, shift_ms: int, code: int) -> None:
    assert client.send(client.signed("private/get-positions", {}, shift_ms)).json()["code"] == code


def test_the_servers_clock_can_be_ahead(client: PlainClient) -> None:
    client.exchange.behave(clock_skew_seconds=90.0)
    assert outcome(client.post("private/get-positions")) == (400, 40102)


def test_the_same_request_is_not_served_twice(client: PlainClient) -> None:
    body = client.signed("private/get-positions", {})
    assert [outcome(client.send(body)) for _ in range(2)] == [(200, 0), (400, 40006)]


@pytest.mark.parametrize("limit", ["100", 0, 101, -1, "many"])
def test_a_limit_is_a_number_from_1_to_100(client: PlainClient, limit: Any) -> None:
    assert outcome(client.post("private/get-order-history", limit=100)) == (200, 0)
    assert client.post("private/get-order-history", limit=limit).json()["code"] in (40003, 40004)


@pytest.mark.parametrize("value", [True, None, 1.5, {"a": "b"}, ["a"]], ids=repr)
def test_a_parameter_is_a_string_or_a_whole_number(client: PlainClient, value: Any) -> None:
    assert outcome(client.send(resigned(client, {"instrument_name": value}))) == (400, 40004)


def test_texts_in_the_place_of_numbers_can_be_accepted(client: PlainClient) -> None:
    body = client.signed("private/get-order-history", {"limit": "100"})
    as_text = {**body, "id": str(body["id"]), "nonce": str(body["nonce"])}
    client.exchange.behave(text_ids="accepted", text_numbers="accepted")
    assert outcome(client.send(as_text)) == (200, 0)


def resigned(client: PlainClient, params: dict[str, Any]) -> dict[str, Any]:
    """A request whose signature fits what the exchange reads, whatever the parameters are."""
    body = client.signed("private/get-positions", {})
    read = json.loads(json.dumps(params), parse_int=NumberText, parse_float=NumberText)
    credentials = client.exchange.credentials
    verifier = Verifier(credentials.api_secret)
    sig = verifier.signature(body["method"], str(body["id"]), credentials.api_key, read, str(body["nonce"]))
    return {**body, "params": params, "sig": sig}


def test_public_methods_are_asked_with_get_and_private_ones_with_post(client: PlainClient) -> None:
    url = client.exchange.base_url
    assert outcome(requests.post(f"{url}/public/get-instruments", json={}, timeout=5)) == (500, 50001)
    assert outcome(requests.get(f"{url}/private/user-balance", timeout=5)) == (400, 40003)


def test_an_error_can_be_code_and_message_alone(client: PlainClient) -> None:
    client.exchange.behave(error_bodies="bare")
    answer = client.post("private/get-order-history", limit=0)
    assert (answer.status_code, answer.json()) == (400, {"code": 40003, "message": "Invalid limit"})


def test_a_content_length_that_is_too_small_is_refused(client: PlainClient) -> None:
    body = json.dumps(client.signed("private/get-positions", {})).encode()
    prepared = requests.Request("POST", f"{client.exchange.base_url}/private/get-positions", data=body).prepare()
    prepared.headers["Content-Length"] = str(len(body) - 1)
    # The byte too many is met by the HTTP parser, or, where it comes late, by the exchange.
    assert requests.Session().send(prepared, timeout=5).status_code == 400


def test_a_content_length_that_is_too_large_is_refused(client: PlainClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BODY_PATIENCE_SECONDS", 0.1)
    body = json.dumps(client.signed("private/get-positions", {})).encode()
    prepared = requests.Request("POST", f"{client.exchange.base_url}/private/get-positions", data=body).prepare()
    prepared.headers["Content-Length"] = str(len(body) + 1)
    assert outcome(requests.Session().send(prepared, timeout=5)) == (400, 40001)


def test_a_body_without_a_content_length_is_refused(client: PlainClient) -> None:
    body = json.dumps(client.signed("private/get-positions", {})).encode()
    url = f"{client.exchange.base_url}/private/get-positions"
    assert outcome(requests.post(url, data=iter([body]), timeout=5)) == (400, 40001)


def test_unknown_parameters_are_ignored_but_counted(client: PlainClient) -> None:
    assert outcome(client.post("private/get-order-history", page_size="3")) == (200, 0)
    assert client.exchange.unknown_parameters["private/get-order-history", "page_size"] == 1


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ({"denied_methods": frozenset({"private/get-positions"})}, (401, 40101)),
        ({"tier_blocked_methods": frozenset({"private/get-positions"})}, (401, 40104)),
        ({"ip_blocked": True}, (401, 40103)),
        ({"maintenance": True}, (503, 9010001)),
    ],
)
def test_the_exchange_can_refuse_a_key(client: PlainClient, switch: dict[str, Any], expected: tuple[int, int]) -> None:
    client.exchange.behave(**switch)
    assert outcome(client.post("private/get-positions")) == expected


def test_an_error_echoes_the_request_with_key_and_signature(client: PlainClient) -> None:
    client.exchange.behave(ip_blocked=True)
    body = client.signed("private/get-positions", {})
    assert json.loads(client.send(body).json()["original"]) == body


def test_a_method_that_does_not_exist_is_not_found(client: PlainClient) -> None:
    assert outcome(client.get("public/get-everything")) == (400, 40002)
    assert outcome(client.post("private/withdraw-everything")) == (400, 40002)


def test_numbers_are_strings_where_the_documentation_is_followed(client: PlainClient) -> None:
    live = client.get("public/get-instruments").json()
    assert (live["id"], live["code"]) == (-1, 0)
    client.exchange.behave(numbers_as="strings")
    documented = client.get("public/get-instruments").json()
    assert (documented["id"], documented["code"]) == ("-1", "0")


def test_an_unknown_instrument_and_a_refused_one_answer_alike() -> None:
    with running_exchange(Behaviour(refused_instruments=frozenset({"CRO_USDT"})), Account()) as exchange:
        client = PlainClient(exchange)
        for instrument in ("CRO_USDT", "NO_SUCH"):
            for method in ("public/get-book", "public/get-trades", "public/get-candlestick"):
                answer = client.get(method, instrument_name=instrument, depth="5")
                assert outcome(answer) == (400, 40004)
                assert answer.json()["message"] == "Invalid instrument_name"
        assert outcome(client.get("public/get-book", instrument_name="BTC_USD", depth="5")) == (200, 0)


@pytest.mark.parametrize("depth", [{}, {"depth": "0"}, {"depth": "151"}, {"depth": "200"}])
def test_a_book_is_at_most_150_levels_deep_and_its_depth_is_asked_for(depth: dict[str, str]) -> None:
    with running_exchange() as exchange:
        client = PlainClient(exchange)
        assert outcome(client.get("public/get-book", instrument_name="BTC_USD", **depth)) == (400, 40004)
        result = client.get("public/get-book", instrument_name="BTC_USD", depth="150").json()["result"]
        assert (result["depth"], len(result["data"][0]["asks"])) == (150, 150)


def test_more_rows_than_a_page_holds_are_cut_in_silence_and_none_are_refused() -> None:
    with running_exchange() as exchange:
        client = PlainClient(exchange)
        window = {"start_ts": "1577836800000", "end_ts": str(exchange.now_ns() // 1_000_000)}
        for method, most in (("public/get-candlestick", 300), ("public/get-trades", 150)):
            rows = client.get(method, instrument_name="BTC_USD", count="1000", **window).json()["result"]["data"]
            assert len(rows) == most
            assert outcome(client.get(method, instrument_name="BTC_USD", count="0")) == (400, 40004)


def test_a_request_without_a_window_gets_the_last_day_and_25_rows() -> None:
    with running_exchange(Behaviour(candle_default_start="day_ago")) as exchange:
        client = PlainClient(exchange)
        asked = {"instrument_name": "BTC_USD", "timeframe": "4h"}
        day_ago_ms = exchange.now_ns() // 1_000_000 - 86_400_000
        rows = client.get("public/get-candlestick", **asked).json()["result"]["data"]
        assert len(rows) in (6, 7)
        assert rows[0]["t"] >= day_ago_ms
        exchange.behave(candle_default_start="none")
        assert len(client.get("public/get-candlestick", **asked).json()["result"]["data"]) == 25
        assert outcome(client.get("public/get-candlestick", **{**asked, "timeframe": "3h"})) == (400, 40003)


def test_of_too_many_candles_the_oldest_come_if_the_exchange_counts_from_the_start() -> None:
    with running_exchange(Behaviour(candle_page="oldest")) as exchange:
        client = PlainClient(exchange)
        start_ms = exchange.now_ns() // 1_000_000 // 60_000 * 60_000 - 7_200_000
        window = {"start_ts": str(start_ms), "end_ts": str(start_ms + 7_200_000), "count": "3"}
        rows = client.get("public/get-candlestick", instrument_name="BTC_USD", **window).json()["result"]["data"]
        assert [row["t"] - start_ms for row in rows] == [0, 60_000, 120_000]


def test_the_exchange_shares_no_code_with_the_connector() -> None:
    sources = list(Path(server.__file__).parent.rglob("*.py"))
    assert len(sources) > 20
    assert [source.name for source in sources if "source_cryptocom" in source.read_text()] == []
