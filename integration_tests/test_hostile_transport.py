"""A network that holds, floods, misleads or overhears: each ends in time, and no credentials go astray."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from airbyte_cdk.models import FailureType

from integration_tests.connector import Output, config_for, sync
from integration_tests.process import start, written
from integration_tests.without_waits import without_waits
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.certificate import self_signed
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.faults import Fault
from simulated_exchange.running import running_exchange
from source_cryptocom.api.endpoint import ExchangeApi
from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.api.retry_policy import RetryPolicy
from source_cryptocom.api.transport import BoundedAdapter
from source_cryptocom.clock import now_ms
from source_cryptocom.config import parse_config
from source_cryptocom.context import SyncContext
from source_cryptocom.streams.account import UserBalance

BALANCE = "private/user-balance"
UNLIMITED = Behaviour(enforce_limits=False)
SECONDS, MEGABYTE = 0.3, 1_000_000


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    with running_exchange(UNLIMITED, market=EmptyMarket()) as exchange:
        yield exchange


@pytest.fixture
def exchange(shared: Exchange) -> Exchange:
    shared.faults.clear()
    shared.log.clear()
    return shared


def bounded_sync(exchange: Exchange, expecting_failure: bool, seconds: float = SECONDS) -> Output:
    """A sync of the balance by a connector that waits `seconds` for an answer, and takes one of a megabyte."""
    adapter = partial(BoundedAdapter, answer_timeout_seconds=seconds, max_answer_bytes=MEGABYTE)
    with (
        mock.patch.dict("source_cryptocom.api.transport.REQUEST_ARGUMENTS", timeout=(seconds, seconds)),
        mock.patch("source_cryptocom.api.transport.BoundedAdapter", adapter),
    ):
        return sync(config_for(exchange), ["user_balance"], expecting_failure=expecting_failure)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("hang", BALANCE, seconds=5), "ReadTimeout: TimeoutError: timed out"),
        (Fault("trickle", BALANCE, seconds=0.05), "not complete after 0 seconds"),
        (Fault("trickle_headers", BALANCE, seconds=0.05), "ReadTimeout: TooSlow: not complete"),
        (Fault("huge", BALANCE, megabytes=50), "more than 1000000 bytes"),
        (Fault("inflated", BALANCE, megabytes=50), "more than 1000000 bytes"),
        (Fault("reset", BALANCE), "Connection reset by peer"),
        (Fault("no_http", BALANCE), "BadStatusLine"),
        (Fault("half_body", BALANCE), "IncompleteRead"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
def test_an_answer_that_does_not_come_whole_is_asked_for_again(exchange: Exchange, fault: Fault, reason: str) -> None:
    exchange.faults.arm(fault)
    started = time.monotonic()
    # To make 50 MB takes the server a while: what is too much must not be taken for too late.
    seconds = 30.0 if fault.kind in ("huge", "inflated") else SECONDS
    output = bounded_sync(exchange, expecting_failure=False, seconds=seconds)
    assert time.monotonic() - started < 60
    assert output.records["user_balance"]
    (told,) = output.log("WARN")
    assert told.startswith(f"{BALANCE} got no complete answer (")
    assert reason in told
    assert exchange.count(BALANCE) == 2


def test_a_server_that_never_answers_ends_in_a_sentence(exchange: Exchange) -> None:
    exchange.faults.arm(Fault("hang", BALANCE, count=None, seconds=30))
    output = bounded_sync(exchange, expecting_failure=True)
    ((kind, sentence),) = output.errors("user_balance")
    assert kind is FailureType.transient_error
    assert re.search(r" Given up after 1[0-9] attempts in 300 seconds\.$", sentence)
    assert exchange.count(BALANCE) > 7


def test_attempts_are_bounded_in_time_as_well(exchange: Exchange) -> None:
    exchange.faults.arm(Fault("status", BALANCE, count=None))
    retry_policy = RetryPolicy(attempts=1_000_000, longest_wait_seconds=32, total_seconds=1)
    config = parse_config(config_for(exchange), now_ms())
    api = ExchangeApi(config.base_url, config.credentials, retry_policy)
    started = time.monotonic()
    with without_waits(), pytest.raises(ExchangeError, match=r"Given up after [0-9]+ attempts") as raised:
        UserBalance(SyncContext(config, api)).fetch()
    assert time.monotonic() - started < 10
    assert f"Given up after {exchange.count(BALANCE)} attempts" in str(raised.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_credentials_do_not_follow_a_redirect(exchange: Exchange, status: int) -> None:
    with running_exchange(UNLIMITED, market=EmptyMarket()) as elsewhere:
        exchange.faults.arm(Fault("redirect", count=None, status=status, url=f"{elsewhere.base_url}/{BALANCE}"))
        output = sync(config_for(exchange), ["user_balance", "ticker"], expecting_failure=True)
        assert elsewhere.count() == 0
    for table in ("user_balance", "ticker"):
        ((kind, sentence),) = output.errors(table)
        assert kind is FailureType.system_error
        assert "redirects the request, and a key must not follow a redirect" in sentence
    assert exchange.count(BALANCE) == exchange.count("public/get-tickers") == 1


def test_a_certificate_that_nobody_vouches_for_is_not_talked_to() -> None:
    with running_exchange(UNLIMITED, market=EmptyMarket(), tls=self_signed().server_context) as exchange:
        assert exchange.base_url.startswith("https://")
        output = sync(config_for(exchange), ["user_balance", "ticker"], expecting_failure=True)
        assert exchange.count() == 0
    for table in ("user_balance", "ticker"):
        ((kind, sentence),) = output.errors(table)
        assert kind is FailureType.config_error
        assert "The exchange's TLS certificate cannot be verified" in sentence


def test_a_certificate_that_is_vouched_for_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed()
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(certificate.certificate_pem)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with running_exchange(UNLIMITED, market=EmptyMarket(), tls=certificate.server_context) as exchange:
        output = sync(config_for(exchange), ["user_balance"])
    assert output.records["user_balance"]


def test_https_that_is_answered_in_clear_is_a_sentence(exchange: Exchange, tmp_path: Path) -> None:
    config = {"base_url": exchange.base_url.replace("http://", "https://")}
    finished = start(tmp_path, "check", "--config", written(tmp_path, "config.json", config)).finish()
    (status,) = finished.of_type("CONNECTION_STATUS")
    assert status["status"] == "FAILED"
    assert "TLS" in status["message"]
