"""The wheel runs by itself, in an environment that holds nothing but it and what the image holds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from integration_tests.package_run import Command, discovered_tables, read_every_table, small_exchange, write_config
from simulated_exchange.exchange import Exchange
from tools.release.notes import notes
from tools.release.package import PROJECT, build, version, with_absolute_links

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


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with small_exchange() as running:
        yield running


@pytest.fixture
def connector(installed: Path, tmp_path: Path) -> Command:
    return Command((installed / "source-cryptocom",), tmp_path)


@pytest.mark.parametrize(
    "package", ["pandas", "numpy", "grpc", "nltk", "rapidfuzz", "rich", "pytest", "integration_tests"]
)
def test_the_environment_holds_nothing_that_the_image_does_not(installed: Path, tmp_path: Path, package: str) -> None:
    finished = subprocess.run(
        [installed / "python", "-c", f"import {package}"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert f"No module named '{package}'" in finished.stderr


def test_spec_is_the_form(connector: Command) -> None:
    [spec] = connector.run("spec").of_type("SPEC")
    assert "api_key" in spec["spec"]["connectionSpecification"]["properties"]


def test_check_succeeds_and_every_discovered_table_is_read(connector: Command, exchange: Exchange) -> None:
    write_config(connector.folder, exchange, log=True)
    tables = discovered_tables(connector)
    assert read_every_table(connector, tables) == set(tables)


def test_messages_are_utf8_where_the_system_has_another_encoding(connector: Command) -> None:
    (connector.folder / "config.json").write_text('{"environment": "→"}', encoding="utf-8")
    windows = {"PYTHONIOENCODING": "cp1252"}
    messages = connector.run("check", "--config", "config.json", environment=windows)
    [checked] = messages.of_type("CONNECTION_STATUS")
    assert "→" in checked["connectionStatus"]["message"]


def test_the_index_shows_addresses_and_no_relative_link(wheel: Path) -> None:
    with ZipFile(wheel) as content:
        [name] = [name for name in content.namelist() if name.endswith("/METADATA")]
        metadata = content.read(name).decode()
    assert f"Project-URL: Repository, {REPOSITORY}\n" in metadata
    links = re.findall(r"\]\(([^)]+)\)", metadata)
    assert links
    assert not [link for link in links if not link.startswith(("https://", "#"))]


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
