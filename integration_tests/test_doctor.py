"""`source-cryptocom doctor` says what the exchange at hand does, in at most sixty requests, and gives nothing away."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import KEY, SECRET, config_for
from integration_tests.without_waits import without_waits
from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.market import Market
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom.doctor.probe import MAX_REQUESTS
from source_cryptocom.run import run
from source_cryptocom.streams import STREAMS
from source_cryptocom.streams.samples import sample_requests

WRONG_KEY = "wrong-key-0123456789"


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    # Fewer fills a week than a page holds.
    account = seeded_account(time.time_ns(), orders=1_000, days=170)
    with running_exchange(Behaviour(), account, Market.from_capture(instruments=2)) as running, without_waits():
        running.behave(enforce_limits=False)
        yield running


@dataclass
class Doctor:
    """Runs the command and remembers what it printed."""

    exchange: Exchange
    config: Path
    capsys: pytest.CaptureFixture[str]

    def report(self, exit_code: int = 0, with_key: bool = True, **fields: Any) -> str:
        """What is printed, as one line of single blanks."""
        self.config.write_text(json.dumps(config_for(self.exchange, with_key=with_key, **fields)), encoding="utf-8")
        with pytest.raises(SystemExit) as ended:
            run(["doctor", "--config", str(self.config)])
        printed = self.capsys.readouterr().out
        assert ended.value.code == exit_code, printed
        return " ".join(printed.split())


@pytest.fixture
def doctor(exchange: Exchange, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Doctor]:
    before = exchange.behaviour
    yield Doctor(exchange, tmp_path / "config.json", capsys)
    exchange.behave(**before.as_json())


SEMANTICS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "as believed": (
        {},
        [
            "a limit as a number is taken, as a text refused with code 40003",
            "a limit of 101 is refused with code 40003",
            "differs width of a window: order_history: 180 days are cut to the last 168 hours",
            "ok order of a page: transaction: newest first",
            "ok time that a window tests: order_history: the time at which the order was placed",
            "times are numbers",
        ],
    ),
    "cut to a day, by the time of the last change, oldest first, texts": (
        {
            "window_cap": "day",
            "order_time_filter": "update",
            "page_order": "oldest_first",
            "numbers_as": "strings",
        },
        [
            "differs width of a window: order_history: 180 days are cut to the last 24 hours",
            "differs width of a window: user_trade: 180 days are cut to the last 24 hours",
            "differs order of a page: transaction: oldest first",
            "differs time that a window tests: order_history: the time of its last change",
            "times are texts",
        ],
    ),
    "served whole, whatever the form": (
        {"window_cap": "none", "text_numbers": "accepted", "large_limit": "served"},
        [
            "a limit as a number is taken, as a text taken",
            "a limit of 101 is taken",
            "ok width of a window: transaction: 180 days are served",
        ],
    ),
    "empty beyond a week": (
        {"window_cap": "empty_week"},
        ["differs width of a window: order_history: 180 days are answered with an empty list"],
    ),
    "empty beyond a day": (
        {"window_cap": "empty_day"},
        ["user_trade: 7 days are answered with an empty list"],
    ),
    "refused beyond a day": ({"window_cap": "refuse"}, ["differs width of a window: user_trade: 7 days are refused"]),
}


@pytest.mark.parametrize("name", SEMANTICS)
def test_the_report_says_what_this_exchange_does(doctor: Doctor, name: str) -> None:
    switches, sentences = SEMANTICS[name]
    doctor.exchange.behave(**switches)
    report = doctor.report()
    assert [sentence for sentence in sentences if sentence not in report] == [], report
    assert "-> It reads a day at a time" in report


def test_at_most_sixty_requests_are_made_even_where_little_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_exchange(Behaviour(enforce_limits=False), Account(), Market.from_capture(instruments=1)) as running:
        with without_waits():
            report = Doctor(running, tmp_path / "config.json", capsys).report()
        assert running.count() <= MAX_REQUESTS
    assert "not known width of a window: order_history: no rows came" in report


def test_nothing_of_the_account_is_in_the_report(doctor: Doctor) -> None:
    report = doctor.report()
    account = doctor.exchange.account
    orders = [*account.finished_by_creation, *account.open_orders.values()]
    assert KEY not in report
    assert SECRET not in report
    assert not [order for order in orders if order.order_id in report]
    assert not re.search(r"\d{9,}|[0-9a-f]{16,}|127\.0\.0\.1|localhost", report)


def test_a_method_that_is_closed_to_the_key_is_named_with_its_table(doctor: Doctor) -> None:
    doctor.exchange.behave(denied_methods=frozenset({"private/get-transactions"}))
    report = doctor.report()
    assert "differs tables: transaction: refused with code 40101" in report
    assert "not known width of a window: transaction: a window was refused with code 40101" in report


@pytest.mark.parametrize(
    ("switches", "fields", "sentence"),
    [
        ({"ip_blocked": True}, {}, "problem address: this machine's address is not on the key's whitelist"),
        ({}, {"api_key": WRONG_KEY}, "problem key: refused with code 40101"),
        ({"maintenance": True}, {}, "problem exchange: refused with code 9010001. The exchange is in maintenance."),
    ],
)
def test_what_keeps_the_connector_from_reading_is_a_problem(
    doctor: Doctor, switches: dict[str, Any], fields: dict[str, Any], sentence: str
) -> None:
    doctor.exchange.behave(**switches)
    report = doctor.report(exit_code=1, **fields)
    assert sentence in report
    assert WRONG_KEY not in report


def test_an_exchange_that_cannot_be_reached_is_a_problem(doctor: Doctor) -> None:
    report = doctor.report(exit_code=1, base_url="http://127.0.0.1:1/exchange/v1/")
    assert "problem exchange: no answer. Check the network" in report
    assert "127.0.0.1" not in report


def test_without_a_key_the_market_alone_is_looked_at(doctor: Doctor) -> None:
    report = doctor.report(with_key=False)
    assert "ok exchange: public methods answer" in report
    assert "not known key: the config names none" in report


def test_a_config_that_cannot_be_used_ends_with_the_connectors_sentence(doctor: Doctor) -> None:
    assert "api_key is set but api_secret is not" in doctor.report(exit_code=2, api_secret="")


def test_the_doctor_asks_for_every_table_of_the_account() -> None:
    asked = {"private/user-balance", *(sample.method for sample in sample_requests(0))}
    asked_per_bot = {"private/bot/get-trading-bot-executions"}
    methods = {stream.method for stream in STREAMS.values() if stream.method.startswith("private/")}
    assert methods - asked_per_bot <= asked


def test_the_doctor_says_how_old_the_oldest_rows_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = seeded_account(time.time_ns(), orders=100, days=400)
    behaviour = Behaviour(enforce_limits=False, retention_days=540)
    with running_exchange(behaviour, account, Market.from_capture(instruments=1)) as running, without_waits():
        report = Doctor(running, tmp_path / "config.json", capsys).report()
    for table in ("order_history", "user_trade", "transaction"):
        found = re.search(rf"oldest row: {table}: at least (\d+) days old, more than documented", report)
        assert found, report
        assert 180 < int(found.group(1)) <= 400
    assert "oldest row: deposit: " in report
