"""Bots that changed, and the orders of those that changed or may still trade."""

import logging
from typing import Any

import pytest
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.clock import MS_PER_HOUR, rfc3339
from source_cryptocom.streams.account import TradingBot, TradingBotExecution
from unit_tests.support.builders import DAY_MS, NOW_MS, sync
from unit_tests.support.history_server import claims
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import Answer, Parameters, StubExchange

BOTS, EXECUTIONS = "private/bot/get-trading-bots", "private/bot/get-trading-bot-executions"
SAVED = {"version": 1, "update_time": rfc3339(NOW_MS - MS_PER_HOUR)}
Row = dict[str, Any]


def bot(number: int, updated_ms: int, state: str = "RUNNING") -> Row:
    return {"bot_id": str(number), "bot_type": "GRID", "state": state, "update_time": updated_ms}


def execution(order: str, updated_ms: int) -> Row:
    return {"order_id": order, "symbol": "BTC_USDT", "update_time": updated_ms}


def serve(exchange: StubExchange, bots: list[Row], executions: dict[int, list[Row]] | None = None) -> None:
    def page(rows: list[Row], asked: Parameters) -> list[Row]:
        return rows[asked["page"] * 2 :][:2]

    exchange.serve(BOTS, lambda asked: {"bot_list": page(bots, asked)})
    exchange.serve(
        EXECUTIONS, lambda asked: {"execution_list": page((executions or {}).get(asked["bot_id"], []), asked)}
    )


def test_a_first_sync_takes_every_bot_however_long_it_has_not_changed(exchange: StubExchange) -> None:
    serve(exchange, [bot(1, NOW_MS - 5), bot(2, NOW_MS - 300 * DAY_MS), bot(3, NOW_MS - 400 * DAY_MS, "TERMINATED")])
    table = TradingBot(sync())
    reading = read(table)
    assert [record["bot_id"] for record in reading.records] == ["1", "2", "3"]
    assert table.state == reading.states[-1]
    assert claims(table.state) == {"version": 1, "update_time": rfc3339(NOW_MS)}
    asked = exchange.asked(BOTS)[0]
    assert (asked["page"], asked["page_size"], asked["state"]) == (0, 500, ["RUNNING", "PAUSED", "TERMINATED"])


def test_a_later_sync_takes_the_bots_that_changed_since(exchange: StubExchange) -> None:
    serve(exchange, [bot(1, NOW_MS - 5), bot(2, NOW_MS - 2 * MS_PER_HOUR), bot(3, NOW_MS - DAY_MS, "TERMINATED")])
    assert [record["bot_id"] for record in read(TradingBot(sync()), SAVED).records] == ["1"]


def test_a_full_refresh_takes_them_all_again(exchange: StubExchange) -> None:
    serve(exchange, [bot(1, NOW_MS - 5), bot(2, NOW_MS - 300 * DAY_MS)])
    assert len(read(TradingBot(sync()), SAVED, full_refresh=True).records) == 2


def test_an_order_of_a_bot_comes_when_it_changes_whether_or_not_its_bot_does(exchange: StubExchange) -> None:
    serve(
        exchange,
        [bot(1, NOW_MS - DAY_MS), bot(2, NOW_MS - DAY_MS, "TERMINATED"), bot(3, NOW_MS - 5, "TERMINATED")],
        {
            1: [execution("11", NOW_MS - DAY_MS), execution("12", NOW_MS - 5), execution("13", NOW_MS - 4)],
            2: [execution("21", NOW_MS - DAY_MS)],
            3: [execution("31", NOW_MS - 3)],
        },
    )
    records = read(TradingBotExecution(sync()), SAVED).records
    assert [(record["bot_id"], record["order_id"]) for record in records] == [("1", "12"), ("1", "13"), ("3", "31")]
    assert {asked["bot_id"] for asked in exchange.asked(EXECUTIONS)} == {1, 3}


def test_a_planned_order_is_left_out_with_a_word_until_it_has_an_id(
    exchange: StubExchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="airbyte")
    planned = {"symbol": "BTC_USDT", "schedule_time": NOW_MS + DAY_MS}
    serve(exchange, [bot(1, NOW_MS)], {1: [execution("11", NOW_MS), planned]})
    assert [record["order_id"] for record in read(TradingBotExecution(sync())).records] == ["11"]
    assert "trading_bot_execution: 1 executions have no order yet; they come with one." in caplog.text


def test_bots_that_change_all_the_time_are_read_all_the_same(exchange: StubExchange) -> None:
    seconds = 0

    def page(asked: Parameters) -> Answer:
        nonlocal seconds
        seconds += 1
        rows = [bot(number, NOW_MS + seconds * 1_000 - number) for number in range(5)]
        return {"bot_list": rows[asked["page"] * 2 :][:2]}

    exchange.serve(BOTS, page)
    assert [record["bot_id"] for record in read(TradingBot(sync())).records] == ["0", "1", "2", "3", "4"]


def test_a_bot_whose_id_is_no_number_stops_the_table_and_claims_nothing(exchange: StubExchange) -> None:
    serve(exchange, [{"state": "RUNNING"}])
    table = TradingBotExecution(sync())
    with pytest.raises(AirbyteTracedException, match="a bot whose id is no number"):
        read(table)
    assert table.state == {}


@pytest.mark.parametrize("row", ["text", 5, None])
def test_a_bot_that_is_no_object_stops_the_table(exchange: StubExchange, row: Any) -> None:
    exchange.serve(BOTS, lambda _: {"bot_list": [row]})
    with pytest.raises(AirbyteTracedException, match="sent a row that is not an object"):
        read(TradingBot(sync()))
