"""The simulated exchange: which rows of an account's history a window gets, under every switch."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.empty_market import EmptyMarket
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import PRIMARY_KEYS, expected_rows, key_of
from simulated_exchange.plain_client import PlainClient
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account

HISTORY = "private/get-order-history"
MS = 1_000_000
HOUR = 3_600_000 * MS
DAY = 24 * HOUR
NOW = time.time_ns() // MS * MS
UNLIMITED = Behaviour(enforce_limits=False)
METHODS = {
    "user_position": "private/get-positions",
    "open_order": "private/get-open-orders",
    "order_history": HISTORY,
    "user_trade": "private/get-trades",
    "transaction": "private/get-transactions",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    with running_exchange(UNLIMITED, Account(), EmptyMarket(), now_ns=lambda: NOW) as exchange:
        yield exchange


@pytest.fixture
def exchange(shared: Exchange) -> Exchange:
    shared.behaviour, shared.account = UNLIMITED, Account()
    return shared


@pytest.fixture
def client(exchange: Exchange) -> PlainClient:
    return PlainClient(exchange)


def finished(exchange: Exchange, create_ns: int, update_ns: int | None = None) -> str:
    order = exchange.account.place_order(create_ns)
    return exchange.account.close_order(order.order_id, update_ns or create_ns).order_id


def ids(client: PlainClient, **params: Any) -> list[str]:
    return [row["order_id"] for row in client.rows(HISTORY, **params)]


def window(start_ns: int, end_ns: int) -> dict[str, str]:
    return {"start_time": str(start_ns), "end_time": str(end_ns)}


def test_an_order_placed_weeks_ago_is_found_by_the_time_that_the_filter_names(client: PlainClient) -> None:
    order_id = finished(client.exchange, NOW - 20 * DAY, NOW - HOUR)
    today, back_then = window(NOW - DAY, NOW), window(NOW - 21 * DAY, NOW - 19 * DAY)
    assert (ids(client, **today), ids(client, **back_then)) == ([], [order_id])
    client.exchange.behave(order_time_filter="update")
    assert (ids(client, **today), ids(client, **back_then)) == ([order_id], [])


def test_a_start_is_inclusive_and_an_end_exclusive_unless_switched(client: PlainClient) -> None:
    at = NOW - HOUR
    order_id = finished(client.exchange, at)
    assert ids(client, **window(at, at + 1)) == [order_id]
    assert ids(client, **window(at - 1, at)) == []
    client.exchange.behave(end_inclusive=True)
    assert ids(client, **window(at - 1, at)) == [order_id]


def test_bounds_are_told_apart_by_length_and_may_be_compared_in_ms(client: PlainClient) -> None:
    at = NOW - HOUR
    order_id = finished(client.exchange, at + 400)
    assert ids(client, **window(at // MS, at // MS + 1)) == [order_id]
    assert ids(client, **window(at + 401, at + 500)) == []
    client.exchange.behave(time_precision="ms")
    assert ids(client, **window(at + 401, at + MS)) == [order_id]
    assert ids(client, **window(at - MS, at + 500)) == []


@pytest.mark.parametrize(
    ("cap", "days_found"), [("none", [1.5, 6.5, 9.5]), ("week", [1.5, 6.5]), ("day", [])], ids=["none", "week", "day"]
)
def test_a_long_window_is_cut_in_silence(client: PlainClient, cap: Any, days_found: list[float]) -> None:
    made = {finished(client.exchange, NOW - int(days * DAY)): days for days in (1.5, 6.5, 9.5)}
    client.exchange.behave(window_cap=cap)
    assert sorted(made[order_id] for order_id in ids(client, **window(NOW - 10 * DAY, NOW))) == days_found


def test_a_long_window_is_refused(client: PlainClient) -> None:
    client.exchange.behave(window_cap="refuse")
    answer = client.post(HISTORY, **window(NOW - DAY - 1, NOW))
    assert (answer.status_code, answer.json()["code"]) == (400, 40005)
    assert ids(client, **window(NOW - DAY, NOW)) == []


def test_without_bounds_the_last_day_is_served(client: PlainClient) -> None:
    order_id = finished(client.exchange, NOW - 23 * HOUR)
    finished(client.exchange, NOW - 25 * HOUR)
    assert ids(client) == [order_id]


def test_nothing_older_than_the_retention_is_served(client: PlainClient) -> None:
    order_id = finished(client.exchange, NOW - 179 * DAY)
    finished(client.exchange, NOW - 181 * DAY)
    client.exchange.behave(window_cap="none", retention_days=180.0)
    assert ids(client, **window(NOW - 365 * DAY, NOW)) == [order_id]
    client.exchange.behave(retention_days=540.0)
    assert len(ids(client, **window(NOW - 365 * DAY, NOW))) == 2


@pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
def test_a_page_holds_the_newest_rows_in_either_order(client: PlainClient, order: Any) -> None:
    made = [finished(client.exchange, NOW - HOUR + index) for index in range(5)]
    client.exchange.behave(page_order=order)
    newest_first = ids(client, limit=3) if order == "newest_first" else ids(client, limit=3)[::-1]
    assert newest_first == made[:1:-1]


@pytest.mark.parametrize(("switch", "rows"), [("served", 130), ("clamped", 100), ("refused", None)])
def test_a_limit_above_100(client: PlainClient, switch: Any, rows: int | None) -> None:
    client.exchange.account.burst(130, (NOW - HOUR) // MS, "created")
    client.exchange.behave(large_limit=switch)
    answer = client.post(HISTORY, limit=200)
    assert answer.json()["code"] == (40003 if rows is None else 0)
    assert rows is None or len(answer.json()["result"]["data"]) == rows
    assert len(ids(client)) == 100


@pytest.mark.parametrize("params", [{"start_time": "yesterday"}, {"end_time": "-1"}])
def test_a_parameter_that_makes_no_sense_is_refused(client: PlainClient, params: dict[str, str]) -> None:
    assert client.post(HISTORY, **params).json()["code"] == 40004


def test_a_start_after_the_end_is_refused_or_answered_without_rows(client: PlainClient) -> None:
    assert client.post(HISTORY, **window(NOW, NOW - 1)).json()["code"] == 40005
    client.exchange.behave(inverted_window="empty")
    assert ids(client, **window(NOW, NOW - 1)) == []


@pytest.mark.parametrize(("cap", "longest_ns"), [("empty_day", DAY), ("empty_week", 7 * DAY)])
def test_a_window_that_is_too_long_can_be_answered_with_an_empty_list(
    client: PlainClient, cap: Any, longest_ns: int
) -> None:
    order_id = finished(client.exchange, NOW - HOUR)
    client.exchange.behave(window_cap=cap)
    assert ids(client, **window(NOW - longest_ns, NOW)) == [order_id]
    assert ids(client, **window(NOW - longest_ns - 1, NOW)) == []


def test_times_are_taken_as_strings_and_as_numbers(client: PlainClient) -> None:
    order_id = finished(client.exchange, NOW - HOUR)
    assert ids(client, start_time=NOW - DAY, end_time=NOW) == [order_id]


@pytest.mark.parametrize("same_ns", [True, False])
@pytest.mark.parametrize("what", ["created", "closed"])
def test_a_burst_lies_within_one_millisecond(client: PlainClient, what: Any, same_ns: bool) -> None:
    at_ms = (NOW - HOUR) // MS
    made = client.exchange.account.burst(150, at_ms, what, same_ns)
    client.exchange.behave(order_time_filter="create" if what == "created" else "update", large_limit="served")
    found = client.rows(HISTORY, limit=1000, **window(at_ms, at_ms + 1))
    assert [row["order_id"] for row in found] == made[::-1]
    assert {row["update_time"] for row in found} == {at_ms}
    assert len({row["create_time_ns"] for row in found}) == (1 if what == "created" and same_ns else 150)


@pytest.mark.parametrize(("what", "table"), [("fills", "user_trade"), ("ledger", "transaction")])
def test_fills_and_ledger_rows_burst_too(client: PlainClient, what: Any, table: str) -> None:
    made = client.exchange.account.burst(40, (NOW - HOUR) // MS, what)
    assert len(client.rows(METHODS[table])) == len(made) == 40


def test_a_finished_order_that_changes_moves_to_its_new_update_time(client: PlainClient) -> None:
    order_id = finished(client.exchange, NOW - 3 * DAY)
    client.exchange.account.change_finished_order(order_id, NOW - HOUR, cumulative_fee="0.2")
    client.exchange.behave(order_time_filter="update")
    assert [row["cumulative_fee"] for row in client.rows(HISTORY)] == ["0.2"]
    assert ids(client, **window(NOW - 4 * DAY, NOW - 2 * DAY)) == []


def test_rows_can_be_filtered(client: PlainClient) -> None:
    client.exchange.account = seeded_account(NOW, orders=60, days=0.9)
    rows = client.rows("private/get-transactions", journal_type="SESSION_SETTLE", isolation_id="88014207")
    assert {(row["journal_type"], row["isolation_id"]) for row in rows} == {("SESSION_SETTLE", "88014207")}


@pytest.mark.parametrize("numbers_as", ["integers", "strings"])
@pytest.mark.parametrize("table", METHODS)
def test_the_wire_and_the_truth_tell_the_same_story(client: PlainClient, table: str, numbers_as: Any) -> None:
    client.exchange.account = seeded_account(NOW, orders=90, days=0.9)
    client.exchange.behave(numbers_as=numbers_as, large_limit="served", page_order="oldest_first", extra_fields=True)
    bounds = {} if table in ("user_position", "open_order") else {"limit": 5000}
    rows = client.rows(METHODS[table], **bounds)
    records = expected_rows(client.exchange.account, table, client.exchange.behaviour)
    assert len(rows) == len(records) > 2
    for record in records:
        matching = [row for row in rows if carries(row, record)]
        assert len(matching) == 1, record


def carries(row: dict[str, Any], record: dict[str, object]) -> bool:
    """Whether the row holds every value of the record that is not a time, under the same name."""
    row = {"isolation_id": "0", **row}
    told = {name: value for name, value in record.items() if not name.endswith("_time")}
    return all(str(row.get(name)) == str(value) for name, value in told.items())


@pytest.mark.parametrize("table", PRIMARY_KEYS)
def test_the_keys_of_a_seeded_account_are_unique_and_whole(table: str) -> None:
    records = expected_rows(seeded_account(NOW, orders=500), table)
    keys = [key_of(table, record) for record in records]
    assert len(set(keys)) == len(keys) > 0
    assert all(None not in key for key in keys)


def test_the_same_seed_makes_the_same_account() -> None:
    first, second = (expected_rows(seeded_account(NOW), "transaction") for _ in range(2))
    assert first == second


def test_a_seeded_account_has_every_kind_of_row() -> None:
    account = seeded_account(NOW)
    orders = list(account.finished_by_update)
    assert {order.status for order in orders} == {"FILLED", "CANCELED", "EXPIRED", "REJECTED"}
    assert any(order.limit_price is None for order in orders)
    assert any(order.ref_price != "0" for order in orders)
    assert max(order.update_time_ns - order.create_time_ns for order in orders) > 14 * DAY
    assert any(fill.fee_credits for fill in account.fills)
    settled = [row for row in account.ledger if row.journal_type == "SESSION_SETTLE"]
    assert len({(row.journal_id, row.event_timestamp_ns) for row in settled}) * 2 == len(settled)
    assert any(len(balance.quantity.partition(".")[2]) == 18 for balance in account.wallet.balances)


def test_a_market_order_of_a_seeded_account_is_filled_at_once() -> None:
    account = seeded_account(NOW)
    market = {order.order_id: order for order in account.finished_by_update if order.order_type == "MARKET"}
    assert {order.status for order in market.values()} == {"FILLED"}
    assert max(order.update_time_ns - order.create_time_ns for order in market.values()) < DAY / 86_400
    assert not [fill for fill in account.fills if fill.order_id in market and fill.taker_side == "MAKER"]


def test_decimals_keep_their_digits_as_numbers_and_missing_fields_may_be_null(client: PlainClient) -> None:
    client.exchange.account = seeded_account(NOW)
    client.exchange.behave(decimals_as_numbers=True, nulls_for_missing=True)
    text = client.post("private/user-balance").text
    assert '"quantity":1234567.123456789012345678' in text
    assert '"margin_score":null' in text
    json.loads(text)


def test_an_unfunded_account_has_no_balances(client: PlainClient) -> None:
    assert client.rows("private/user-balance")[0]["position_balances"] == []
    assert "total_collateral_value" not in client.rows("private/user-balance")[0]


def test_a_large_account_answers_a_page_at_once(client: PlainClient) -> None:
    template = client.exchange.account.place_order(NOW - DAY)
    orders = [
        replace(
            template, order_id=str(index), status="FILLED", create_time_ns=NOW - DAY + index * MS, update_time_ns=NOW
        )
        for index in range(1, 50_001)
    ]
    client.exchange.account.fill_up(orders, (), ())
    started = time.monotonic()
    for index in range(20):
        assert len(ids(client, **window(NOW - DAY, NOW - HOUR * 23 - index))) == 100
    assert time.monotonic() - started < 2
