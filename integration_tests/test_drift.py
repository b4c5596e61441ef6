"""Answers that are not what they were yesterday: every row comes with its times, and the log says what was odd."""

from dataclasses import replace

import pytest

from integration_tests.account_world import CURSORS, HISTORY, METHODS, World, new_world, rows_by_key
from integration_tests.connector import Output, config_for, sync
from integration_tests.shared_clock import DAY_NS, HOUR_NS, NOON_NS
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.faults import Fault
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from source_cryptocom.streams import STREAMS

TOO_MANY_ROWS = ("mark_price", "index_price")


def rows_of_an_hour(world: World) -> None:
    for hours in range(1, 7):
        world.one_of_each(NOON_NS - hours * HOUR_NS)


def told(output: Output, words: str) -> list[str]:
    return [line for level in ("WARN", "INFO") for line in output.log(level) if words in line]


@pytest.mark.parametrize("kind", ["times_in_seconds", "times_in_ms_missing"])
@pytest.mark.parametrize("table", HISTORY)
def test_drifted_times_are_repaired_and_told(table: str, kind: str) -> None:
    with new_world() as world:
        rows_of_an_hour(world)
        world.exchange.faults.arm(Fault(kind, METHODS[table], count=1_000))
        output = world.sync(table)
        truth = world.truth(table)
    records = output.records[table]
    assert len(records) == len(truth) == 6
    if table != "order_history" or kind == "times_in_seconds":
        assert all(record[CURSORS[table]] > "2026-08-16" for record in records)
        assert told(output, f"{table}: The exchange sent values in a form it does not document; brought to the")
    else:
        assert told(output, "order_history: update_time: null in every row"), "it has no twin in nanoseconds"


def test_a_healthy_account_and_market_are_warned_of_nothing() -> None:
    with running_exchange(Behaviour(enforce_limits=False)) as exchange:
        tables = [table for table in STREAMS if table not in TOO_MANY_ROWS]
        output = sync(config_for(exchange, instruments=["BTC_USD", "ETH_USD"]), tables, "incremental")
        assert not told(output, "null in every row")
        assert not told(output, "in a form it does not document")
        assert not told(output, "fields that the schema does not know")


def test_new_fields_are_named_in_one_line_of_the_log() -> None:
    behaviour = replace(Behaviour(enforce_limits=False), extra_fields=True)
    with running_exchange(behaviour) as exchange:
        output = sync(config_for(exchange), ["user_balance", "order_history", "fiat_deposit"], "incremental")
    (line,) = told(output, "fields that the schema does not know")
    assert "order_history: new_field, new_number" in line
    assert "fiat_deposit" not in line, "what is no column there is none on purpose"


@pytest.mark.parametrize("kind", ["has_more", "next_cursor"])
@pytest.mark.parametrize("table", HISTORY)
def test_answers_that_always_announce_more_cost_no_row_and_are_told(table: str, kind: str) -> None:
    with new_world() as world:
        rows_of_an_hour(world)
        world.exchange.faults.arm(Fault(kind, METHODS[table], count=None))
        output = world.sync(table)
        assert rows_by_key(table, output.records[table]) == world.truth(table)
    assert len(told(output, f"{table}: an answer says that there are more rows than it holds, but none came")) == 1


@pytest.mark.parametrize("table", HISTORY)
def test_a_page_size_lowered_on_the_way_loses_no_row_without_a_word(table: str) -> None:
    with new_world() as world:
        world.start_ns = NOON_NS - 30 * DAY_NS
        world.exchange.account = seeded_account(NOON_NS, 2_000, 30)
        method = METHODS[table]
        world.exchange.on_request(method, 3, lambda: world.exchange.behave(page_caps=frozenset({f"{method}=50"})))
        output = world.sync(table)
        lost = world.truth(table).keys() - rows_by_key(table, output.records[table]).keys()
    assert not lost or (told(output, f"{table}: the exchange cuts pages that are not full") and len(lost) < 100)
