"""The README's commands do what it says: the connector's are run, the image's are read as docker would read them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint

from integration_tests.connector import config_for
from integration_tests.exchange.behaviour import Behaviour
from integration_tests.exchange.exchange import Exchange
from integration_tests.exchange.expected_records import rfc3339
from integration_tests.exchange.market import Market
from integration_tests.exchange.running import running_exchange
from integration_tests.exchange.seeding import seeded_account
from integration_tests.exchange.timeline import DAY_NS
from source_cryptocom.streams import STREAMS

PROJECT = Path(__file__).parent.parent
IMAGE = "source-cryptocom:dev"


def commands(title: str) -> list[str]:
    """The blocks of shell commands under a heading of the third level."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8").partition(f"\n### {title}\n")[2]
    return re.findall(r"^```sh\n(.*?)^```", re.split(r"^##", text, flags=re.MULTILINE)[0], re.MULTILINE | re.DOTALL)


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=60, days=1)
    with running_exchange(Behaviour(enforce_limits=False), account, Market.from_capture(instruments=2)) as running:
        yield running


@pytest.fixture
def checkout(exchange: Exchange, tmp_path: Path) -> Path:
    """A folder that looks like the project's own where the commands look, with a config in it."""
    for name, target in (("integration_tests", PROJECT / "integration_tests"), (".venv", Path(sys.prefix))):
        (tmp_path / name).symlink_to(target)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    start = rfc3339((time.time_ns() - DAY_NS) // 1_000_000)
    (secrets / "config.json").write_text(json.dumps(config_for(exchange, start_date=start)))
    return tmp_path


def rows_after(command: str, checkout: Path) -> Counter[str]:
    """How many records of each table are in `secrets/messages.jsonl` when the commands have been run."""
    subprocess.run(["/bin/sh", "-e", "-c", command], cwd=checkout, check=True, capture_output=True)
    lines = (checkout / "secrets" / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    return Counter(message["record"]["stream"] for message in map(json.loads, lines) if message["type"] == "RECORD")


def test_the_command_line_reads_every_table_and_goes_on_from_its_states(checkout: Path) -> None:
    whole, following = commands("On the command line")
    first = rows_after(whole, checkout)
    assert set(first) == set(STREAMS)
    second = rows_after(following, checkout)
    assert second["instrument"] == first["instrument"]
    for table in ("order_history", "user_trade", "transaction"):
        assert second[table] < first[table] / 2, table


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
