"""What private requests look like on the wire: numbers where the exchange wants numbers, and no default relied upon."""

import pytest

from integration_tests.private_requests import MASKED, Body, bodies_of_a_full_sync, masked, one_of_each_kind
from simulated_exchange.resources import METHODS

SENT = {
    method: {name for name, kind in declared.parameters.items() if kind.rstrip("!") in ("number", "digits", "time")}
    for method, declared in METHODS.items()
}
"""Method -> the parameters for which the exchange would put in a default of its own: windows, limits, pages."""
NUMBERS = {
    (method, name)
    for method, declared in METHODS.items()
    for name, kind in declared.parameters.items()
    if kind.rstrip("!") == "number"
}


@pytest.fixture(scope="module")
def bodies() -> list[Body]:
    return bodies_of_a_full_sync()


def test_ids_and_nonces_are_numbers(bodies: list[Body]) -> None:
    assert len(bodies) > 10
    assert {(type(body["id"]), type(body["nonce"])) for body in bodies} == {(int, int)}


def test_counts_are_numbers_and_nothing_is_a_float_a_boolean_or_null(bodies: list[Body]) -> None:
    sent = [((body["method"], name), value) for body in bodies for name, value in body["params"].items()]
    assert ("private/get-trades", "limit") in {named for named, _ in sent}
    assert {type(value) for named, value in sent if named in NUMBERS} == {int}
    assert {type(value) for _, value in sent} == {int, str, list}
    assert {type(one) for _, value in sent if isinstance(value, list) for one in value} == {str}


def test_times_of_the_wallet_are_numbers_of_milliseconds(bodies: list[Body]) -> None:
    params = [body["params"] for body in bodies if body["method"] == "private/get-deposit-history"]
    assert {type(sent[bound]) for sent in params for bound in ("start_ts", "end_ts")} <= {int}


def test_no_request_relies_on_a_default_of_the_exchange(bodies: list[Body]) -> None:
    assert {"start_time", "end_time", "limit"} == SENT["private/get-trades"]
    left_out = {(body["method"], name) for body in bodies for name in SENT[body["method"]] - set(body["params"])}
    assert left_out == set()


def test_times_of_the_trading_history_are_nanoseconds(bodies: list[Body]) -> None:
    params = [body["params"] for body in bodies if body["method"] == "private/get-order-history"]
    assert {len(sent[bound]) for sent in params for bound in ("start_time", "end_time")} == {len("1735689600000000000")}


def test_what_is_printed_names_every_method_and_shows_no_key(bodies: list[Body]) -> None:
    shown = [masked(body) for body in one_of_each_kind(bodies)]
    methods = {body["method"] for body in bodies}
    assert {body["method"] for body in shown} == methods >= {"private/get-trades", "private/user-balance"}
    assert {body[name] for body in shown for name in MASKED} == {"***"}
