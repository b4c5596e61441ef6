"""The wheel runs by itself, in an environment that holds nothing but it and what the image holds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from integration_tests.connector import config_for
from integration_tests.exchange.behaviour import Behaviour
from integration_tests.exchange.exchange import Exchange
from integration_tests.exchange.expected_records import rfc3339
from integration_tests.exchange.market import Market
from integration_tests.exchange.running import running_exchange
from integration_tests.exchange.seeding import DAY_NS, seeded_account
from release.notes import notes
from release.package import PROJECT, build, version, with_absolute_links

REPOSITORY = "https://github.com/owner/source-cryptocom"
LOCKED = re.compile(r"^([a-z0-9-]+)==", re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("dist")
    build(output, REPOSITORY)
    [archive], [built] = output.glob("*.tar.gz"), output.glob("*.whl")
    assert archive.stat().st_size
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment's commands. Packages that requirements.lock does not name are not in it."""
    folder = tmp_path_factory.mktemp("environment")
    # pip comes from this environment.
    venv.create(folder, symlinks=os.name != "nt")
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    answer = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    packages = Path(answer.stdout.strip())
    for name in set(LOCKED.findall((PROJECT / "requirements.lock").read_text(encoding="utf-8"))):
        link_package(name, packages)
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    return python.parent


def link_package(name: str, packages: Path) -> None:
    """Makes a package of this environment one of another. Some are locked for other systems or Pythons only."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    for entry in {file.parts[0] for file in found.files or [] if file.parts[0] not in {"..", "__pycache__"}}:
        if not (packages / entry).exists():
            (packages / entry).symlink_to(Path(str(found.locate_file(entry))))


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=40, days=1)
    with running_exchange(Behaviour(enforce_limits=False), account, Market.from_capture(instruments=2)) as running:
        yield running


@pytest.fixture
def config(exchange: Exchange, tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    start = rfc3339((time.time_ns() - DAY_NS) // 1_000_000)
    path.write_text(json.dumps(config_for(exchange, start_date=start, log=True)), encoding="utf-8")
    return path


def run(
    installed: Path, folder: Path, *arguments: str | Path, code: int = 0, **environment: str
) -> list[dict[str, Any]]:
    """The messages of a command that ends with an exit code."""
    finished = subprocess.run(
        [installed / "source-cryptocom", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
    )
    assert finished.returncode == code, finished.stdout + finished.stderr
    return [json.loads(line) for line in finished.stdout.decode("utf-8").splitlines()]


def of_type(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == kind]


@pytest.mark.parametrize(
    "package", ["pandas", "numpy", "grpc", "nltk", "rapidfuzz", "rich", "pytest", "integration_tests"]
)
def test_the_environment_holds_nothing_that_the_image_does_not(installed: Path, tmp_path: Path, package: str) -> None:
    finished = subprocess.run(
        [installed / "python", "-c", f"import {package}"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert f"No module named '{package}'" in finished.stderr


def test_spec_is_the_form(installed: Path, tmp_path: Path) -> None:
    [spec] = of_type(run(installed, tmp_path, "spec"), "SPEC")
    assert "api_key" in spec["spec"]["connectionSpecification"]["properties"]


def test_check_succeeds_and_every_discovered_table_is_read(installed: Path, tmp_path: Path, config: Path) -> None:
    [checked] = of_type(run(installed, tmp_path, "check", "--config", config), "CONNECTION_STATUS")
    assert checked["connectionStatus"]["status"] == "SUCCEEDED"
    [discovered] = of_type(run(installed, tmp_path, "discover", "--config", config), "CATALOG")
    streams = discovered["catalog"]["streams"]
    configured = [
        {"stream": stream, "sync_mode": stream["supported_sync_modes"][-1], "destination_sync_mode": "append"}
        for stream in streams
    ]
    catalog = tmp_path / "catalog.json"
    catalog.write_text(json.dumps({"streams": configured}), encoding="utf-8")
    messages = run(installed, tmp_path, "read", "--config", config, "--catalog", catalog)
    statuses = [
        m["trace"]["stream_status"] for m in of_type(messages, "TRACE") if m["trace"]["type"] == "STREAM_STATUS"
    ]
    complete = {s["stream_descriptor"]["name"] for s in statuses if s["status"] == "COMPLETE"}
    assert complete == {stream["name"] for stream in streams}
    read = {message["record"]["stream"] for message in of_type(messages, "RECORD")}
    assert read >= {
        "instrument",
        "ticker",
        "trade",
        "book",
        "candlestick",
        "user_balance",
        "order_history",
        "transaction",
    }


def test_messages_are_utf8_where_the_system_has_another_encoding(installed: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"environment": "→"}', encoding="utf-8")
    messages = run(installed, tmp_path, "check", "--config", config, PYTHONIOENCODING="cp1252")
    [checked] = of_type(messages, "CONNECTION_STATUS")
    assert "→" in checked["connectionStatus"]["message"]


def test_the_index_shows_addresses_and_no_relative_link(wheel: Path) -> None:
    with ZipFile(wheel) as content:
        [name] = [name for name in content.namelist() if name.endswith("/METADATA")]
        metadata = content.read(name).decode()
    assert f"Project-URL: Repository, {REPOSITORY}\n" in metadata
    links = re.findall(r"\]\(([^)]+)\)", metadata)
    assert links
    assert not [link for link in links if not link.startswith("https://")]


def test_a_picture_is_linked_as_a_file_and_a_page_as_a_page() -> None:
    text = "![candles](docs/candles.svg) [tables](docs/tables.md#keys) [above](#top) [site](https://example.com)"
    assert with_absolute_links(text, REPOSITORY, "v1.2.3") == (
        f"![candles]({REPOSITORY}/raw/v1.2.3/docs/candles.svg) [tables]({REPOSITORY}/blob/v1.2.3/docs/tables.md#keys)"
        " [above](#top) [site](https://example.com)"
    )


def test_the_notes_of_a_release_are_its_section_of_the_changelog() -> None:
    changelog = (
        "# Changelog\n\n## Unreleased\n\nlater\n\n## 0.2.0 - 2026-12-01\n\n### Added\n\n- new\n\n## 0.1.0\n\nold\n"
    )
    assert notes(changelog, "0.2.0") == "### Added\n\n- new\n"
    with pytest.raises(LookupError, match=r"no section about 0\.3\.0"):
        notes(changelog, "0.3.0")
    assert "Added" in notes((PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), version())
