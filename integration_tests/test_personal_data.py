"""Names, addresses, telephone numbers and bank accounts of people are in nothing that the connector writes."""

import time
from pathlib import Path

import pytest

from integration_tests.connector import config_for
from integration_tests.process import start_read
from integration_tests.secret_scan import leaks
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.faults import Fault
from simulated_exchange.personal_data import PERSONAL_DATA
from simulated_exchange.plain_client import PlainClient
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account

METHODS = {
    "account": ("private/get-accounts", {}),
    "fiat_deposit": ("private/fiat/fiat-deposit-history", {"page": 0, "page_size": 100}),
    "fiat_withdrawal": ("private/fiat/fiat-withdraw-history", {"page": 0, "page_size": 100}),
}


@pytest.mark.parametrize("numbers_as", ["integers", "strings"])
def test_no_record_log_or_state_holds_personal_data(tmp_path: Path, numbers_as: str) -> None:
    now_ns = time.time_ns()
    behaviour = Behaviour(enforce_limits=False).changed({"numbers_as": numbers_as, "extra_fields": True})
    account = seeded_account(now_ns, orders=30, days=8)
    with running_exchange(behaviour, account, EmptyMarket()) as exchange:
        start_ms = now_ns // 1_000_000 - 9 * 86_400_000
        for method, params in METHODS.values():
            sent = PlainClient(exchange).post(method, **params, **({"start_time": start_ms} if params else {})).text
            assert leaks(sent, PERSONAL_DATA), f"{method} sends no personal data: the test shows nothing"
        config = config_for(exchange, start_date=rfc3339(start_ms), log=True)
        finished = start_read(
            tmp_path, config, list(METHODS), "incremental", environment={"LOG_LEVEL": "debug"}
        ).finish()
    assert finished.code == 0
    assert finished.log_file
    assert set(finished.output.records) == set(METHODS)
    assert {state.stream.stream_descriptor.name for state in finished.output.state if state.stream} == set(METHODS)
    assert leaks(finished.everything, PERSONAL_DATA) == set()


def test_a_row_that_cannot_be_read_is_not_quoted_with_personal_data(tmp_path: Path) -> None:
    now_ns = time.time_ns()
    account = seeded_account(now_ns, orders=30, days=8)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange:
        start = rfc3339(now_ns // 1_000_000 - 9 * 86_400_000)
        config = config_for(exchange, start_date=start, log=True)

        for kind in ("row_without_key", "wrong_time", "rows_no_objects", "truncated_json"):
            exchange.faults.arm(*(Fault(kind, method) for method, _ in METHODS.values()))
            finished = start_read(tmp_path, config, list(METHODS), environment={"LOG_LEVEL": "debug"}).finish()
            assert leaks(finished.everything, PERSONAL_DATA) == set()
            exchange.faults.clear()
