"""What every unit test stands on: no secrets left over, no real waits, no network."""

import logging
from collections.abc import Iterator

import airbyte_cdk.entrypoint  # noqa: F401 - sets logging up when it is imported: before a test captures the log
import pytest
import requests_mock
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets
from hypothesis import HealthCheck, settings

from unit_tests.support.stub_exchange import StubExchange, keep_account_secret

# The same examples in every run, and no deadline: a busy machine is no finding.
settings.register_profile(
    "unit",
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unit")


@pytest.fixture(autouse=True)
def forget_secrets() -> Iterator[None]:
    """Registered secrets are the CDK's global: none outlives its test."""
    update_secrets([])
    yield
    update_secrets([])


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that a test's code would have slept, instead of sleeping."""
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


@pytest.fixture
def http() -> Iterator[requests_mock.Mocker]:
    """Every request that no answer was given for fails. The exchange does not say whose account it is."""
    with requests_mock.Mocker() as mocker:
        keep_account_secret(mocker)
        yield mocker


@pytest.fixture
def exchange(http: requests_mock.Mocker, waits: list[float]) -> StubExchange:
    """Canned answers; a retry comes at once."""
    return StubExchange(http)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The connector's log lines from INFO on."""
    caplog.set_level(logging.INFO, logger="airbyte")
    return caplog
