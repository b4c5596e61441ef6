"""What the account pays for each instrument: one request, and one row, for each that is covered."""

from collections.abc import Iterator

import pytest

from integration_tests.connector import by_key, config_for, sync
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.resources.instrument_fee_rate import expected_instrument_fee_rate
from simulated_exchange.running import running_exchange

TABLE, METHOD = "instrument_fee_rate", "private/get-instrument-fee-rate"


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    with running_exchange(Behaviour(), market=Market.from_capture(instruments=12)) as exchange:
        yield exchange


@pytest.fixture
def exchange(shared: Exchange) -> Exchange:
    shared.behaviour = Behaviour(enforce_limits=False)
    shared.log.clear()
    return shared


@pytest.mark.parametrize("decimals_as_numbers", [False, True])
def test_every_instrument_comes_once_with_its_own_rates(exchange: Exchange, decimals_as_numbers: bool) -> None:
    exchange.behave(decimals_as_numbers=decimals_as_numbers)
    records = sync(config_for(exchange), [TABLE]).records[TABLE]
    assert all(record.pop("request_time") for record in records)
    wanted = [expected_instrument_fee_rate(name) for name in exchange.market.names]
    assert by_key(records, "instrument_name") == by_key(wanted, "instrument_name")
    assert exchange.count(METHOD) == len(wanted)


def test_an_instrument_that_is_refused_is_a_warning_that_names_it(exchange: Exchange) -> None:
    refused, *others = exchange.market.names
    exchange.behave(refused_instruments=frozenset({refused}))
    output = sync(config_for(exchange), [TABLE])
    assert {row["instrument_name"] for row in output.records[TABLE]} == set(others)
    assert [refused in line for line in output.log("WARN")] == [True]


def test_the_config_chooses_the_instruments(exchange: Exchange) -> None:
    chosen = list(exchange.market.names[3:5])
    output = sync(config_for(exchange, instruments=chosen), [TABLE])
    assert {row["instrument_name"] for row in output.records[TABLE]} == set(chosen)


def test_rates_are_read_again_when_hours_between_syncs_are_over(exchange: Exchange) -> None:
    first = sync(config_for(exchange), [TABLE], "incremental")
    exchange.log.clear()
    soon = sync(config_for(exchange, hours_between_syncs=12), [TABLE], "incremental", first.state)
    assert TABLE not in soon.records
    assert exchange.count(METHOD) == 0
    later = sync(config_for(exchange), [TABLE], "incremental", soon.state)
    assert len(later.records[TABLE]) == len(first.records[TABLE]) == len(exchange.market.names)


def test_a_full_refresh_of_rates_always_reads(exchange: Exchange) -> None:
    first = sync(config_for(exchange), [TABLE], "incremental")
    refreshed = sync(config_for(exchange, hours_between_syncs=12), [TABLE], state=first.state)
    assert len(refreshed.records[TABLE]) == len(exchange.market.names)


def test_a_market_without_instruments_has_no_rates() -> None:
    with running_exchange(Behaviour(enforce_limits=False), market=EmptyMarket()) as exchange:
        output = sync(config_for(exchange), [TABLE])
        assert TABLE not in output.records
        assert output.errors() == []
