"""A method whose requests are refused slows down for all workers, and recovers step by step."""

import threading

import pytest

from source_cryptocom.api.pace import Pace

SLOWER = (
    "public/get-book: requests are refused although the exchange's limit is kept: another program uses the same key or "
    "IP address, or a firewall stands in front of the exchange. All requests of this method slow down until they are "
    "answered again."
)
FULL = "public/get-book: requests are answered again; back to 100 per second."


class Clock:
    """Seconds that pass when they are slept away."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.sleep", clock.sleep)
    return clock


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace("public/get-book", 100, clock)


def per_second(pace: Pace, clock: Clock) -> float:
    """Over ten requests."""
    pace.wait_turn()
    begun = clock.now
    for _ in range(10):
        pace.wait_turn()
    return 10 / (clock.now - begun) if clock.now > begun else float("inf")


def refused(pace: Pace, clock: Clock, seconds: int) -> None:
    """Twice a second."""
    for _ in range(2 * seconds):
        pace.refused()
        clock.now += 0.5


def test_a_single_refusal_is_no_sign_of_another_program(
    pace: Pace, clock: Clock, log: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        pace.refused()
        clock.now += 60
    assert not pace.is_slowed
    assert per_second(pace, clock) == float("inf")
    assert log.messages == []


def test_refusals_of_requests_that_left_together_halve_the_pace_once(pace: Pace, clock: Clock) -> None:
    for _ in range(64):
        pace.refused()
        clock.now += 0.01
    assert per_second(pace, clock) == pytest.approx(50)


def test_the_pace_is_halved_each_second_until_a_request_or_two_a_second_are_left(pace: Pace, clock: Clock) -> None:
    paces = []
    for _ in range(9):
        refused(pace, clock, seconds=1)
        paces.append(round(100 * pace._share, 2))
    assert paces == [50, 25, 12.5, 6.25, 3.12, 1.56, 1.56, 1.56, 1.56]


def test_a_method_of_one_request_a_second_keeps_a_quarter_of_it(clock: Clock) -> None:
    pace = Pace("private/get-trades", 1, clock)
    refused(pace, clock, seconds=10)
    assert per_second(pace, clock) == pytest.approx(0.25)


def test_the_pace_recovers_by_an_eighth_a_second_while_answers_come(pace: Pace, clock: Clock) -> None:
    refused(pace, clock, seconds=2)
    assert per_second(pace, clock) == pytest.approx(25)
    paces = []
    for _ in range(7):
        clock.now += 1
        for _ in range(20):
            pace.answered()
        paces.append(100 * pace._share)
    assert paces == [37.5, 50, 62.5, 75, 87.5, 100, 100]
    assert not pace.is_slowed


def test_each_change_is_said_once(pace: Pace, clock: Clock, log: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        refused(pace, clock, seconds=20)
        for _ in range(20):
            clock.now += 1
            pace.answered()
    lines = [(record.levelname, record.getMessage()) for record in log.records]
    assert lines == [("WARNING", SLOWER), ("INFO", FULL)] * 2


def test_a_refused_request_waits_for_itself_where_the_method_is_not_slowed(pace: Pace) -> None:
    pace.answered()
    assert pace.wait_for_answers(0.01) is False


def test_the_first_answer_lets_all_waiting_requests_go(pace: Pace) -> None:
    pace.refused()
    pace.refused()
    let_go: list[bool] = []
    waiting = [threading.Thread(target=lambda: let_go.append(pace.wait_for_answers(30))) for _ in range(8)]
    for thread in waiting:
        thread.start()
    while len(pace._answers._waiters) < len(waiting):  # type: ignore[attr-defined]  # the only way to see them wait
        pass
    pace.answered()
    for thread in waiting:
        thread.join(10)
    assert let_go == [True] * 8
