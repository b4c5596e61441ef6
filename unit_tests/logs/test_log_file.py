"""The optional log file: everything that is logged, secrets masked; where it cannot be, the sync goes on."""

import logging
from pathlib import Path

import pytest

from source_cryptocom.logs.log_file import FILE_NAME, log_file
from source_cryptocom.logs.redaction import register_secrets
from unit_tests.support.builders import API_KEY, API_SECRET

LOGGER = logging.getLogger("airbyte.log-file-test")


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_lines_go_to_the_file_while_it_is_wanted(working_directory: Path, log: pytest.LogCaptureFixture) -> None:
    before = list(logging.getLogger().handlers)
    with log_file(True):
        LOGGER.info("read 5 of 7")
        logging.getLogger("airbyte.another").warning("wait %d seconds", 3)
    LOGGER.info("afterwards")
    lines = (working_directory / FILE_NAME).read_text().splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [
        "INFO airbyte.log-file-test read 5 of 7",
        "WARNING airbyte.another wait 3 seconds",
    ]
    assert logging.getLogger().handlers == before


def test_a_second_sync_adds_to_the_file(working_directory: Path, log: pytest.LogCaptureFixture) -> None:
    for text in ("first", "second"):
        with log_file(True):
            LOGGER.info(text)
    content = (working_directory / FILE_NAME).read_text()
    assert content.index("first") < content.index("second")


def test_there_is_no_file_where_none_is_wanted(working_directory: Path, log: pytest.LogCaptureFixture) -> None:
    with log_file(False):
        LOGGER.info("read 5 of 7")
    assert list(working_directory.iterdir()) == []


def test_secrets_are_masked_in_tracebacks_too(working_directory: Path, log: pytest.LogCaptureFixture) -> None:
    register_secrets(API_KEY, API_SECRET)
    with log_file(True):
        try:
            raise ValueError(f"no good: {API_SECRET}")
        except ValueError:
            LOGGER.exception("with key %s", API_KEY)
    content = (working_directory / FILE_NAME).read_text()
    assert "with key ****" in content
    assert "ValueError: no good: ****" in content
    assert API_KEY not in content
    assert API_SECRET not in content


def test_the_file_is_closed_when_a_sync_fails(working_directory: Path) -> None:
    before = list(logging.getLogger().handlers)
    with pytest.raises(RuntimeError), log_file(True):
        raise RuntimeError
    assert logging.getLogger().handlers == before


def test_where_it_cannot_be_written_a_warning_says_so_and_the_sync_goes_on(
    working_directory: Path, log: pytest.LogCaptureFixture
) -> None:
    (working_directory / FILE_NAME).mkdir()
    with log_file(True):
        LOGGER.info("goes on")
    assert [(record.levelname, record.getMessage()) for record in log.records] == [
        (
            "WARNING",
            "The log file crypto_connector.log cannot be written (Is a directory); the sync goes on without it.",
        ),
        ("INFO", "goes on"),
    ]
