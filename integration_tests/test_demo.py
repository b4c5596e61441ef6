"""`make demo` and `make sync`, without make: what a person sees, and what is in the database afterwards."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests

from demo.__main__ import main
from demo.config_file import demo_config
from demo.console import Console
from demo.simulated import simulated_exchange
from integration_tests.connector import config_for
from integration_tests.duckdb_file import counts, query
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_records import rfc3339
from simulated_exchange.market import Market
from simulated_exchange.resources.order import TRADED
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom.streams import STREAMS

DAYS = 2


@pytest.fixture(scope="module")
def world() -> Iterator[Exchange]:
    """The exchange of the demo."""
    account = seeded_account(time.time_ns(), days=DAYS - 1)
    with running_exchange(Behaviour(enforce_limits=False), account, Market.from_capture(instruments=3)) as running:
        yield running


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    query(path, "CREATE TABLE left_behind AS SELECT 1")
    # As earlier versions wrote it.
    for written in (path, path.with_suffix(".html")):
        written.touch()
        written.chmod(0o644)
    return path


@pytest.fixture(scope="module")
def shown(world: Exchange, database: Path) -> str:
    """What the demo prints, where an earlier one has left its file."""
    running = contextlib.nullcontext(world.base_url)
    started = mock.patch("demo.__main__.simulated_exchange", return_value=running)
    with started, contextlib.redirect_stdout(io.StringIO()) as printed:
        exit_code = main(["--database", str(database), "--days", str(DAYS)])
    assert exit_code == 0, printed.getvalue()
    return printed.getvalue()


def test_the_demos_exchange_lists_every_kind_of_instrument_and_what_is_traded() -> None:
    with simulated_exchange(Console(), DAYS, instruments=9) as root:
        listed = requests.get(f"{root}/public/get-instruments", timeout=10).json()["result"]["data"]
    assert len(listed) == 9
    assert {row["inst_type"] for row in listed} == {"CCY_PAIR", "PERPETUAL_SWAP", "FUTURE"}
    assert set(TRADED) <= {row["symbol"] for row in listed}


def test_the_command_ends_with_a_sentence_where_it_cannot_work(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "--config", "none.json"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert finished.stderr.startswith("error: The config file none.json cannot be read: No such file")
    assert list(tmp_path.iterdir()) == []


def test_the_demo_has_rows_of_every_table(shown: str, database: Path) -> None:
    assert [table for table, rows in counts(database, list(STREAMS)).items() if not rows] == []


def test_the_demo_has_nothing_to_warn_of(shown: str) -> None:
    assert "warns" not in shown


def test_the_demo_shows_rows_and_times_of_every_table(shown: str, database: Path) -> None:
    line = re.compile(r"^(\w+) +([\d,]+) +[\d,]+  (-|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) +", re.MULTILINE)
    rows = {name: int(count.replace(",", "")) for name, count, _ in line.findall(shown)}
    assert set(rows) == set(STREAMS)
    assert rows == counts(database, list(rows))


def test_the_demo_shows_the_value_of_the_portfolio(shown: str) -> None:
    assert "What the account holds (books.holding)" in shown
    assert "1,234,567.123456789012345678" in shown
    assert "-0.0%" not in shown


def test_what_the_account_holds_has_a_price_on_its_first_day(shown: str, database: Path) -> None:
    held = query(
        database,
        "SELECT DISTINCT currency, price_usd > 0 FROM books.balance_by_day INNER JOIN instrument ON base_ccy = currency"
        " WHERE balance <> 0 AND day = (SELECT min(day) FROM books.balance_by_day)",
    )
    assert len(held) >= 2
    assert [currency for currency, is_priced in held if not is_priced] == []


def test_the_demo_says_whether_it_adds_up(shown: str) -> None:
    assert re.search(r"^\w[\w ]+: \d+ checks made [\d,]+ comparisons", shown, re.MULTILINE)


def test_the_demo_names_database_and_report(shown: str, database: Path) -> None:
    report = database.with_suffix(".html")
    assert f"Database  {database}" in shown
    assert f"Report    {report}" in shown
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.skipif(os.name != "posix", reason="no modes")
def test_nobody_else_can_read_what_the_demo_writes(shown: str, database: Path) -> None:
    modes = {str(path.relative_to(database.parent)): path.stat().st_mode & 0o777 for path in database.parent.rglob("*")}
    assert {
        "demo.duckdb",
        "demo.html",
        ".cache/books/target/manifest.json",
        ".cache/books/logs/dbt.log",
    } <= modes.keys()
    assert {name: f"{mode:o}" for name, mode in modes.items() if mode & 0o077} == {}


def test_a_second_demo_starts_anew(shown: str, database: Path) -> None:
    assert not query(database, "SELECT 1 FROM information_schema.tables WHERE table_name = 'left_behind'")


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    account = seeded_account(time.time_ns(), orders=20, days=2, open_orders=2)
    with running_exchange(Behaviour(enforce_limits=False), account, Market.from_capture(instruments=2)) as running:
        yield running


def sync_config(folder: Path, exchange: Exchange, **fields: Any) -> Path:
    start = rfc3339(exchange.market.now_ns() // 1_000_000 - 2 * 86_400_000)  # type: ignore[attr-defined]
    path = folder / "config.json"
    path.write_text(json.dumps(config_for(exchange, start_date=start, **fields)))
    return path


def test_a_second_sync_drops_what_is_gone_and_adds_what_is_new(
    shown: str,
    world: Exchange,
    database: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Under its own name, which the views of the books hold.
    database = Path(shutil.copy(database, tmp_path))
    config = tmp_path / "config.json"
    config.write_text(json.dumps(demo_config(world.base_url, DAYS)))
    closed, *still_open = world.account.open_orders
    world.account.close_order(closed, time.time_ns())
    world.account.positions.clear()
    arguments = ["--config", str(config), "--database", str(database), "--tables", "open_order,user_position,history"]
    # The books of the first sync do: that a second one builds them, the tests of the books tell.
    with mock.patch("demo.__main__.build_books") as built:
        assert main([*arguments, "--tax", "koinly"]) == 0
    built.assert_called_once()
    assert (tmp_path / "demo-koinly.csv").read_text(encoding="utf-8").startswith("Date,Sent Amount,")
    open_orders = dict(query(database, "SELECT order_id, client_oid FROM open_order"))
    assert open_orders.keys() == set(still_open)
    assert all(open_orders.values())
    assert query(database, "SELECT count(*) FROM user_position") == [(0,)]
    assert query(database, "SELECT status FROM order_history WHERE order_id = ?", closed) == [("FILLED",)]
    assert "order_history" in capsys.readouterr().out


def test_a_sync_without_a_key_reads_the_market_but_what_has_millions_of_rows(
    exchange: Exchange, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(config_for(exchange, with_key=False)))
    database = tmp_path / "market.duckdb"
    assert main(["--config", str(config), "--database", str(database)]) == 0
    shown = capsys.readouterr().out
    assert query(database, "SELECT 1 FROM information_schema.tables WHERE table_name = 'mark_price'") == []
    assert "user_balance" not in shown
    assert "Without a key there are no books" in shown


def test_a_config_that_cannot_work_ends_with_the_connectors_sentence(
    exchange: Exchange, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = sync_config(tmp_path, exchange, api_secret="wrong-secret")
    assert main(["--config", str(config), "--database", str(tmp_path / "none.duckdb")]) == 2
    assert "The key or the secret is wrong" in capsys.readouterr().err


def test_a_table_that_fails_is_named_and_the_others_are_there(
    exchange: Exchange, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.behave(denied_methods=frozenset({"private/get-trades"}))
    database = tmp_path / "whole.duckdb"
    arguments = ["--config", str(sync_config(tmp_path, exchange)), "--database", str(database)]
    assert main([*arguments, "--tables", "instrument,user_trade"]) == 1
    assert "error: user_trade: private/get-trades was answered with code 40101" in capsys.readouterr().err
    assert query(database, "SELECT count(*) FROM instrument") == [(2,)]


def test_a_database_that_is_none_is_named_before_anything_is_read(
    exchange: Exchange, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "notes.duckdb"
    database.write_text("not a database\n" * 1000)
    assert main(["--config", str(sync_config(tmp_path, exchange)), "--database", str(database)]) == 1
    assert f"error: {database} could not be written" in capsys.readouterr().err
    assert exchange.count("public/get-tickers") == 0
