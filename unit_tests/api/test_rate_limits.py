"""The published limits, held per method, with a little to spare."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests
from airbyte_cdk.sources.streams.call_rate import CallRateLimitHit, Rate, UnlimitedCallRatePolicy

from source_cryptocom.api.endpoint import ExchangeApi
from source_cryptocom.api.moving_window import MovingWindow
from source_cryptocom.api.pace import Pace
from source_cryptocom.api.rate_limits import (
    HISTORY,
    PRIVATE,
    PUBLIC,
    STAKING,
    MethodBudget,
    RateLimit,
    RequestBudget,
    _rates,
    process_budget,
)
from source_cryptocom.streams import STREAMS, ExchangeStream
from unit_tests.support.builders import BASE_URL, sync

LIMITS = [PUBLIC, PRIVATE, HISTORY, STAKING]


@pytest.mark.parametrize(
    ("method", "per_second"),
    [
        ("public/get-instruments", 100),
        ("public/get-tickers", 100),
        ("public/get-trades", 100),
        ("public/get-book", 100),
        ("public/get-candlestick", 100),
        ("private/user-balance", 30),
        ("private/get-positions", 30),
        ("private/get-open-orders", 30),
        ("private/get-transactions", 30),
        ("private/get-order-history", 1),
        ("private/get-trades", 1),
    ],
)
def test_each_method_has_its_published_limit(method: str, per_second: int) -> None:
    (limit,) = {stream.rate_limit for stream in STREAMS.values() if stream.method == method}
    assert limit.per_second == per_second


def test_a_table_without_a_limit_cannot_be_made() -> None:
    class Announcement(ExchangeStream):
        method = "public/get-announcements"
        primary_key = "id"

    with pytest.raises(AttributeError, match="rate_limit"):
        Announcement(sync())


@pytest.mark.parametrize("limit", LIMITS)
def test_the_budget_stays_a_little_below_the_published_limit(limit: RateLimit) -> None:
    *bursts, rate = _rates(limit)
    assert rate.limit == limit.requests
    assert rate.interval.total_seconds() * 1000 == limit.milliseconds + limit.margin_ms
    assert 20 <= limit.margin_ms <= 50
    assert all(burst.limit < rate.limit and burst.interval < rate.interval for burst in bursts)


def test_a_limit_of_many_a_second_is_spread_over_the_second() -> None:
    burst, _ = _rates(RateLimit(100, 1_000))
    assert (burst.limit, burst.interval.total_seconds()) == (5, 0.05)


@pytest.mark.parametrize("limit", [RateLimit(1, 1_000), RateLimit(3, 100)])
def test_a_small_limit_needs_no_spreading(limit: RateLimit) -> None:
    assert len(_rates(limit)) == 1


def request() -> requests.PreparedRequest:
    return requests.Request("GET", "https://exchange.test/exchange/v1/public/get-book").prepare()


def response(status: int) -> requests.Response:
    answered = requests.Response()
    answered.status_code, answered._content = status, b'{"code": 0}'
    return answered


@pytest.fixture
def budget() -> MethodBudget:
    return RequestBudget().for_method("private/get-trades", HISTORY)


def test_a_second_request_within_a_second_has_to_wait(budget: MethodBudget) -> None:
    budget.acquire_call(request(), block=False)
    with pytest.raises(CallRateLimitHit) as hit:
        budget.acquire_call(request(), block=False)
    assert 0.5 < hit.value.time_to_wait.total_seconds() <= 1.05


def test_all_streams_that_ask_a_method_share_its_budget_and_no_other_methods() -> None:
    requests_of = RequestBudget()
    budget = requests_of.for_method("private/get-trades", HISTORY)
    budget.acquire_call(request(), block=False)
    with pytest.raises(CallRateLimitHit):
        requests_of.for_method("private/get-trades", HISTORY).acquire_call(request(), block=False)
    requests_of.for_method("private/get-order-history", HISTORY).acquire_call(request(), block=False)


def test_the_process_has_one_budget() -> None:
    assert ExchangeApi(BASE_URL).budget is ExchangeApi(BASE_URL).budget is process_budget()


def test_a_method_has_one_limit() -> None:
    budget = RequestBudget()
    budget.for_method("private/get-trades", HISTORY)
    with pytest.raises(ValueError, match="private/get-trades has two limits"):
        budget.for_method("private/get-trades", PRIVATE)


def test_the_second_request_waits_for_the_answer_to_the_first(
    budget: MethodBudget,
) -> None:
    budget.acquire_call(request(), block=False)
    time.sleep(0.4)
    budget.update_from_response(request(), response(200))
    with pytest.raises(CallRateLimitHit) as hit:
        budget.acquire_call(request(), block=False)
    assert hit.value.time_to_wait.total_seconds() > 0.9
    budget.update_from_response(request(), response(200))
    with pytest.raises(CallRateLimitHit) as later:
        budget.acquire_call(request(), block=False)
    assert later.value.time_to_wait <= hit.value.time_to_wait


class CountingPolicy(MovingWindow):
    """Ten requests in a fifth of a second; counts those that came too soon by more than the bucket's millisecond."""

    def __init__(self) -> None:
        super().__init__([Rate(10, timedelta(seconds=0.2))])
        self.too_soon = 0

    def try_acquire(self, request: Any, weight: int) -> None:
        try:
            super().try_acquire(request, weight)
        except CallRateLimitHit as hit:
            self.too_soon += hit.time_to_wait > timedelta(milliseconds=5)
            raise


