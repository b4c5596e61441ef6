"""The commands in the documentation do what it says, word for word; the image's are read as docker would read them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint

from integration_tests.package_run import write_config
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom.streams import STREAMS

PROJECT = Path(__file__).parent.parent
IMAGE = "source-cryptocom:dev"
DAYS = 3


def blocks(text: str) -> list[str]:
    """The blocks of shell commands in a page, without the indentation that a list gives them."""
    found = re.findall(r"^( *)```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indentation}", "", block, flags=re.MULTILINE) for indentation, block in found]


def commands(title: str) -> list[str]:
    """The blocks of shell commands under a heading of the page about running it."""
    text = (PROJECT / "docs" / "running.md").read_text(encoding="utf-8").partition(f"\n## {title}\n")[2]
    return blocks(re.split(r"^##", text, flags=re.MULTILINE)[0])


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=60, days=DAYS)
    with running_exchange(Behaviour(enforce_limits=False), account, Market.from_capture(instruments=2)) as running:
        yield running


@pytest.fixture
def checkout(exchange: Exchange, tmp_path: Path) -> Path:
    """A folder that looks like the project's own where the commands look, with a config in it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    left_out = {".git", ".venv", "secrets", "dist"}
    for path in PROJECT.iterdir():
        if path.name not in left_out:
            (folder / path.name).symlink_to(path)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    secrets = folder / "secrets"
    secrets.mkdir()
    write_config(secrets, exchange, DAYS)
    return folder


def rows_after(command: str, checkout: Path) -> Counter[str]:
    """How many records of each table are in `secrets/messages.jsonl` when the commands have been run."""
    subprocess.run(["/bin/sh", "-e", "-c", command], cwd=checkout, check=True, capture_output=True)
    lines = (checkout / "secrets" / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    return Counter(message["record"]["stream"] for message in map(json.loads, lines) if message["type"] == "RECORD")


def test_the_command_line_reads_every_table_and_goes_on_from_its_states(checkout: Path) -> None:
    _, whole, following = commands("On the command line")
    first = rows_after(whole, checkout)
    assert set(first) == set(STREAMS)
    second = rows_after(following, checkout)
    assert second["instrument"] == first["instrument"]
    for table in ("order_history", "user_trade", "transaction"):
        assert second[table] < first[table] / 2, table


MAKE = """#!/bin/sh
# The environment is there, and the demo has a test of its own.
case "$1" in
  demo) exec {make} --dry-run --assume-old=install --assume-old=.venv/demo "$@" ;;
  *) exec {make} --assume-old=install --assume-old=.venv/demo "$@" ;;
esac
"""
UVX = """#!/bin/sh
# What uvx does with a wheel, without fetching what that requires.
test "$1" = --from && test -f "$2" && test "$3" = source-cryptocom && shift 3 && exec {connector} "$@"
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with what would install or fetch something, in front of the others."""
    folder = tmp_path / "programs"
    folder.mkdir()
    connector = Path(sys.prefix) / "bin" / "source-cryptocom"
    scripts = {"make": MAKE.format(make=shutil.which("make")), "uvx": UVX.format(connector=connector)}
    for name, text in scripts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.thorough
def test_every_command_of_the_readme_runs_in_the_order_of_the_page(
    checkout: Path, exchange: Exchange, programs: Path
) -> None:
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    printed = {}
    for block in blocks((PROJECT / "README.md").read_text(encoding="utf-8")):
        finished = subprocess.run(
            ["/bin/sh", "-e", "-c", block], cwd=checkout, env=environment, check=False, capture_output=True, text=True
        )
        assert finished.returncode == 0, block + finished.stdout + finished.stderr
        printed[block] = finished.stdout
        if "YOUR KEY" in block:
            assert json.loads((checkout / "secrets" / "config.json").read_text())["api_key"] == "YOUR KEY"
            write_config(checkout / "secrets", exchange, DAYS)
    whole = "\n".join(printed.values())
    assert "python -m demo\n" in whole
    assert '"type":"SPEC"' in whole
    assert "to be solved." in whole
    assert "BTC" in printed[block]


def docker_runs() -> list[list[str]]:
    [block] = commands("As an image")
    lines = block.replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("docker run ")]


def test_the_image_is_shown_every_command() -> None:
    assert [words[words.index(IMAGE) + 1] for words in docker_runs()] == ["spec", "check", "discover", "read"]


@pytest.mark.parametrize("words", docker_runs(), ids=lambda words: words[words.index(IMAGE) + 1])
def test_a_command_of_the_image_can_read_the_files_that_it_names(words: list[str]) -> None:
    options, given = words[: words.index(IMAGE)], words[words.index(IMAGE) + 1 :]
    given = given[: given.index(">")] if ">" in given else given
    AirbyteEntrypoint.parse_args(given)
    volumes = [volume.split(":") for volume in options if volume.startswith("$PWD/")]
    mounted = {inside: outside for outside, inside, _mode in volumes}
    for path in (word for word in given if word.startswith("/")):
        folder, file = mounted["/" + path.split("/")[1]], path.split("/")[-1]
        if folder == "$PWD/secrets":
            # The README says that only its owner may read it.
            assert options[options.index("--user") + 1] == "$(id -u)"
        else:
            assert (PROJECT / folder.removeprefix("$PWD/") / file).exists()
