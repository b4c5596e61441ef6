"""The exchange's time as its answers tell it: never ahead of the exchange, whatever this machine's clock says."""

import logging
from email.utils import formatdate

import pytest

from source_cryptocom.api.exchange_clock import UNPROVEN_MS, ExchangeClock
from unit_tests.support.builders import NOW_MS

HOUR_MS = 3_600_000


class Machine:
    """This machine's clock, which anyone may set, and its monotonic one, which nobody can."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.local_ms, self.elapsed_ms = NOW_MS, 77_000
        monkeypatch.setattr("source_cryptocom.api.exchange_clock.now_ms", lambda: self.local_ms)
        monkeypatch.setattr("source_cryptocom.api.exchange_clock.elapsed_ms", lambda: self.elapsed_ms)

    def passes(self, ms: int) -> None:
        self.local_ms += ms
        self.elapsed_ms += ms


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def dated(ms: int, **headers: str) -> dict[str, str]:
    """The headers of an answer that was made at `ms`."""
    return {"Date": formatdate(ms // 1000, usegmt=True), **headers}


@pytest.mark.parametrize("off_ms", [0, 600_000, 2 * HOUR_MS, -2 * HOUR_MS])
def test_the_time_is_the_date_of_an_answer_rounded_down(machine: Machine, off_ms: int) -> None:
    machine.local_ms += off_ms
    clock = ExchangeClock()
    clock.heard(dated(NOW_MS + 999))
    assert clock() == NOW_MS


def test_between_two_answers_time_goes_on_by_the_clock_that_nobody_sets(machine: Machine) -> None:
    clock = ExchangeClock()
    clock.heard(dated(NOW_MS))
    machine.passes(4_321)
    machine.local_ms -= HOUR_MS
    assert clock() == NOW_MS + 4_321


def test_an_answer_that_tells_a_later_time_sharpens_it(machine: Machine) -> None:
    clock = ExchangeClock()
    clock.heard(dated(NOW_MS))
    machine.passes(100)
    clock.heard(dated(NOW_MS + 1_000))
    assert clock() == NOW_MS + 1_000
    machine.passes(100)
    clock.heard(dated(NOW_MS + 1_000))
    assert clock() == NOW_MS + 1_100


def test_a_leap_ahead_counts_when_the_next_answer_bears_it_out(machine: Machine) -> None:
    clock = ExchangeClock()
    clock.heard(dated(NOW_MS))
    clock.heard(dated(NOW_MS + HOUR_MS))
    assert clock() == NOW_MS
    clock.heard(dated(NOW_MS))
    clock.heard(dated(NOW_MS + HOUR_MS))
    assert clock() == NOW_MS, "one stray answer after the other"
    clock.heard(dated(NOW_MS + HOUR_MS))
    assert clock() == NOW_MS + HOUR_MS


def test_of_two_answers_that_contradict_each_other_the_earlier_time_counts(machine: Machine) -> None:
    clock = ExchangeClock()
    clock.heard(dated(NOW_MS + HOUR_MS))
    clock.heard(dated(NOW_MS))
    assert clock() == NOW_MS


def test_an_answer_that_took_long_contradicts_nothing(machine: Machine) -> None:
    clock = ExchangeClock()
    clock.heard(dated(NOW_MS))
    machine.passes(40_000)
    clock.heard(dated(NOW_MS), took_ms=40_000)
    assert clock() == NOW_MS + 40_000


def test_an_answer_from_a_cache_is_as_old_as_it_says(machine: Machine) -> None:
    clock = ExchangeClock()
    clock.heard(dated(NOW_MS - 90_000, Age="90"))
    assert clock() == NOW_MS


@pytest.mark.parametrize("headers", [{}, {"Date": ""}, {"Date": "soon"}, {"Date": "Mon, 99 Jan 2026 00:00:00 GMT"}])
def test_without_a_date_an_hour_less_than_this_machine_says_is_claimed(
    machine: Machine, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    clock = ExchangeClock()
    clock.heard(headers)
    assert not clock.is_known
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert clock() == clock() == NOW_MS - UNPROVEN_MS
    assert [record.message for record in caplog.records if "header Date" in record.message] == caplog.messages[:1]
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(
    ("off_ms", "words"),
    [
        (2 * HOUR_MS + 1_000, "clock is 2:00:00 ahead of the exchange's"),
        (-2 * HOUR_MS, "clock is 2:00:00 behind the exchange's"),
        (62_001, "clock is 0:01:01 ahead of"),
        (-60_001, "clock is 0:01:00 behind"),
    ],
)
def test_clocks_more_than_a_minute_apart_are_told_once(
    machine: Machine, off_ms: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    machine.local_ms += off_ms
    clock = ExchangeClock()
    with caplog.at_level(logging.WARNING, "airbyte"):
        clock.heard(dated(NOW_MS))
        clock.heard(dated(NOW_MS))
    assert len(caplog.messages) == 1
    assert words in caplog.messages[0]
    assert "synchronise" in caplog.messages[0]


@pytest.mark.parametrize(("off_ms", "took_ms"), [(0, 0), (61_000, 0), (-60_000, 0), (75_000, 20_000)])
def test_what_the_exchange_tolerates_and_what_an_answer_took_are_no_difference(
    machine: Machine, off_ms: int, took_ms: int, caplog: pytest.LogCaptureFixture
) -> None:
    machine.local_ms += off_ms
    with caplog.at_level(logging.WARNING, "airbyte"):
        ExchangeClock().heard(dated(NOW_MS), took_ms)
    assert not caplog.messages


def test_without_a_date_the_time_is_at_least_what_earlier_syncs_have_claimed(machine: Machine) -> None:
    clock = ExchangeClock()
    clock.was_claimed(NOW_MS - 60_000)
    assert clock() == NOW_MS - 60_000
    clock.was_claimed(NOW_MS + HOUR_MS)
    assert clock() == NOW_MS, "but never later than this machine's clock"
    clock.was_claimed(0)
    assert clock() == NOW_MS - UNPROVEN_MS


@pytest.mark.parametrize("age", ["999999999999", "86401", "-5", "1e3", "", "\u00b2"])
def test_an_age_that_is_none_adds_nothing(machine: Machine, age: str) -> None:
    clock = ExchangeClock()
    clock.heard(dated(NOW_MS, Age=age))
    assert clock() == NOW_MS


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "now"])
def test_a_date_at_which_no_exchange_answers_tells_no_time(machine: Machine, date: str) -> None:
    clock = ExchangeClock()
    clock.heard({"Date": date})
    assert not clock.is_known
