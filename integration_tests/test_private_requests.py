"""What private requests look like on the wire: numbers where the exchange wants numbers, and no default relied upon."""

import pytest

from integration_tests.exchange.resources import METHODS
from integration_tests.private_requests import MASKED, Body, bodies_of_a_full_sync, masked, one_of_each_kind

SENT = {
    method: {name for name, kind in declared.parameters.items() if kind.rstrip("!") in ("number", "digits", "time")}
    for method, declared in METHODS.items()
}
"""Method -> the parameters for which the exchange would put in a default of its own: windows, limits, pages."""
NUMBERS = {(method, name) for method, of in METHODS.items() for name, kind in of.parameters.items() if kind == "number"}
MILLISECONDS = {"start_ts", "end_ts", "start_time", "end_time", "page", "page_size", "bot_id"}
"""The exchange takes these as numbers and as texts; nanoseconds are always texts."""


@pytest.fixture(scope="module")
def bodies() -> list[Body]:
    return bodies_of_a_full_sync()


def test_ids_and_nonces_are_numbers(bodies: list[Body]) -> None:
    assert len(bodies) > 10
    assert {(type(body["id"]), type(body["nonce"])) for body in bodies} == {(int, int)}


def test_counts_are_numbers_and_everything_else_is_text(bodies: list[Body]) -> None:
    sent = [((body["method"], name), value) for body in bodies for name, value in body["params"].items()]
    assert ("private/get-trades", "limit") in {named for named, _ in sent}
    assert {type(value) for named, value in sent if named in NUMBERS} == {int}
    texts = [value for named, value in sent if named not in NUMBERS and named[1] not in MILLISECONDS]
    assert {type(text) for value in texts for text in (value if isinstance(value, list) else [value])} == {str}


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
