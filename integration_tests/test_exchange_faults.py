"""The simulated exchange: every way in which it can misbehave, and where a fault strikes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import requests

from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.fault_answers import KEYS, WRONG_ANSWERS
from simulated_exchange.fault_transport import MISBEHAVIOURS
from simulated_exchange.faults import KINDS, SOAK_KINDS, Fault, Faults
from simulated_exchange.plain_client import PlainClient, Response
from simulated_exchange.resources.trading_bot_execution import Execution
from simulated_exchange.running import running_exchange
from simulated_exchange.timeline import DAY_NS

HISTORY = "private/get-order-history"
TICKERS = "public/get-tickers"
QUOTED_DIGITS = re.compile(r'"-?[0-9.]+"')
PAGE = {"page": 0, "page_size": 20}
NOW_NS = time.time_ns()
DAYS = {"start_time": str(NOW_NS - 6 * DAY_NS), "end_time": str(NOW_NS)}
EVER = {"start_time": "0", "end_time": str(NOW_NS)}
DEALS = {"deal_type": "QUOTE_REQUEST", **EVER}
QUERIES: dict[str, dict[str, Any]] = {
    "public/get-instruments": {},
    TICKERS: {"instrument_name": "CRO_USDT"},
    "public/get-book": {"instrument_name": "CRO_USDT", "depth": "2"},
    "public/get-trades": {"instrument_name": "CRO_USDT", "count": "3"},
    "public/get-candlestick": {"instrument_name": "CRO_USDT", "count": "3"},
    "public/get-valuations": {"instrument_name": "BTCUSD-PERP", "valuation_type": "funding_hist"},
    "public/get-expired-settlement-price": {"instrument_type": "FUTURE"},
    "private/get-instrument-fee-rate": {"instrument_name": "CRO_USDT"},
    "private/advanced/get-order-history": DAYS,
    "private/fiat/fiat-deposit-history": {**PAGE, **EVER},
    "private/fiat/fiat-withdraw-history": {**PAGE, **EVER},
    "private/otc/get-open-deals": DEALS,
    "private/otc/get-deal-history": DEALS,
    "private/bot/get-trading-bots": {"bot_types": ["DCA", "GRID"], "state": ["RUNNING", "TERMINATED"]},
}
"""What a method is asked for, so that it has rows."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    with running_exchange(Behaviour(enforce_limits=False)) as exchange:
        yield exchange


@pytest.fixture
def client(shared: Exchange) -> PlainClient:
    shared.faults.clear()
    shared.behave(numbers_as="integers")
    return PlainClient(shared)


def history(client: PlainClient) -> Response:
    return client.post(HISTORY, limit=5)


def ask(client: PlainClient, method: str) -> Response:
    asked = QUERIES.get(method, {})
    if method == "private/bot/get-trading-bot-executions":
        asked = {"bot_id": client.exchange.account.all(Execution)[0].bot_id}
    return (client.post if method.startswith("private/") else client.get)(method, **asked)


def digits_kept(text: str) -> object:
    return json.loads(text, parse_int=str, parse_float=str)["result"]


def test_every_kind_has_something_to_do() -> None:
    assert set(WRONG_ANSWERS) | set(MISBEHAVIOURS) | {"window_ignored", "same_page"} == set(KINDS)
    assert not set(WRONG_ANSWERS) & set(MISBEHAVIOURS)
    with pytest.raises(ValueError, match="no such fault: storm"):
        Fault("storm")


def test_a_fault_strikes_the_requests_it_was_armed_for() -> None:
    faults = Faults()
    faults.arm(Fault("status", HISTORY, first=2, count=2))
    asked = [HISTORY, TICKERS, HISTORY, TICKERS, HISTORY, HISTORY]
    assert [faults.next_for(method) is not None for method in asked] == [False, False, True, False, True, False]


def test_a_fault_without_a_count_never_ends_and_a_glob_matches_many_methods() -> None:
    faults = Faults()
    faults.arm(Fault("status", "public/*", first=2, count=None))
    struck = [faults.next_for(method) is not None for method in [TICKERS, "public/get-book", HISTORY] * 3]
    assert struck == [False, True, False, True, True, False, True, True, False]


def test_random_faults_repeat_for_the_same_seed() -> None:
    def struck(seed: int) -> list[str | None]:
        faults = Faults()
        faults.random_rate(0.05, seed)
        found = [faults.next_for(TICKERS) for _ in range(2_000)]
        return [None if fault is None else fault.kind for fault in found]

    first = struck(1)
    assert first == struck(1) != struck(2)
    assert 60 < len([kind for kind in first if kind]) < 140
    assert {kind for kind in first if kind} == set(SOAK_KINDS)


def test_an_error_status_echoes_the_request(client: PlainClient) -> None:
    client.exchange.faults.arm(Fault("status", HISTORY, status=503, code=50001, message="ERR_INTERNAL"))
    body = client.signed(HISTORY, {})
    answer = client.send(body)
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (503, 50001, "ERR_INTERNAL")
    assert json.loads(answer.json()["original"]) == body
    assert history(client).status_code == 200


def test_a_request_that_met_a_fault_cannot_be_repeated_as_it_is(client: PlainClient) -> None:
    client.exchange.faults.arm(Fault("status", HISTORY))
    body = client.signed(HISTORY, {})
    assert [client.send(body).json()["code"] for _ in range(2)] == [50001, 40006]


