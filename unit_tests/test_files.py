"""A file that a command names and that cannot be used is a config error with the file's name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType, SyncMode

from source_cryptocom import SourceCryptocom
from source_cryptocom.config import ConfigError
from source_cryptocom.files import read_file, read_state

READERS: dict[str, Callable[[str], Any]] = {
    "config": SourceCryptocom.read_config,
    "catalog": SourceCryptocom.read_catalog,
    "state": SourceCryptocom.read_state,
}


def refusal(kind: str, path: Path) -> str:
    with pytest.raises(ConfigError) as raised:
        READERS[kind](str(path))
    assert raised.value.failure_type is FailureType.config_error
    return str(raised.value.message)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_is_read_as_notepad_and_powershell_write_it(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"api_key": "Börse"}', encoding=encoding)
    assert SourceCryptocom.read_config(str(path)) == {"api_key": "Börse"}


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"api_key": "Börse"}', encoding="cp1252")
    assert refusal("config", path) == f"The config file {path} is not a valid config: save it as UTF-8."


def test_no_state_file_is_no_state() -> None:
    assert read_state(None) == []


@pytest.mark.parametrize("kind", READERS)
def test_a_missing_file_is_named(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "missing.json"
    assert refusal(kind, path) == f"The {kind} file {path} cannot be read: No such file or directory."


@pytest.mark.parametrize("kind", READERS)
def test_a_directory_is_no_file(kind: str, tmp_path: Path) -> None:
    assert refusal(kind, tmp_path) == f"The {kind} file {tmp_path} cannot be read: Is a directory."


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("content", [b"", b"{", b'{"api_key": ', b"\xff\xfe", b"no JSON"])
def test_a_broken_file_is_named(kind: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    assert refusal(kind, path).startswith(f"The {kind} file {path} is not a valid {kind}: ")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("config", "[]"),
        ("config", "5"),
        ("catalog", '{"streams": 5}'),
        ("catalog", '{"streams": [{"stream": {}}]}'),
        ("catalog", "[]"),
        ("state", '"x"'),
        ("state", "[5]"),
        ("state", '[{"type": "STREAM"}]'),
        ("state", '[{"type": "LEGACY", "data": {"ticker": {}}}]'),
    ],
)
def test_a_file_of_another_shape_is_named(kind: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    assert refusal(kind, path).startswith(f"The {kind} file {path} is not a valid {kind}: ")


@pytest.mark.parametrize("kind", READERS)
def test_a_file_that_is_nested_too_deeply_is_named(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 200_000 + "]" * 200_000)
    assert refusal(kind, path).startswith(f"The {kind} file {path} is not a valid {kind}: ")


@pytest.fixture
def empty_state(tmp_path: Path) -> str:
    path = tmp_path / "state.json"
    path.write_text("[]")
    return str(path)


def test_a_parser_that_says_nothing_is_named_itself(empty_state: str) -> None:
    def fail(content: object) -> str:
        raise KeyError

    with pytest.raises(ConfigError, match=r"^The state file \S+state\.json is not a valid state: KeyError$"):
        read_file("state", empty_state, fail)


def test_a_parsers_long_reason_becomes_one_line_that_is_cut(empty_state: str) -> None:
    def fail(content: object) -> str:
        raise ValueError(f"Schema validation failed:\n  streams: {'x' * 500}")

    with pytest.raises(ConfigError, match=r"is not a valid state: Schema validation failed: streams: x{165}$"):
        read_file("state", empty_state, fail)


def test_a_state_of_a_kind_that_no_table_can_take_up_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('[{"type": "GLOBAL", "global": {"shared_state": {"a": 1}, "stream_states": []}}]')
    assert refusal("state", path).startswith(f"The state file {path} is not a valid state: ")


@pytest.mark.parametrize("kind", READERS)
def test_a_secret_in_a_broken_file_is_not_shown(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"api_secret": "demo-secret-0123456789", "api_key": "demo-key-abcdef"')
    shown = refusal(kind, path)
    assert "demo-secret" not in shown
    assert "demo-key" not in shown


def test_the_catalog_may_be_what_discover_prints(tmp_path: Path) -> None:
    streams = [
        {"name": "trade", "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
        {"name": "instrument", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
    ]
    lines = [
        {"type": "LOG", "log": {"level": "INFO", "message": "2 tables"}},
        {"type": "CATALOG", "catalog": {"streams": streams}},
    ]
    path = tmp_path / "catalog.json"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    modes = {found.stream.name: found.sync_mode for found in SourceCryptocom.read_catalog(str(path)).streams}
    assert modes == {"trade": SyncMode.incremental, "instrument": SyncMode.full_refresh}
