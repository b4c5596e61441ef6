"""The CDK's standard tests at high strictness, with the simulated exchange in the place of a real account."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessageSerializer, AirbyteStreamStatus
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase, docker_base

from integration_tests.connector import config_for, configured_catalog, sync
from integration_tests.without_waits import without_waits
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom import SourceCryptocom
from source_cryptocom.config import parse_config

HERE = Path(__file__).parent
CATALOG = HERE.parent / "examples" / "catalog.json"
ACCOUNT_CONFIG = Path("secrets/config.json")
SAMPLE_MOMENT = 1_786_921_599_000
"""2026-08-16T23:06:39Z, in ms: a day on which the sample config's start date is within the exchange's retention."""


def content(name: str) -> Any:
    return json.loads((HERE / name).read_text())


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=40, days=5)
    with running_exchange(account=account, market=Market.from_capture(instruments=4)) as running, without_waits():
        running.behave(enforce_limits=False)
        yield running


class TestStandard(SourceTestSuiteBase):
    connector = SourceCryptocom

    @pytest.fixture(autouse=True)
    def _account(self, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where acceptance-test-config.yml names a real account's config, the simulated exchange's is used."""
        of_file = ConnectorTestScenario.get_config_dict

        def get_config_dict(scenario: ConnectorTestScenario, **options: Any) -> dict[str, Any]:
            if scenario.config_path == ACCOUNT_CONFIG:
                return config_for(exchange)
            return of_file(scenario, **options)

        monkeypatch.setattr(ConnectorTestScenario, "get_config_dict", get_config_dict)

    @pytest.fixture(autouse=True)
    def _network(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The simulated exchange listens on loopback, which a container on a bridge network does not share."""
        run = docker_base.run_docker_airbyte_command

        def run_on_the_hosts_network(command: list[str], **options: Any) -> Any:
            return run(on_the_hosts_network(command), **options)

        monkeypatch.setattr(docker_base, "run_docker_airbyte_command", run_on_the_hosts_network)


def on_the_hosts_network(command: list[str]) -> list[str]:
    """The `docker run` command of a container that reaches this machine's loopback."""
    assert command[:2] == ["docker", "run"], command
    return [*command[:2], "--network", "host", *command[2:]]


def test_the_container_of_the_image_tests_reaches_the_simulated_exchange() -> None:
    command = on_the_hosts_network(["docker", "run", "--rm", "source-cryptocom:dev", "check"])
    assert command == ["docker", "run", "--network", "host", "--rm", "source-cryptocom:dev", "check"]


def test_the_sample_catalog_asks_for_every_table_as_the_connector_offers_it(exchange: Exchange) -> None:
    asked = {entry["stream"]["name"]: entry["sync_mode"] for entry in json.loads(CATALOG.read_text())["streams"]}
    offered = configured_catalog(config_for(exchange), list(asked), "incremental")
    assert {entry.stream.name: entry.sync_mode.value for entry in offered.streams} == asked
    assert list(asked) == [table.name for table in SourceCryptocom().streams(config_for(exchange))]


def test_the_sample_config_is_accepted_by_the_parser_without_a_warning() -> None:
    assert parse_config(content("sample_config.json"), SAMPLE_MOMENT).warnings == ()


@pytest.mark.parametrize(
    "table", ["ticker", "trade", "book", "candlestick", "order_history", "user_trade", "transaction"]
)
def test_a_state_from_the_future_leads_to_a_full_read_and_a_warning(exchange: Exchange, table: str) -> None:
    states = [AirbyteStateMessageSerializer.load(state) for state in content("abnormal_state.json")]
    output = sync(config_for(exchange, instruments=["BTC_USD"]), [table], "incremental", states)
    assert output.status(table) == AirbyteStreamStatus.COMPLETE
    assert output.records[table]
    assert any("lies in the future" in line for line in output.log("WARN"))


def test_the_sample_state_is_continued(exchange: Exchange) -> None:
    states = [AirbyteStateMessageSerializer.load(state) for state in content("sample_state.json")]
    output = sync(config_for(exchange), ["order_history", "user_trade", "transaction"], "incremental", states)
    assert not [line for line in output.log("WARN") if "saved state" in line]