def test_an_error_code_can_arrive_with_200(client: PlainClient) -> None:
    client.exchange.faults.arm(Fault("code_with_200", HISTORY, code=40401, message="NOT_FOUND"))
    answer = history(client)
    assert (answer.status_code, answer.json()["code"]) == (200, 40401)


@pytest.mark.parametrize("kind", ["html_200", "not_json", "empty_body", "truncated_json"])
def test_a_body_that_is_no_json(client: PlainClient, kind: str) -> None:
    client.exchange.faults.arm(Fault(kind, HISTORY))
    answer = history(client)
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize(
    ("kind", "result"), [("empty_result", {}), ("data_null", {"data": None}), ("result_missing", "none")]
)
def test_a_result_without_rows(client: PlainClient, kind: str, result: object) -> None:
    client.exchange.faults.arm(Fault(kind, HISTORY))
    answer = history(client).json()
    assert (answer["code"], answer.get("result", "none")) == (0, result)


@pytest.mark.parametrize("method", KEYS)
def test_a_row_can_lose_its_key(client: PlainClient, method: str) -> None:
    right = ask(client, method)
    client.exchange.faults.arm(Fault("row_without_key", method))
    wrong = ask(client, method)
    assert (right.status_code, wrong.status_code, wrong.json()["code"]) == (200, 200, 0)
    named = f'"{KEYS[method]}":'
    assert right.text.count(named) - wrong.text.count(named) == 1


@pytest.mark.parametrize("method", [method for method in KEYS if method.startswith("private/")])
def test_numbers_can_stand_where_strings_were_with_all_their_digits(client: PlainClient, method: str) -> None:
    client.exchange.behave(numbers_as="strings")
    right = ask(client, method).text
    client.exchange.faults.arm(Fault("numbers_for_strings", method))
    wrong = ask(client, method).text
    assert digits_kept(wrong) == digits_kept(right)
    begins = '"result":'
    assert QUOTED_DIGITS.search(right.partition(begins)[2])
    assert not QUOTED_DIGITS.search(wrong.partition(begins)[2])


def test_a_book_can_be_all_numbers(client: PlainClient) -> None:
    client.exchange.faults.arm(Fault("numbers_for_strings", "public/get-book"))
    assert not QUOTED_DIGITS.search(ask(client, "public/get-book").text)


def test_nan_can_stand_where_a_decimal_was(client: PlainClient) -> None:
    client.exchange.faults.arm(Fault("nan", TICKERS))
    assert ":NaN," in ask(client, TICKERS).text


def test_a_huge_answer_is_still_the_right_one(client: PlainClient) -> None:
    client.exchange.faults.arm(Fault("huge", HISTORY, megabytes=2))
    answer = history(client)
    assert len(answer.content) > 2_000_000
    assert answer.json()["result"] == history(client).json()["result"]


def test_a_redirect_leads_to_the_given_place(client: PlainClient) -> None:
    client.exchange.faults.arm(Fault("redirect", HISTORY, status=307, url="http://127.0.0.1:9/elsewhere"))
    answer = client.send(client.signed(HISTORY, {}), allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (307, "http://127.0.0.1:9/elsewhere")


@pytest.mark.parametrize("kind", ["reset", "half_body"])
def test_a_connection_can_break(client: PlainClient, kind: str) -> None:
    client.exchange.faults.arm(Fault(kind, HISTORY))
    with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        history(client)
    assert history(client).status_code == 200


def test_a_hanging_request_ends_without_an_answer(client: PlainClient) -> None:
    client.exchange.faults.arm(Fault("hang", HISTORY, seconds=0.2))
    started = time.monotonic()
    with pytest.raises(requests.exceptions.ConnectionError):
        history(client)
    assert time.monotonic() - started >= 0.2


def test_a_hanging_request_does_not_keep_the_exchange_from_stopping() -> None:
    with running_exchange() as exchange:
        exchange.faults.arm(Fault("hang", seconds=600))
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(f"{exchange.base_url}/{TICKERS}", timeout=0.2)
        started = time.monotonic()
    assert time.monotonic() - started < 5


def test_an_answer_can_trickle(client: PlainClient) -> None:
    client.exchange.faults.arm(Fault("trickle", "private/get-positions", seconds=0.0002))
    trickled = client.post("private/get-positions")
    assert trickled.json()["result"] == client.post("private/get-positions").json()["result"]


def test_a_page_can_be_repeated_and_a_window_ignored(client: PlainClient) -> None:
    now_ms = time.time_ns() // 1_000_000
    page = history(client).json()["result"]
    client.exchange.faults.arm(Fault("same_page", HISTORY), Fault("window_ignored", HISTORY, first=2))
    last_minute = {"start_time": str(now_ms - 60_000_000_000), "end_time": str(now_ms - 50_000_000_000)}
    assert client.post(HISTORY, **last_minute).json()["result"] == page
    assert len(client.post(HISTORY, **last_minute).json()["result"]["data"]) == 100
    assert client.post(HISTORY, **last_minute).json()["result"] == {"data": []}


def test_the_log_names_the_fault_that_struck(client: PlainClient) -> None:
    for kind, method in product(("status", "empty_result"), (HISTORY, TICKERS)):
        client.exchange.faults.arm(Fault(kind, method))
        ask(client, method)
        assert client.exchange.requests[method][-1].fault == kind
