"""What an account may lack, or its key may not read: the table is skipped with a word, and the others are read."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.connector import config_for, sync
from integration_tests.shared_clock import DAY_NS, moment
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account

FEATURES = {
    "otc_deal": "private/otc/*",
    "trading_bot": "private/bot/*",
    "trading_bot_execution": "private/bot/*",
    "account": "private/get-accounts",
    "sub_account_balance": "private/get-subaccount-balances",
    "balance_history": "private/user-balance-history",
    "fee_credit": "private/get-fee-credit-balances",
    "instrument_fee_rate": "private/get-instrument-fee-rate",
    "currency_network": "private/get-currency-networks",
}
"""Table -> the methods that it needs."""
INCREMENTAL = ("otc_deal", "trading_bot", "trading_bot_execution", "balance_history")
CODES = (40101, 40104, 40401, 140001, 40002)
COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=20, days=5)
    with running_exchange(Behaviour(), account, Market.from_capture(instruments=3)) as exchange:
        yield exchange


@pytest.fixture
def exchange(shared: Exchange) -> Exchange:
    shared.behaviour = Behaviour(enforce_limits=False)
    shared.log.clear()
    return shared


def refuse(exchange: Exchange, methods: str, code: int) -> None:
    exchange.behave(refused_methods=frozenset({f"{methods}={code}"}))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("table", FEATURES)
def test_a_feature_that_the_account_lacks_is_skipped_with_a_warning(exchange: Exchange, table: str, code: int) -> None:
    refuse(exchange, FEATURES[table], code)
    config = config_for(exchange, start_date=moment(exchange.now_ns() - 5 * DAY_NS))
    output = sync(config, [table, "user_balance"], "incremental")
    assert (output.status(table), output.status("user_balance")) == (COMPLETE, COMPLETE)
    assert table not in output.records
    if table in INCREMENTAL:
        assert output.state_of(table) == {}
    said = [line for line in output.log("WARN") if line.startswith(f"{table}: ") and " is left out, " not in line]
    assert [line.startswith(f"{table}: skipped, ") and str(code) in line for line in said] == [True]


@pytest.mark.parametrize("table", INCREMENTAL)
def test_a_feature_that_was_read_before_fails_when_it_is_refused(exchange: Exchange, table: str) -> None:
    config = config_for(exchange)
    first = sync(config, [table], "incremental")
    assert first.records[table]
    refuse(exchange, FEATURES[table], 40101)
    second = sync(config, [table, "user_balance"], "incremental", first.state, expecting_failure=True)
    assert (second.status(table), second.status("user_balance")) == (INCOMPLETE, COMPLETE)
    assert len(second.errors(table)) == 1


@pytest.mark.parametrize("table", FEATURES)
def test_an_error_that_is_not_about_the_feature_fails_the_table(exchange: Exchange, table: str) -> None:
    refuse(exchange, FEATURES[table], 40001)
    output = sync(config_for(exchange), [table], expecting_failure=True)
    assert output.status(table) is INCOMPLETE
