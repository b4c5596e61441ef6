"""A sync that is broken off leaves no process behind, however many rows are still on their way."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration_tests.connector import config_for
from integration_tests.process import Running, read_arguments, start_read
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.faults import Fault
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom.shutdown import immediate_shutdown


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=5_000, days=20, with_fills=False)
    with running_exchange(Behaviour(enforce_limits=False), account, EmptyMarket()) as exchange:
        yield exchange


def started_read(exchange: Exchange, folder: Path) -> tuple[Running, int]:
    """A sync under way whose stdout is a pipe; its other end, from which the first rows have been read."""
    os.mkfifo(folder / "stdout.txt")
    running = start_read(folder, config_for(exchange), ["order_history", "transaction"], "incremental")
    pipe = os.open(folder / "stdout.txt", os.O_RDONLY)
    read = b""
    while b'"RECORD"' not in read:
        chunk = os.read(pipe, 65_536)
        assert chunk, f"it ended before its first row: {read.decode()}{(folder / 'stderr.txt').read_text()}"
        read += chunk
    return running, pipe


def assert_it_ends(running: Running, code: int, seconds: float = 60) -> None:
    running.process.join(seconds)
    ended = running.process.exitcode
    running.kill()
    assert ended == code


def test_a_platform_that_stops_listening(exchange: Exchange, tmp_path: Path) -> None:
    running, pipe = started_read(exchange, tmp_path)
    os.close(pipe)
    assert_it_ends(running, 1)
    assert (tmp_path / "stderr.txt").read_text() == ""


SIGNALS = [(signal.SIGINT, 128 + signal.SIGINT), (signal.SIGTERM, -signal.SIGTERM)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_while_nobody_reads_what_the_workers_send(
    exchange: Exchange, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    running, pipe = started_read(exchange, tmp_path)
    # Nothing is read meanwhile: the workers fill the queue.
    time.sleep(0.5)
    os.kill(running.process.pid or 0, number)
    assert_it_ends(running, code)
    os.close(pipe)


@contextmanager
def waiting_for_the_next_attempt(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Exchange]]:
    """A sync, with its real waits, of an exchange that answers 503: its second attempt is under way."""
    with running_exchange(Behaviour(enforce_limits=False), market=EmptyMarket()) as exchange:
        exchange.faults.arm(Fault("status", count=None, status=503))
        arguments = read_arguments(folder, config_for(exchange), ["user_balance", "ticker"], "full_refresh")
        command = [sys.executable, "-c", "from source_cryptocom.run import run; run()", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert any("Attempt 2 of 7; next one in" in line for line in process.stdout)
            yield process, exchange


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_does_not_wait_for_attempts_to_come(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with waiting_for_the_next_attempt(tmp_path) as (process, exchange):
        process.send_signal(number)
        asked = exchange.count()
        assert process.wait(60) == code
        assert process.stdout is not None
        assert "Traceback" not in process.stdout.read()
        assert exchange.count() <= asked + 1


def test_a_platform_that_stops_listening_does_not_wait_for_attempts_to_come(tmp_path: Path) -> None:
    with waiting_for_the_next_attempt(tmp_path) as (process, exchange):
        assert process.stdout is not None
        process.stdout.close()
        asked = exchange.count()
        assert process.wait(60) == 1
        assert exchange.count() <= asked + 4, "two tables, an attempt or two each"


def test_the_first_process_of_a_container_ends_by_its_own_will(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel does not deliver a signal to it that it has no handler for."""
    ended: list[int] = []
    monkeypatch.setattr("os.kill", lambda process, number: None)
    monkeypatch.setattr("os._exit", ended.append)
    with immediate_shutdown():
        signal.raise_signal(signal.SIGTERM)
    assert ended == [128 + signal.SIGTERM]


def test_on_windows_a_reader_that_is_gone_is_an_invalid_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr("os._exit", ended.append)
    with pytest.raises(OSError, match="argument"), immediate_shutdown():
        raise OSError(errno.EINVAL, "Invalid argument")
    with monkeypatch.context() as windows:
        windows.setattr("source_cryptocom.shutdown.os.name", "nt")
        with immediate_shutdown():
            raise OSError(errno.EINVAL, "Invalid argument")
    assert ended == [1]


@pytest.mark.parametrize("reader_goes", [True, False])
def test_the_last_state_on_stdout_stands_for_rows_on_stdout(
    exchange: Exchange, tmp_path: Path, reader_goes: bool
) -> None:
    running, pipe = started_read(exchange, tmp_path)
    printed = b""
    while printed.count(b'"STATE"') < 12:
        printed += os.read(pipe, 65_536)
    if reader_goes:
        os.close(pipe)
        assert_it_ends(running, 1)
    else:
        os.kill(running.process.pid or 0, signal.SIGTERM)
        while chunk := os.read(pipe, 65_536):
            printed += chunk
        os.close(pipe)
        assert_it_ends(running, -signal.SIGTERM)
    # The first lines went to `started_read`, and so did rows that the first STATE of a table counts.
    rows: Counter[str] = Counter()
    counted: list[str] = []
    for message in map(json.loads, printed.split(b"\n")[1:-1]):
        if message["type"] == "RECORD":
            rows[message["record"]["stream"]] += 1
        elif message["type"] == "STATE":
            table = message["state"]["stream"]["stream_descriptor"]["name"]
            assert table not in counted or rows[table] == message["state"]["sourceStats"]["recordCount"]
            counted.append(table)
            rows[table] = 0
    assert len(counted) >= 12
