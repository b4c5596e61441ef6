"""The connector's memory does not grow with the account's history."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from integration_tests.connector import config_for
from integration_tests.process import read_arguments
from integration_tests.shared_clock import DAY_NS, MINUTE_NS, moment
from simulated_exchange.account import ACCOUNT_ID, Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.resources.order import Order
from simulated_exchange.running import running_exchange

DAYS = 60
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
"""Runs a command and tells its peak. It is small: a child's peak is at least that of the process it was forked from."""


def filled_orders(number: int, since_ns: int) -> Account:
    """Orders spread evenly over DAYS."""
    account = Account()
    step_ns = DAYS * DAY_NS // number
    times = (since_ns + order * step_ns for order in range(number))
    orders = (
        Order(ACCOUNT_ID, account.next_id(), "", "LTC_USD", at_ns, at_ns + MINUTE_NS, status="FILLED")
        for at_ns in times
    )
    account.fill_up(orders, (), ())
    return account


def wait_for_a_standstill(exchange: Exchange) -> None:
    """Until the connector makes no more requests, because nobody takes what it prints."""
    made, seen = exchange.count(), -1
    while made != seen or not made:
        time.sleep(2)
        made, seen = exchange.count(), made


def peak_memory(orders: int, folder: Path, stalled: bool = False) -> int:
    """Of a full refresh, in the unit of getrusage; `stalled`: nobody reads until the connector can do no more."""
    since_ns = time.time_ns() - (DAYS + 1) * DAY_NS
    account = filled_orders(orders, since_ns)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange:
        config = config_for(exchange, start_date=moment(since_ns))
        arguments = read_arguments(folder, config, ["order_history"], "full_refresh")
        command = [sys.executable, "-c", MEASURED, sys.executable, "-m", "integration_tests.without_waits", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            if stalled:
                wait_for_a_standstill(exchange)
                assert exchange.count() < orders / 100, "it waits for its reader"
            emitted = sum('"type":"RECORD"' in line for line in process.stdout)
            peak = int(process.stderr.read().split()[-1])
    assert process.returncode == 0
    assert emitted == orders
    return peak


@pytest.mark.thorough
def test_a_hundred_thousand_orders_take_no_more_memory_than_a_thousand(tmp_path: Path) -> None:
    small = peak_memory(1_000, tmp_path)
    for stalled in (False, True):
        large = peak_memory(100_000, tmp_path, stalled)
        assert large <= 1.2 * small, f"peak memory {small:,} with 1,000 orders, {large:,} with 100,000, {stalled=}"
