"""A method whose requests are refused slows down for all workers, and recovers step by step."""

import threading
from collections import deque
from dataclasses import dataclass, field

import pytest

from source_cryptocom.api.pace import Pace

SLOWER = (
    "public/get-book: requests are refused although the exchange's limit is kept: another program uses the same key or "
    "IP address, a firewall stands in front of the exchange, or its limit is lower than the published one. All "
    "requests of this method slow down until they are answered again."
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


def test_two_refusals_without_an_answer_between_them_are_throttling(pace: Pace, clock: Clock) -> None:
    pace.refused()
    clock.now += 9
    pace.refused()
    assert pace.is_slowed


@pytest.mark.parametrize(("a_second", "jitter"), [(100, 5), (30, 1), (1, 1)])
def test_a_few_refusals_in_ten_seconds_are_jitter_and_one_more_is_throttling(
    clock: Clock, a_second: int, jitter: int
) -> None:
    pace = Pace("public/get-book", a_second, clock)
    for _ in range(2):
        for _ in range(jitter):
            for _ in range(20):
                pace.refused()
            pace.answered()
            clock.now += 1
        assert not pace.is_slowed
        clock.now += 10
    for _ in range(jitter + 1):
        pace.refused()
        pace.answered()
        clock.now += 1
    assert pace.is_slowed


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


def test_the_first_answer_lets_all_waiting_requests_go(pace: Pace, clock: Clock) -> None:
    refused(pace, clock, seconds=1)
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


@dataclass
class Exchange:
    """Answers the requests of a pace, each 0.3 s after it left; `limit` a second are taken, a refused one is free."""

    pace: Pace
    clock: Clock
    limit: float
    published: float
    taken: deque[float] = field(default_factory=deque)
    under_way: deque[tuple[float, bool]] = field(default_factory=deque)
    answers: list[tuple[float, bool]] = field(default_factory=list)
    """(seconds since the beginning, whether it was refused)"""

    def busy(self, seconds: float) -> None:
        """Requests leave as fast as the pace lets them."""
        begun, until = self.clock.now, self.clock.now + seconds
        window, most = (1.0, int(self.limit)) if self.limit >= 1 else (1 / self.limit, 1)
        while self.clock.now < until:
            self.pace.wait_turn()
            if not self.pace.is_slowed:
                self.clock.now += 1.02 / self.published
            now = self.clock.now
            while self.under_way and self.under_way[0][0] <= now - 0.3:
                left, is_refused = self.under_way.popleft()
                (self.pace.refused if is_refused else self.pace.answered)()
                self.answers.append((left - begun, is_refused))
            while self.taken and self.taken[0] <= now - window:
                self.taken.popleft()
            is_refused = len(self.taken) >= most
            if not is_refused:
                self.taken.append(now)
            self.under_way.append((now, is_refused))

    def after(self, seconds: float) -> list[bool]:
        return [is_refused for at, is_refused in self.answers if at > seconds]


@pytest.mark.parametrize(
    ("published", "limit"),
    [(100, 90), (100, 50), (100, 20), (100, 10), (100, 5), (100, 2), (100, 1), (100, 0.5), (30, 10), (30, 1), (1, 0.3)],
)
def test_the_pace_settles_just_below_a_true_limit_that_is_lower(published: float, limit: float, clock: Clock) -> None:
    pace = Pace("public/get-book", published, clock)
    exchange = Exchange(pace, clock, limit, published)
    exchange.busy(600)
    later = exchange.after(60)
    assert sum(later) <= 0.05 * len(later)
    assert (len(later) - sum(later)) / 540 >= 0.8 * limit


def test_a_limit_that_is_kept_costs_nothing(pace: Pace, clock: Clock, log: pytest.LogCaptureFixture) -> None:
    exchange = Exchange(pace, clock, 100, 100)
    exchange.busy(60)
    assert not any(exchange.after(0))
    assert len(exchange.answers) == pytest.approx(60 * 98, rel=0.01)
    assert log.messages == []


@pytest.mark.parametrize("limit", [5, 50])
def test_the_pace_is_whole_again_minutes_after_the_limit_is(limit: float, pace: Pace, clock: Clock) -> None:
    exchange = Exchange(pace, clock, limit, 100)
    exchange.busy(300)
    assert pace.is_slowed
    exchange.limit = 100
    exchange.busy(120)
    assert not pace.is_slowed


def test_an_outage_is_no_lower_limit(pace: Pace, clock: Clock) -> None:
    exchange = Exchange(pace, clock, 10, 100)
    exchange.busy(100)
    refused(pace, clock, seconds=20)
    exchange.under_way.clear()
    exchange.limit = 100
    exchange.busy(12)
    assert not pace.is_slowed
