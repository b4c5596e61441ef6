"""The `log` option: the connector's log in the working directory, or a warning where that cannot be written."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.connector import config_for
from integration_tests.process import start, start_read, written
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.faults import Fault
from simulated_exchange.running import running_exchange
from source_cryptocom.logs.log_file import FILE_NAME, log_file


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with running_exchange(Behaviour(enforce_limits=False), market=EmptyMarket()) as exchange:
        yield exchange


def test_the_log_file_holds_what_the_log_holds(exchange: Exchange, tmp_path: Path) -> None:
    exchange.faults.arm(Fault("status", "private/user-balance"), Fault("status", "public/get-tickers", status=400))
    finished = start_read(tmp_path, config_for(exchange, log=True), ["user_balance", "ticker"]).finish()
    logged = [log["message"] for log in finished.of_type("LOG") if log["level"] in ("WARN", "ERROR")]
    assert logged
    assert [line for line in logged if line.splitlines()[0] not in finished.log_file] == []
    assert "WARNING airbyte.streams.user_balance private/user-balance was answered with" in finished.log_file


@pytest.mark.parametrize("key", ["demo-key-abcdef", "another-key"])
def test_check_writes_its_verdict_to_the_file(exchange: Exchange, tmp_path: Path, key: str) -> None:
    config = written(tmp_path, "config.json", config_for(exchange, log=True, api_key=key))
    finished = start(tmp_path, "check", "--config", config).finish()
    logged = [log["message"] for log in finished.of_type("LOG") if "MemoryMonitor" not in log["message"]]
    assert logged[-1] == ("Check succeeded" if key == "demo-key-abcdef" else "Check failed")
    assert [line for line in logged if line not in finished.log_file] == []
    (status,) = finished.of_type("CONNECTION_STATUS")
    assert status["status"] == "SUCCEEDED" or status["message"] in finished.log_file


def test_discover_writes_to_the_file(exchange: Exchange, tmp_path: Path) -> None:
    config = written(tmp_path, "config.json", config_for(exchange, log="true"))
    finished = start(tmp_path, "discover", "--config", config).finish()
    assert "tables can be read." in finished.log_file


def test_the_last_error_of_a_sync_is_in_the_file(exchange: Exchange, tmp_path: Path) -> None:
    exchange.faults.arm(Fault("status", "private/user-balance", count=None, status=400, code=40001))
    finished = start_read(tmp_path, config_for(exchange, log=True), ["user_balance"]).finish()
    (fatal,) = [log["message"] for log in finished.of_type("LOG") if log["level"] == "FATAL"]
    assert fatal in finished.log_file


@pytest.mark.skipif(os.name != "posix", reason="no modes")
def test_nobody_else_can_read_the_log_file(exchange: Exchange, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    (tmp_path / FILE_NAME).chmod(0o644)
    start_read(tmp_path, config_for(exchange, log=True), ["user_balance"]).finish()
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="no such links")
def test_a_link_in_the_place_of_the_log_file_is_not_followed(exchange: Exchange, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.touch()
    (tmp_path / FILE_NAME).symlink_to(foreign)
    finished = start_read(tmp_path, config_for(exchange, log=True), ["user_balance"]).finish()
    assert finished.code == 0
    assert "cannot be written (Too many levels of symbolic links)" in finished.stdout
    assert foreign.read_text() == ""


@pytest.mark.skipif(os.name != "posix", reason="no modes")
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_config_that_others_can_read_is_a_warning(exchange: Exchange, tmp_path: Path, mode: int) -> None:
    config = Path(written(tmp_path, "config.json", config_for(exchange, with_key=False)))
    config.chmod(mode)
    finished = start(tmp_path, "discover", "--config", str(config)).finish()
    warnings = [log["message"] for log in finished.of_type("LOG") if log["level"] == "WARN"]
    assert any(f"chmod 600 {config}" in warning for warning in warnings) == (mode == 0o644)


def test_without_the_option_there_is_no_file(exchange: Exchange, tmp_path: Path) -> None:
    assert start_read(tmp_path, config_for(exchange), ["user_balance"]).finish().code == 0
    assert not (tmp_path / FILE_NAME).exists()


def test_a_later_sync_adds_to_the_file(exchange: Exchange, tmp_path: Path) -> None:
    config = config_for(exchange, log=True)
    first = start_read(tmp_path, config, ["user_balance"]).finish().log_file
    second = start_read(tmp_path, config, ["user_balance"]).finish().log_file
    assert second.startswith(first)
    assert len(second) > len(first)


@pytest.mark.parametrize("obstacle", ["directory", "read-only", "dangling link"])
def test_a_file_that_cannot_be_written_is_a_warning_and_the_sync_goes_on(
    exchange: Exchange, tmp_path: Path, obstacle: str
) -> None:
    log_file = tmp_path / FILE_NAME
    if obstacle == "directory":
        log_file.mkdir()
    elif obstacle == "dangling link":
        log_file.symlink_to(tmp_path / "nowhere" / "log")
    else:
        # A full disk and a read-only directory fail alike, and this also fails for root.
        log_file.symlink_to("/proc/version")
    running = start_read(tmp_path, config_for(exchange, log=True), ["user_balance"])
    running.process.join(60)
    log_file.unlink() if log_file.is_symlink() else log_file.rmdir()
    finished = running.finish()
    assert finished.code == 0
    assert finished.of_type("RECORD")
    (warning,) = [log["message"] for log in finished.of_type("LOG") if log["level"] == "WARN"]
    assert warning.startswith(f"The log file {FILE_NAME} cannot be written (")
    assert warning.endswith("; the sync goes on without it.")


def test_a_disk_that_fills_up_does_not_end_what_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("source_cryptocom.logs.log_file.FILE_NAME", "/dev/full")
    with log_file(wanted=True):
        logging.getLogger("airbyte").warning("a line")
        logging.getLogger("airbyte").warning("another line")
    told = "The log file /dev/full cannot be written (No space left on device); the sync goes on without it."
    assert caplog.messages == ["a line", told, "another line"]