def test_of_many_workers_that_wait_for_a_method_one_asks_for_the_next_request() -> None:
    policy = CountingPolicy()
    budget = MethodBudget(policy, Pace("public/get-book", 50))
    with ThreadPoolExecutor(max_workers=40) as workers:
        list(workers.map(lambda _: budget.acquire_call(request()), range(40)))
    # Where all of them ask it is 30, and 20, and 10 of them.
    assert policy.too_soon < 20


def answered_twice(status: int, body: bytes) -> MethodBudget:
    """The budget of a method of one request a second after two such answers, a second apart."""
    seconds = itertools.count()
    pace = Pace("private/get-trades", HISTORY.per_second, lambda: float(next(seconds)))
    budget = MethodBudget(UnlimitedCallRatePolicy([]), pace)
    answer = response(status)
    answer._content = body
    for _ in range(2):
        budget.update_from_response(request(), answer)
    return budget


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, b'{"code": 42901}'),
        (200, b'{"code": 42901}'),
        (429, b"<html>Too many</html>"),
        (403, b"<html>Forbidden</html>"),
        (403, b'{"message": "Forbidden"}'),
    ],
)
def test_refusals_in_whichever_words_slow_the_method_down_until_it_answers(status: int, body: bytes) -> None:
    assert answered_twice(status, body).pace.is_slowed


@pytest.mark.parametrize(("status", "body"), [(500, b'{"code": 50001}'), (403, b'{"code": 40301}'), (401, b"")])
def test_other_failures_do_not(status: int, body: bytes) -> None:
    assert not answered_twice(status, body).pace.is_slowed


def test_budgets_keep_no_threads() -> None:
    before = threading.active_count()
    budgets = RequestBudget()
    for number in range(50):
        budgets.for_method(f"public/get-{number}", PUBLIC).acquire_call(request())
    assert threading.active_count() == before


def test_a_window_holds_each_of_its_rates() -> None:
    now = [0.0]
    window = MovingWindow([Rate(2, timedelta(seconds=1)), Rate(3, timedelta(seconds=10))], lambda: now[0])
    left = []
    for _ in range(6):
        while True:
            try:
                window.try_acquire(request(), 1)
            except CallRateLimitHit as hit:
                now[0] += hit.time_to_wait.total_seconds()
            else:
                left.append(now[0])
                break
    assert left == [0, 0, 1, 10, 10, 11]


def test_a_refusal_fills_the_window() -> None:
    now = [5.0]
    window = MovingWindow([Rate(100, timedelta(seconds=1))], lambda: now[0])
    window.update(available_calls=0, call_reset_ts=None)
    with pytest.raises(CallRateLimitHit) as hit:
        window.try_acquire(request(), 1)
    assert hit.value.time_to_wait == timedelta(seconds=1)
    window.update(available_calls=None, call_reset_ts=None)
    now[0] += 1
    window.try_acquire(request(), 1)
