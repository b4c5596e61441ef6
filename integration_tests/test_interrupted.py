"""A sync that is broken off leaves no process behind, however many rows are still on their way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.connector import config_for
from integration_tests.connector_process import Running, start_read
from integration_tests.doomed_sync import read_arguments
from integration_tests.exchange.behaviour import Behaviour
from integration_tests.exchange.empty_market import EmptyMarket
from integration_tests.exchange.exchange import Exchange
from integration_tests.exchange.faults import Fault
from integration_tests.exchange.running import running_exchange
from integration_tests.exchange.seeding import seeded_account
from source_cryptocom.concurrency.record_queue import MAX_RECORDS


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=MAX_RECORDS + 4_000, days=20, with_fills=False)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange:
        yield exchange


def started_read(exchange: Exchange, folder: Path) -> tuple[Running, int]:
    """A sync under way whose stdout is a pipe; its other end, from which the first rows have been read."""
    os.mkfifo(folder / "stdout.txt")
    running = start_read(folder, config_for(exchange), ["order_history", "transaction"], "incremental")
    pipe = os.open(folder / "stdout.txt", os.O_RDONLY)
    read = b""
    while b'"RECORD"' not in read:
        read += os.read(pipe, 65_536)
    return running, pipe


def assert_it_ends(running: Running, code: int) -> None:
    running.process.join(20)
    ended = running.process.exitcode
    running.kill()
    assert ended == code


def test_a_platform_that_stops_listening(exchange: Exchange, tmp_path: Path) -> None:
    running, pipe = started_read(exchange, tmp_path)
    os.close(pipe)
    assert_it_ends(running, 1)
    assert (tmp_path / "stderr.txt").read_text() == ""


def test_a_person_who_presses_control_c(exchange: Exchange, tmp_path: Path) -> None:
    running, pipe = started_read(exchange, tmp_path)
    # Nothing is read meanwhile: the workers fill the queue.
    time.sleep(0.5)
    os.kill(running.process.pid or 0, signal.SIGINT)
    os.close(pipe)
    assert_it_ends(running, 1)


def test_a_person_who_presses_control_c_does_not_wait_for_attempts_to_come(tmp_path: Path) -> None:
    with running_exchange(Behaviour(enforce_limits=False), market=EmptyMarket()) as exchange:
        exchange.faults.arm(Fault("status", count=None, status=503))
        arguments = read_arguments(tmp_path, config_for(exchange), ["user_balance", "ticker"], "full_refresh")
        command = [sys.executable, "-c", "from source_cryptocom.run import run; run()", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert any("Attempt 2 of 7; next one in" in line for line in process.stdout)
            process.send_signal(signal.SIGINT)
            asked = exchange.count()
            assert process.wait(10) == 128 + signal.SIGINT
            assert "Traceback" not in process.stdout.read()
        assert exchange.count() <= asked + 1


def test_a_platform_that_ends_the_container(exchange: Exchange, tmp_path: Path) -> None:
    running, pipe = started_read(exchange, tmp_path)
    os.kill(running.process.pid or 0, signal.SIGTERM)
    assert_it_ends(running, -signal.SIGTERM)
    os.close(pipe)
