"""A long read says how far it is, at a pace that a person can follow."""

import logging
import threading
from types import SimpleNamespace

import pytest

from source_cryptocom.logs import progress
from source_cryptocom.logs.progress import Progress

LOGGER = logging.getLogger("airbyte.progress-test")


class Clock:
    def __init__(self) -> None:
        self.seconds = 500.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock.seconds))
    return clock


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records]


def test_a_short_read_says_nothing(clock: Clock, log: pytest.LogCaptureFixture) -> None:
    told = Progress(LOGGER, "book", "instruments", 2)
    for _ in range(2):
        clock.seconds += 4.9
        told.request()
        told.done()
    assert lines(log) == []


def test_a_long_read_tells_what_is_done_how_much_there_is_and_how_fast_it_goes(
    clock: Clock, log: pytest.LogCaptureFixture
) -> None:
    told = Progress(LOGGER, "candlestick", "series", 2_790)
    for _ in range(1_500):
        told.request()
    told.done(1_400)
    clock.seconds += 10
    told.done(where=", up to noon")
    assert lines(log) == ["candlestick: 1,401 of 2,790 series read, 1,500 requests, 150.0 a second, up to noon"]
    assert log.records[0].levelname == "INFO"


def test_requests_alone_are_progress_too(clock: Clock, log: pytest.LogCaptureFixture) -> None:
    told = Progress(LOGGER, "user_trade", "days", 60)
    clock.seconds += 20
    told.request()
    assert lines(log) == ["user_trade: 0 of 60 days read, 1 requests, 0.1 a second"]


def test_it_is_told_once_in_ten_seconds(clock: Clock, log: pytest.LogCaptureFixture) -> None:
    told = Progress(LOGGER, "trade", "instruments", 930)
    for _ in range(100):
        clock.seconds += 1
        told.done()
    assert len(lines(log)) == 10


def test_threads_do_not_lose_each_others_counts(clock: Clock, log: pytest.LogCaptureFixture) -> None:
    told = Progress(LOGGER, "trade", "instruments", 4_000)

    def work() -> None:
        for _ in range(1_000):
            told.request()
            told.done()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clock.seconds += 10
    told.request()
    assert lines(log) == ["trade: 4,000 of 4,000 instruments read, 4,001 requests, 400.1 a second"]
