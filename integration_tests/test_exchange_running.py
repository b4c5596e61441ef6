"""The simulated exchange while it runs: limits, latency, callbacks, its log, its control endpoint, and https."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.certificate import self_signed
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.limits import PRIVATE, PUBLIC, SlidingWindows
from simulated_exchange.plain_client import PlainClient, Response
from simulated_exchange.running import running_exchange

UNLIMITED = Behaviour(enforce_limits=False)


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


def test_a_window_slides_over_arrival_times() -> None:
    windows = SlidingWindows()
    arrivals = [0.00, 0.03, 0.06, 0.09, 0.101, 0.129, 0.131]
    admitted = [windows.admit("private/user-balance", "key", arrival, PRIVATE) for arrival in arrivals]
    assert admitted == [True, True, True, False, True, False, True]


def test_every_public_method_has_a_window_of_its_own() -> None:
    windows = SlidingWindows()
    admitted = [windows.admit("public/get-book", "127.0.0.1", index / 1000, PUBLIC) for index in range(101)]
    assert admitted == [True] * 100 + [False]
    assert windows.admit("public/get-trades", "127.0.0.1", 0.1, PUBLIC)


def test_the_second_history_request_within_a_second_is_answered_429(client: PlainClient) -> None:
    client.exchange.behave(enforce_limits=True)
    first, second = (client.post("private/get-trades") for _ in range(2))
    assert [outcome(first), outcome(second)] == [(200, 0), (429, 42901)]
    assert outcome(client.post("private/get-order-history")) == (200, 0)
    assert client.exchange.rejected_share() > 0


def test_limits_that_are_counted_over_ten_windows_let_a_bunch_in_and_no_more() -> None:
    with running_exchange(Behaviour(limit_windows=10.0), Account(), EmptyMarket()) as exchange:
        client = PlainClient(exchange)
        outcomes = [outcome(client.post("private/get-trades")) for _ in range(11)]
    assert outcomes == [(200, 0)] * 10 + [(429, 42901)]


def test_latency_delays_every_answer(client: PlainClient) -> None:
    client.exchange.behave(latency_seconds=0.05)
    started = time.monotonic()
    client.get("public/get-instruments")
    assert time.monotonic() - started >= 0.05


def test_a_callback_runs_before_the_request_it_was_set_for() -> None:
    with running_exchange(UNLIMITED, Account(), EmptyMarket()) as exchange:
        client = PlainClient(exchange)
        placed = exchange.account.place_order(time.time_ns() - 10**9)
        exchange.on_request(
            "private/get-open-orders", 2, lambda: exchange.account.close_order(placed.order_id, time.time_ns())
        )
        assert [len(client.rows("private/get-open-orders")) for _ in range(2)] == [1, 0]
        assert len(client.rows("private/get-order-history")) == 1


def test_the_log_knows_every_request(client: PlainClient) -> None:
    before = client.exchange.count("private/get-transactions")
    client.post("private/get-transactions", journal_type="FUNDING")
    record = client.exchange.requests["private/get-transactions"][before]
    assert (record.params, record.status, record.code) == ({"journal_type": "FUNDING"}, 200, 0)


def test_a_server_elsewhere_can_be_watched_and_steered(client: PlainClient) -> None:
    root = client.exchange.base_url.replace("/exchange/v1", "/_exchange")
    assert requests.post(f"{root}/behaviour", json={"maintenance": True}, timeout=5).json()["maintenance"] is True
    assert outcome(client.get("public/get-instruments")) == (503, 9010001)
    requests.post(f"{root}/behaviour", json={"maintenance": False}, timeout=5)
    requests.post(f"{root}/faults", json={"kind": "status", "status": 418}, timeout=5)
    assert client.get("public/get-instruments").status_code == 418
    statistics = requests.get(f"{root}/statistics", timeout=5).json()
    assert statistics["methods"]["public/get-instruments"]["count"] == client.exchange.count("public/get-instruments")
    assert requests.post(f"{root}/behaviour", json={"mood": "bad"}, timeout=5).status_code == 400
    assert requests.post(f"{root}/behaviour", json={"window_cap": "month"}, timeout=5).status_code == 400


def test_a_self_signed_certificate_does_not_verify_unless_it_is_trusted(tmp_path: Path) -> None:
    certificate = self_signed()
    with running_exchange(UNLIMITED, Account(), EmptyMarket(), tls=certificate.server_context) as exchange:
        url = f"{exchange.base_url}/public/get-instruments"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, timeout=5)
        trusted = tmp_path / "trusted.pem"
        trusted.write_bytes(certificate.certificate_pem)
        assert requests.get(url, timeout=5, verify=str(trusted)).json()["code"] == 0
