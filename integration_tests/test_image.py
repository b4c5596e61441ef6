"""The built image runs every command: pytest -m image_tests --connector-image source-cryptocom:dev (ENGINE=podman)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.package_run import Command, discovered_tables, read_every_table, small_exchange, write_config
from simulated_exchange.exchange import Exchange

pytestmark = pytest.mark.image_tests


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with small_exchange() as running:
        yield running


@pytest.fixture
def image(tmp_path: Path, request: pytest.FixtureRequest) -> Command:
    """The image as a command, on this machine's network, in a folder that both see."""
    name = str(request.config.getoption("--connector-image") or "source-cryptocom:dev")
    engine = [os.environ.get("ENGINE", "docker"), "run", "--rm", "--network", "host", "--read-only"]
    user = f"{os.getuid()}:{os.getgid()}"
    return Command((*engine, "--user", user, "-v", f"{tmp_path}:/work", "-w", "/work", name), tmp_path)


def test_the_image_checks_discovers_and_reads_every_table(image: Command, exchange: Exchange) -> None:
    [spec] = image.run("spec").of_type("SPEC")
    assert "api_key" in spec["spec"]["connectionSpecification"]["properties"]
    write_config(image.folder, exchange, log=True)
    tables = discovered_tables(image)
    assert read_every_table(image, tables) == set(tables)


def test_a_package_that_is_never_imported_is_not_in_the_image(image: Command) -> None:
    program = "import importlib.util as u, sys; sys.exit(any(map(u.find_spec, ['pandas', 'numpy', 'grpc', 'nltk'])))"
    words = list(image.words)
    words[words.index("run") + 1 : words.index("run") + 1] = ["--entrypoint", "/opt/source-cryptocom/bin/python"]
    assert subprocess.run([*words, "-c", program], check=False, cwd=image.folder).returncode == 0


def test_the_doctor_is_in_the_image(image: Command, exchange: Exchange) -> None:
    write_config(image.folder, exchange)
    words = [*image.words, "doctor", "--config", "config.json"]
    finished = subprocess.run(words, check=False, cwd=image.folder, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "requests." in finished.stdout.splitlines()[-1]
