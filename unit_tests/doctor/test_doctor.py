"""What the doctor makes of answers: pure judgements."""

from __future__ import annotations

from typing import Any

import pytest

from source_cryptocom.api.errors import rule_for
from source_cryptocom.clock import MS_PER_DAY
from source_cryptocom.doctor.address_families import families_in_use
from source_cryptocom.doctor.connection import address, clock, exchange_answers, pace
from source_cryptocom.doctor.finding import Verdict
from source_cryptocom.doctor.probe import PAGE, Answer
from source_cryptocom.doctor.window_width import Windows, window_width

END = 1_786_921_599_000


def answer(*days_ago: float, code: int = 0, status: int = 200, clock_ahead: float | None = 0.0) -> Answer:
    """An answer whose rows are so many days older than END."""
    rows: list[Any] = [{"create_time": int(END - days * MS_PER_DAY)} for days in days_ago]
    return Answer(status, code, rule_for(status, code, per_instrument=False), rows, 0.1, clock_ahead)


REFUSED = answer(code=40005, status=400)


@pytest.mark.parametrize(
    ("day", "week", "half_year", "before_cut", "verdict", "seen"),
    [
        (
            answer(0.5),
            answer(0.5, 3),
            answer(0.5, 3, 90),
            None,
            Verdict.EXPECTED,
            "180 days are served: rows of 90 days",
        ),
        (answer(0.5), answer(0.5), answer(0.5), answer(1.5), Verdict.DIFFERENT, "cut to the last 24 hours"),
        (answer(0.5), answer(0.5, 3), answer(0.5, 6.5), answer(9), Verdict.DIFFERENT, "cut to the last 168 hours"),
        (answer(0.5), answer(0.5, 3), answer(0.5, 3), answer(), Verdict.EXPECTED, "rows of 3 days came"),
        (answer(0.5), answer(0.5, 3), answer(), None, Verdict.DIFFERENT, "180 days are answered with an empty list"),
        (answer(0.5), answer(), answer(), None, Verdict.DIFFERENT, "7 days are answered with an empty list"),
        (answer(0.5), REFUSED, REFUSED, None, Verdict.DIFFERENT, "7 days are refused"),
        (REFUSED, REFUSED, REFUSED, None, Verdict.UNKNOWN, "a window was refused with code 40005"),
        (answer(), answer(), answer(), None, Verdict.UNKNOWN, "no rows came"),
        (answer(0.5), answer(0.5, 3), answer(*[5.0] * PAGE), answer(9), Verdict.EXPECTED, "rows of 5 days came"),
        (answer(0.5), answer(*[0.1] * PAGE), answer(*[0.1] * PAGE), None, Verdict.UNKNOWN, "full within a day"),
    ],
)
def test_the_width_of_a_window_follows_from_which_rows_came(
    day: Answer, week: Answer, half_year: Answer, before_cut: Answer | None, verdict: Verdict, seen: str
) -> None:
    finding = window_width("user_trade", Windows({1: day, 7: week, 180: half_year}, before_cut, "create_time", END))
    assert finding.verdict is verdict
    assert seen in finding.seen


@pytest.mark.parametrize(
    ("ahead", "verdict", "seen"),
    [
        (0.2, Verdict.EXPECTED, "0 s ahead of the exchange"),
        (-45.0, Verdict.DIFFERENT, "45 s behind the exchange"),
        (3600.0, Verdict.PROBLEM, "3600 s ahead of the exchange"),
        (None, Verdict.UNKNOWN, "carry no time"),
    ],
)
def test_a_clock_is_judged_by_what_the_exchange_tolerates(ahead: float | None, verdict: Verdict, seen: str) -> None:
    finding = clock([answer(clock_ahead=ahead)] * 3)
    assert finding.verdict is verdict
    assert seen in finding.seen


def test_requests_that_were_too_many_are_counted() -> None:
    finding = pace([answer(), answer(code=42901, status=429)])
    assert finding.verdict is Verdict.DIFFERENT
    assert "1 of 2 requests refused as too many" in finding.seen


def test_what_the_exchange_says_against_a_public_request_names_its_method() -> None:
    finding = exchange_answers(answer(code=40104, status=401))
    assert finding.verdict is Verdict.PROBLEM
    assert "does not permit public/get-instruments: " in finding.seen


@pytest.mark.parametrize(
    ("families", "seen"),
    [
        (["IPv6", "IPv4"], "; it reaches the exchange by IPv6 and IPv4: a whitelist needs both of its addresses"),
        (["IPv4"], "; it reaches the exchange by IPv4"),
        ([], ""),
    ],
)
def test_the_kinds_of_address_that_a_whitelist_must_hold_are_named(families: list[str], seen: str) -> None:
    refused = address(answer(code=40103, status=401), families)
    assert refused.verdict is Verdict.PROBLEM
    assert refused.seen == "this machine's address is not on the key's whitelist" + seen
    assert address(answer(), families).seen == "the key may be used from this machine's address" + seen


def test_a_host_of_this_machine_is_reached_by_ipv4_alone() -> None:
    assert families_in_use("http://127.0.0.1:8080/exchange/v1/") == ["IPv4"]
    assert families_in_use("https://no-such-host.invalid/") == []
