"""The published limits, held per method, with a little to spare."""

import time

import pytest
import requests
from airbyte_cdk.sources.streams.call_rate import CallRateLimitHit

from source_cryptocom.api.rate_limits import LIMITS, RateLimit, _rates, request_budget
from source_cryptocom.streams import PRIVATE_TABLES, public_tables
from unit_tests.builders import sync

ROOTS = ["https://api.crypto.com/exchange/v1/", "https://uat-api.3ona.co/exchange/v1/", "http://127.0.0.1:8765/"]


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
    assert LIMITS[method].per_second == per_second


def test_every_table_has_a_limit_and_every_limit_a_table() -> None:
    tables = {table.method for table in public_tables(sync())} | {table.method for table in PRIVATE_TABLES}
    assert tables == set(LIMITS)


@pytest.mark.parametrize("limit", LIMITS.values())
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


def request(method: str, root: str = ROOTS[0], query: str = "") -> requests.PreparedRequest:
    verb = "POST" if method.startswith("private/") else "GET"
    return requests.Request(verb, f"{root}{method}{query}").prepare()


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("method", ["private/get-order-history", "private/get-trades"])
def test_a_second_request_within_a_second_has_to_wait(method: str, root: str) -> None:
    budget = request_budget()
    budget.acquire_call(request(method, root), block=False)
    with pytest.raises(CallRateLimitHit) as hit:
        budget.acquire_call(request(method, root), block=False)
    assert 0.5 < hit.value.time_to_wait.total_seconds() <= 1.05


@pytest.mark.parametrize("method", sorted(LIMITS))
def test_every_request_of_a_table_is_counted(method: str) -> None:
    policy = request_budget().get_matching_policy(request(method, query="?instrument_name=BTC_USD"))
    assert policy is not None


def test_one_methods_limit_does_not_slow_another() -> None:
    budget = request_budget()
    for method in LIMITS:
        budget.acquire_call(request(method), block=False)
    policies = [budget.get_matching_policy(request(method)) for method in LIMITS]
    assert len({id(policy) for policy in policies}) == len(LIMITS)


def test_two_syncs_do_not_share_a_budget() -> None:
    request_budget().acquire_call(request("private/get-trades"), block=False)
    request_budget().acquire_call(request("private/get-trades"), block=False)


@pytest.mark.parametrize("method", ["private/get-order-history", "private/get-trades"])
def test_the_second_request_waits_from_the_answer_of_the_first_which_also_opened_the_connection(method: str) -> None:
    budget = request_budget()
    first = request(method)
    budget.acquire_call(first, block=False)
    time.sleep(0.4)
    budget.update_from_response(first, requests.Response())
    with pytest.raises(CallRateLimitHit) as hit:
        budget.acquire_call(request(method), block=False)
    assert hit.value.time_to_wait.total_seconds() > 0.9
    budget.update_from_response(first, requests.Response())
    with pytest.raises(CallRateLimitHit) as later:
        budget.acquire_call(request(method), block=False)
    assert later.value.time_to_wait <= hit.value.time_to_wait
