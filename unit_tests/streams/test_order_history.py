"""Orders that have ended, and those that are watched until they do."""

from typing import Any

import pytest

from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.streams.history import OrderHistory
from unit_tests.support.builders import DAY_MS, NOW_MS, order, sync
from unit_tests.support.history_server import MS, NOW, YESTERDAY, ago_ns, claims, created_ns, ids, served, windows
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import Refusal, StubExchange

ORDERS, OPEN = "private/get-order-history", "private/get-open-orders"
Row = dict[str, Any]


def history(exchange: StubExchange, ended: list[Row], still_open: list[Row]) -> None:
    served(exchange, ORDERS, ended, created_ns)
    exchange.serve(OPEN, lambda _: list(still_open))


def test_the_open_orders_are_read_first_and_watched(exchange: StubExchange) -> None:
    history(exchange, [], [order("7001", ago_ns(900), status="ACTIVE")])
    table = OrderHistory(sync(start_date=YESTERDAY))
    reading = read(table)
    watched = {
        "version": 1,
        "update_time": NOW,
        "open_orders": {"7001": ago_ns(900) // MS},
        "open_orders_listed_at": NOW,
        "orders_known_to": YESTERDAY,
    }
    assert [claims(state) for state in reading.states] == [watched]
    assert claims(table.state) == watched


def test_an_order_that_stays_open_for_weeks_is_emitted_when_it_fills(exchange: StubExchange) -> None:
    weeks_ns = ago_ns(24 * 30) + 123
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": weeks_ns // MS}}
    neighbour = order("6999", weeks_ns + 5)
    history(exchange, [order("7001", weeks_ns, NOW_MS - 60_000), neighbour], [])
    table = OrderHistory(sync())
    assert ids(read(table, state), "order_id") == ["7001"]
    assert table.state["update_time"] == NOW
    assert "open_orders" not in table.state
    assert windows(exchange, ORDERS)[-1] == (weeks_ns // MS, weeks_ns // MS + 1)


def test_a_watched_order_that_comes_up_in_a_window_is_not_looked_up_again(exchange: StubExchange) -> None:
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": ago_ns(3) // MS}}
    history(exchange, [order("7001", ago_ns(3))], [])
    table = OrderHistory(sync())
    assert ids(read(table, state), "order_id") == ["7001"]
    assert "open_orders" not in table.state
    assert len(exchange.asked(ORDERS)) == 2


def test_an_order_that_is_still_open_stays_watched(exchange: StubExchange) -> None:
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": ago_ns(900) // MS}}
    history(exchange, [], [order("7001", ago_ns(900), status="ACTIVE"), order("7002", ago_ns(1), status="NEW")])
    table = OrderHistory(sync())
    read(table, state)
    assert table.state["open_orders"] == {"7001": ago_ns(900) // MS, "7002": ago_ns(1) // MS}


def test_an_order_that_a_window_shows_as_open_is_still_watched(exchange: StubExchange) -> None:
    shown = order("7001", ago_ns(3), status="ACTIVE")
    history(exchange, [shown], [shown])
    table = OrderHistory(sync(start_date=YESTERDAY))
    read(table)
    assert table.state["open_orders"] == {"7001": ago_ns(3) // MS}


def test_an_order_open_in_one_window_and_filled_in_the_next_comes_in_both_forms(
    exchange: StubExchange,
) -> None:
    shown, filled = order("7001", ago_ns(30), status="ACTIVE"), order("7001", ago_ns(30), NOW_MS - 60_000)
    served(exchange, ORDERS, [shown, filled], lambda row: row["update_time"] * MS)
    exchange.serve(OPEN, lambda _: [])
    reading = read(OrderHistory(sync(start_date="2026-08-15T12:00:00.000Z")))
    assert [record["status"] for record in reading.records] == ["ACTIVE", "FILLED"]


def test_an_order_that_vanished_without_ending_is_a_warning_and_stays_watched(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": ago_ns(900) // MS}}
    history(exchange, [], [])
    table = OrderHistory(sync())
    assert read(table, state).records == []
    assert table.state["open_orders"] == {"7001": ago_ns(900) // MS}
    (warning,) = [record.getMessage() for record in log.records if record.levelname == "WARNING"]
    assert "no longer open, but not in the order history yet: 7001. " in warning


def test_a_warning_names_a_few_of_many_orders(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    open_orders = {str(number): ago_ns(900) // MS for number in range(7001, 7008)}
    history(exchange, [], [])
    read(OrderHistory(sync()), {"version": 1, "update_time": YESTERDAY, "open_orders": open_orders})
    (warning,) = [record.getMessage() for record in log.records if record.levelname == "WARNING"]
    assert "history yet: 7001, 7002, 7003, 7004, 7005 and 2 more. " in warning


def test_an_order_that_the_exchange_has_forgotten_is_let_go_with_a_warning(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": ago_ns(24 * 181) // MS}}
    history(exchange, [], [])
    table = OrderHistory(sync())
    read(table, state)
    assert "open_orders" in table.state
    read(again := OrderHistory(sync()), {**table.state, "missing_orders": {"7001": NOW_MS - DAY_MS}})
    assert "open_orders" not in again.state
    sought, given_up = [record.getMessage() for record in log.records if record.levelname == "WARNING"]
    assert sought.endswith("history yet: 7001. The next sync looks again.")
    assert given_up.endswith("history yet: 7001. The exchange has forgotten them.")


def test_a_crash_before_the_look_up_does_not_lose_a_watched_order(exchange: StubExchange) -> None:
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": ago_ns(900) // MS}}
    history(exchange, [order("7001", ago_ns(900), NOW_MS - 60_000)], [])
    first = read(OrderHistory(sync()), state)
    assert first.states[-1]["update_time"] == NOW
    assert first.states[-1]["open_orders"] == {"7001": ago_ns(900) // MS}
    assert ids(read(OrderHistory(sync()), first.states[-1]), "order_id") == ["7001"]


def test_a_failure_to_read_the_open_orders_fails_the_table_before_any_claim(exchange: StubExchange) -> None:
    exchange.serve(OPEN, lambda _: Refusal(401, 40103))
    table = OrderHistory(sync())
    with pytest.raises(ExchangeError):
        read(table, {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": 5}})
    assert table.state == {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": 5}}


def test_orders_that_vanished_among_thousands_are_looked_up_one_by_one(exchange: StubExchange) -> None:
    day_ns = ago_ns(24 * 40)
    neighbours = [order(str(10_000 + number), day_ns + number * 20_000 * MS) for number in range(4_000)]
    created = {str(number): day_ns + (number - 7000) * 3 * 3_600_000 * MS for number in range(7001, 7007)}
    watched = [order(number, at, NOW_MS - 60_000) for number, at in created.items()]
    history(exchange, [*neighbours, *watched], [])
    open_orders = {number: at // MS for number, at in created.items()}
    reading = read(OrderHistory(sync()), {"version": 1, "update_time": YESTERDAY, "open_orders": open_orders})
    assert sorted(ids(reading, "order_id")) == sorted(created)
    assert len(exchange.asked(ORDERS)) <= 2 + 1 + 6


def test_orders_that_are_more_than_the_pages_of_their_day_are_looked_up_together(exchange: StubExchange) -> None:
    day_ns = ago_ns(24 * 40)
    watched = [order(str(7000 + number), day_ns + number * 100_000 * MS, NOW_MS - 60_000) for number in range(700)]
    history(exchange, watched, [])
    open_orders = {row["order_id"]: row["create_time"] for row in watched}
    reading = read(OrderHistory(sync()), {"version": 1, "update_time": YESTERDAY, "open_orders": open_orders})
    assert len(set(ids(reading, "order_id"))) == len(reading.records) == 700
    assert len(exchange.asked(ORDERS)) <= 2 + 9


def test_what_is_read_again_costs_a_busy_account_three_requests(exchange: StubExchange) -> None:
    hour = [order(str(10_000 + number), ago_ns(2) + number * 1_800 * MS) for number in range(4_000)]
    history(exchange, hour, [])
    first = read(OrderHistory(sync(start_date="2026-08-17T10:00:00Z", now_ms=NOW_MS - 3_600_000)))
    asked = len(exchange.asked(ORDERS))
    second = read(OrderHistory(sync()), first.states[-1])
    assert {*ids(first, "order_id"), *ids(second, "order_id")} == {row["order_id"] for row in hour}
    assert len(second.records) <= 2_100
    assert len(exchange.asked(ORDERS)) - asked <= 1.1 * (len(second.records) / 100 + 1 / 24) + 5


def test_a_full_refresh_goes_on_watching_what_was_placed_before_start_date(exchange: StubExchange) -> None:
    placed_ns = ago_ns(24 * 80)
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": placed_ns // MS}}
    history(exchange, [order("7001", placed_ns, NOW_MS - 60_000)], [])
    table = OrderHistory(sync(start_date=YESTERDAY))
    assert ids(read(table, state, full_refresh=True), "order_id") == ["7001"]
    assert "open_orders" not in table.state


def test_orders_that_ended_weeks_apart_are_looked_up_in_as_few_windows_as_can_be(exchange: StubExchange) -> None:
    created = {str(number): ago_ns(hours) for number, hours in enumerate((900, 890, 880, 700, 500))}
    history(exchange, [order(number, at, NOW_MS - 60_000) for number, at in created.items()], [])
    open_orders = {number: at // MS for number, at in created.items()}
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": open_orders}
    assert sorted(ids(read(OrderHistory(sync()), state), "order_id")) == sorted(created)
    assert len(exchange.asked(ORDERS)) == 2 + 3
