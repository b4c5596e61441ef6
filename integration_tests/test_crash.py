"""Account history: `kill -9` at any moment, then a sync from the last STATE on stdout, and nothing is missing."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from integration_tests.account_world import HISTORY, METHODS, World, new_world, united
from integration_tests.connector import Output, config_for, sync
from integration_tests.process import Kill, as_output, read_arguments, sync_until_killed
from integration_tests.shared_clock import DAY_NS, HOUR_NS, MINUTE_NS, NOON_NS, moment
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.expected_account import expected_rows, key_of
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account

DICE = random.Random(20260817)
MODES = ("incremental", "full_refresh")
DAYS, ROWS = 10, 120
"""Of each table: a sync prints more than 360 lines, of which a pipe holds a fifth, and makes 31 requests in days."""
AFTER_LINES = [(MODES[number % 2], line) for number, line in enumerate(DICE.sample(range(5, 300), 6))]
AT_REQUESTS = [
    (MODES[number % 2], table, DICE.randrange(1, DAYS + 1)) for number, table in enumerate([*HISTORY, *HISTORY])
]
"""Each table in each mode."""


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as world:
        for number in range(ROWS):
            world.one_of_each(NOON_NS - number * 2 * HOUR_NS + number % 7)
            world.account.place_order(NOON_NS - number * 2 * HOUR_NS)
        yield world


def arguments(world: World, mode: str, folder: Path) -> list[str]:
    return read_arguments(folder, config_for(world.exchange, start_date=moment(world.start_ns)), HISTORY, mode)


def assert_nothing_is_missing(world: World, mode: str, before: Output) -> None:
    """After a sync that was killed; while it was dead, some open orders have closed."""
    for order_id in list(world.account.open_orders)[::9]:
        world.clock.ns += HOUR_NS
        world.account.close_order(order_id, world.clock.ns - MINUTE_NS)
    after = world.sync(mode=mode, state=before.state)
    for table in HISTORY:
        assert united(table, before, after) == world.truth(table)


@pytest.mark.parametrize(("mode", "line"), AFTER_LINES)
def test_history_is_complete_after_a_kill_when_so_many_lines_were_printed(
    mode: str, line: int, world: World, tmp_path: Path
) -> None:
    before, killed = sync_until_killed(arguments(world, mode, tmp_path), world.clock, after_lines=line)
    assert killed
    assert_nothing_is_missing(world, mode, before)


@pytest.mark.parametrize(("mode", "table", "number"), AT_REQUESTS)
def test_history_is_complete_after_a_kill_when_so_many_requests_were_made(
    mode: str, table: str, number: int, world: World, tmp_path: Path
) -> None:
    world.exchange.behave(window_cap="refuse")

    def arm(kill: Kill) -> None:
        world.exchange.on_request(METHODS[table], number, kill)

    before, killed = sync_until_killed(arguments(world, mode, tmp_path), world.clock, arm=arm)
    assert killed
    assert_nothing_is_missing(world, mode, before)


@pytest.mark.parametrize("line", DICE.sample(range(5, 900), 2))
def test_history_is_complete_after_a_kill_of_the_command(line: int, tmp_path: Path) -> None:
    now_ns = time.time_ns()
    account = seeded_account(now_ns, orders=150, days=30)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange:
        config = config_for(exchange, start_date=moment(now_ns - 31 * DAY_NS))
        command = [sys.executable, "-m", "integration_tests.without_waits"]
        command += read_arguments(tmp_path, config, HISTORY, "incremental")
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            lines = list(islice(process.stdout, line))
            process.kill()
            lines += process.stdout.readlines()
        assert process.returncode < 0
        before = as_output(lines)
        after = sync(config, HISTORY, "incremental", before.state)
        for table in HISTORY:
            truth = {key_of(table, row): row for row in expected_rows(account, table, exchange.behaviour)}
            assert united(table, before, after) == truth
