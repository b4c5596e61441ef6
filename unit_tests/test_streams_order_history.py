"""Orders that have ended, and those that are watched until they do."""

from typing import Any

import pytest

from source_cryptocom.errors import ExchangeError
from source_cryptocom.streams.order_history import OrderHistory
from unit_tests.builders import NOW_MS, order, sync
from unit_tests.history_server import MS, NOW, YESTERDAY, ago_ns, created_ns, ids, served, windows
from unit_tests.reading import read
from unit_tests.stub_exchange import Refusal, StubExchange

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
    assert reading.states == [watched]
    assert table.state == watched


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


def test_an_order_that_vanished_without_ending_is_a_warning_and_stays_watched(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": ago_ns(900) // MS}}
    history(exchange, [], [])
    table = OrderHistory(sync())
    assert read(table, state).records == []
    assert table.state["open_orders"] == {"7001": ago_ns(900) // MS}
    (warning,) = [record.getMessage() for record in log.records if record.levelname == "WARNING"]
    assert "open no more, but not listed by the exchange among the orders that have ended: 7001. " in warning


def test_a_warning_names_a_few_of_many_orders(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    open_orders = {str(number): ago_ns(900) // MS for number in range(7001, 7008)}
    history(exchange, [], [])
    read(OrderHistory(sync()), {"version": 1, "update_time": YESTERDAY, "open_orders": open_orders})
    (warning,) = [record.getMessage() for record in log.records if record.levelname == "WARNING"]
    assert "ended: 7001, 7002, 7003, 7004, 7005 and 2 more. " in warning


def test_an_order_that_the_exchange_has_forgotten_is_let_go_with_a_warning(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": ago_ns(24 * 181) // MS}}
    history(exchange, [], [])
    table = OrderHistory(sync())
    read(table, state)
    assert "open_orders" not in table.state
    assert len(exchange.asked(ORDERS)) == 2
    assert any("7001" in record.getMessage() for record in log.records if record.levelname == "WARNING")


def test_a_crash_before_the_look_up_does_not_lose_a_watched_order(exchange: StubExchange) -> None:
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": ago_ns(900) // MS}}
    history(exchange, [order("7001", ago_ns(900), NOW_MS - 60_000)], [])
    first = read(OrderHistory(sync()), state)
    assert first.states[-1]["update_time"] == NOW
    assert first.states[-1]["open_orders"] == {"7001": ago_ns(900) // MS}
    assert ids(read(OrderHistory(sync()), first.states[-1]), "order_id") == ["7001"]


def test_a_failure_to_read_the_open_orders_fails_the_table_before_anything_is_claimed(exchange: StubExchange) -> None:
    exchange.serve(OPEN, lambda _: Refusal(401, 40103))
    table = OrderHistory(sync())
    with pytest.raises(ExchangeError):
        read(table, {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": 5}})
    assert table.state == {"version": 1, "update_time": YESTERDAY, "open_orders": {"7001": 5}}


def test_orders_that_ended_weeks_apart_are_looked_up_in_as_few_windows_as_can_be(exchange: StubExchange) -> None:
    created = {str(number): ago_ns(hours) for number, hours in enumerate((900, 890, 880, 700, 500))}
    history(exchange, [order(number, at, NOW_MS - 60_000) for number, at in created.items()], [])
    open_orders = {number: at // MS for number, at in created.items()}
    state = {"version": 1, "update_time": YESTERDAY, "open_orders": open_orders}
    assert sorted(ids(read(OrderHistory(sync()), state), "order_id")) == sorted(created)
    assert len(exchange.asked(ORDERS)) == 2 + 3
