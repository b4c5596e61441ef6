"""Account history: nothing lost, nothing twice, and a state that claims no more than what was read."""

from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.config import ConfigError
from source_cryptocom.streams.history import Transaction, UserTrade
from unit_tests.support.builders import DAY_MS, NOW_MS, fill, ledger_entry, sync
from unit_tests.support.history_server import MS, NOW, YESTERDAY, ago_ns, claims, created_ns, ids, served, windows
from unit_tests.support.reading import Reading, read
from unit_tests.support.stub_exchange import Answer, Parameters, Refusal, StubExchange

TWO_DAYS = "2026-08-15T12:00:00Z"
FILLS, LEDGER = "private/get-trades", "private/get-transactions"
Row = dict[str, Any]


def test_history_is_read_in_ascending_days_from_the_start_date_to_now(exchange: StubExchange) -> None:
    fills = [fill(str(number), ago_ns(47 - number)) for number in range(47)]
    served(exchange, FILLS, fills, created_ns)
    reading = read(UserTrade(sync(start_date=TWO_DAYS)))
    assert sorted(ids(reading), key=int) == [str(number) for number in range(47)]
    days = [window for window in windows(exchange, FILLS) if window[1] - window[0] == DAY_MS]
    assert days == [(NOW_MS - 2 * DAY_MS, NOW_MS - DAY_MS), (NOW_MS - DAY_MS, NOW_MS)]
    assert exchange.asked(FILLS)[0]["limit"] == 100


def test_a_state_follows_the_rows_of_each_window(exchange: StubExchange) -> None:
    served(exchange, FILLS, [fill("1", ago_ns(30)), fill("2", ago_ns(3))], created_ns)
    reading = read(UserTrade(sync(start_date=TWO_DAYS)))
    assert [(kind, content.get("trade_id"), content["create_time"]) for kind, content in reading.events] == [
        ("record", "1", "2026-08-16T06:00:00.000Z"),
        ("state", None, YESTERDAY),
        ("record", "2", "2026-08-17T09:00:00.000Z"),
        ("state", None, NOW),
    ]
    assert claims(reading.states[-1]) == {"version": 1, "create_time": NOW}


def test_the_next_sync_reads_on_with_a_margin_for_clocks(exchange: StubExchange) -> None:
    served(exchange, FILLS, [], created_ns)
    read(UserTrade(sync()), {"version": 1, "create_time": YESTERDAY})
    assert windows(exchange, FILLS)[0][0] == NOW_MS - DAY_MS - 180_000


def test_a_sync_says_where_it_begins_and_why(exchange: StubExchange, log: pytest.LogCaptureFixture) -> None:
    served(exchange, FILLS, [], created_ns)
    read(UserTrade(sync(start_date=TWO_DAYS)))
    read(UserTrade(sync(start_date=TWO_DAYS)), {"version": 1, "create_time": YESTERDAY})
    said = [record.getMessage() for record in log.records if record.levelname == "INFO"]
    assert said == [
        "user_trade: reading from 2026-08-15T12:00:00.000Z (start_date).",
        f"user_trade: resuming from {YESTERDAY}; start_date only applies to the first sync.",
    ]


def test_a_clock_that_was_set_back_does_not_move_the_state_back(exchange: StubExchange) -> None:
    served(exchange, FILLS, [], created_ns)
    table = UserTrade(sync())
    read(table, {"version": 1, "create_time": "2026-08-17T12:01:00.000Z"})
    assert table.state["create_time"] == "2026-08-17T12:01:00.000Z"


def test_a_first_sync_that_reads_nothing_claims_nothing(exchange: StubExchange) -> None:
    exchange.serve(FILLS, lambda _: Refusal(401, 40103))
    for full_refresh in (False, True):
        table = UserTrade(sync(start_date=TWO_DAYS))
        with pytest.raises(ExchangeError):
            read(table, full_refresh=full_refresh)
        assert table.state == {}, "the next one begins at start_date, wherever that is then"


def test_a_failed_sync_keeps_the_state_of_its_last_finished_window(exchange: StubExchange) -> None:
    exchange.serve(
        FILLS, lambda asked: [] if int(asked["end_time"]) < NOW_MS * MS else Refusal(401, 40103, "IP_ILLEGAL")
    )
    table, reading = UserTrade(sync(start_date=TWO_DAYS)), Reading()
    with pytest.raises(ExchangeError):
        read(table, into=reading)
    assert [claims(state) for state in reading.states] == [{"version": 1, "create_time": YESTERDAY}]
    assert claims(table.state) == {"version": 1, "create_time": YESTERDAY}


def test_a_state_of_long_ago_is_read_on_from_whatever_the_documentation_promises(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    served(exchange, FILLS, [fill("1", ago_ns(200 * 24)), fill("2", ago_ns(2))], created_ns)
    assert set(ids(read(UserTrade(sync()), {"version": 1, "create_time": "2026-01-01T00:00:00Z"}))) == {"1", "2"}
    assert "WARNING" not in {record.levelname for record in log.records}
    (said,) = [record.getMessage() for record in log.records if "older than the 180 days" in record.getMessage()]
    assert said == (
        "user_trade: 1 rows are older than the 180 days that the exchange documents, the oldest of "
        "2026-01-29T12:00:00.000Z."
    )


def test_a_row_that_came_up_late_is_found_and_the_others_are_not_emitted_again(exchange: StubExchange) -> None:
    early, late, new = fill("1", ago_ns(3)), fill("2", ago_ns(2.5)), fill("3", ago_ns(0.1))
    fills = [early]
    served(exchange, FILLS, fills, created_ns)
    table = UserTrade(sync(start_date=YESTERDAY))
    read(table)
    fills += [late, new]
    again = UserTrade(sync())
    assert sorted(ids(read(again, {**table.state, "create_time": "2026-08-17T11:00:00.000Z"}))) == ["2", "3"]
    assert len(exchange.asked(FILLS)) == 2, "the request that ends now, and no other"
    assert ids(read(UserTrade(sync()), again.state)) == []


def test_a_state_of_an_earlier_version_repeats_the_last_minutes_once(exchange: StubExchange) -> None:
    served(exchange, FILLS, [fill("1", ago_ns(0.02))], created_ns)
    table = UserTrade(sync())
    assert ids(read(table, {"version": 1, "create_time": NOW})) == ["1"]
    assert ids(read(UserTrade(sync()), table.state)) == []


def test_a_busy_accounts_state_stays_small_and_no_row_comes_twice(exchange: StubExchange) -> None:
    fills = [fill(str(number), ago_ns(number / 100)) for number in range(1, 1_001)]
    served(exchange, FILLS, fills, created_ns)
    table = UserTrade(sync(start_date=YESTERDAY))
    assert len(ids(read(table))) == 1_000
    assert len(table.state["known"]) <= 100
    assert ids(read(UserTrade(sync()), table.state)) == []


@pytest.mark.parametrize("state", [{"version": 1}, {"create_time": YESTERDAY}, {"version": 1, "create_time": "soon"},
                                   {"version": 1, "create_time": "2031-01-01T00:00:00Z"}])  # fmt: skip
def test_an_unusable_state_is_a_warning_and_a_read_from_the_start(
    exchange: StubExchange, log: pytest.LogCaptureFixture, state: Row
) -> None:
    served(exchange, FILLS, [fill("1", ago_ns(30))], created_ns)
    assert ids(read(UserTrade(sync(start_date=TWO_DAYS)), state)) == ["1"]
    (warning,) = [record.getMessage() for record in log.records if record.levelname == "WARNING"]
    assert warning.startswith("user_trade: the saved state is not used, because ")


def test_a_later_versions_state_is_a_config_error_and_is_kept(exchange: StubExchange) -> None:
    table = UserTrade(sync())
    with pytest.raises(ConfigError, match="later version"):
        read(table, {"version": 2, "create_time": YESTERDAY})
    assert table.state == {"version": 2, "create_time": YESTERDAY}


def test_a_full_refresh_starts_again_whatever_an_incremental_sync_left(exchange: StubExchange) -> None:
    served(exchange, FILLS, [fill("1", ago_ns(30))], created_ns)
    table = UserTrade(sync(start_date=TWO_DAYS))
    reading = read(table, {"version": 1, "create_time": YESTERDAY}, full_refresh=True)
    assert ids(reading) == ["1"]
    assert claims(reading.states[0]) == {"version": 1, "create_time": YESTERDAY, "full_refresh": True}
    assert claims(table.state) == {"version": 1, "create_time": NOW}


def test_an_interrupted_full_refresh_goes_on(exchange: StubExchange) -> None:
    served(exchange, FILLS, [fill("1", ago_ns(30)), fill("2", ago_ns(2))], created_ns)
    state = {"version": 1, "create_time": YESTERDAY, "full_refresh": True}
    assert ids(read(UserTrade(sync(start_date=TWO_DAYS)), state, full_refresh=True)) == ["2"]


def test_fills_of_two_instruments_may_share_a_trade_id(exchange: StubExchange) -> None:
    fills = [fill("1", ago_ns(2)), fill("1", ago_ns(2), instrument_name="ETH_USD")]
    served(exchange, FILLS, fills, created_ns)
    reading = read(UserTrade(sync(start_date=YESTERDAY)))
    assert sorted(record["instrument_name"] for record in reading.records) == ["BTC_USD", "ETH_USD"]


def test_ledger_rows_of_one_journal_are_told_apart_by_their_whole_key(exchange: StubExchange) -> None:
    at_ns = ago_ns(2)
    settlement = {"journal_type": "SESSION_SETTLE", "instrument_name": "BTCUSD-PERP"}
    rows = [
        ledger_entry("5", at_ns, **settlement),
        ledger_entry("5", at_ns, **settlement, isolation_id="88"),
        ledger_entry("5", at_ns),
        ledger_entry("5", at_ns, instrument_name="USD"),
    ]
    served(exchange, LEDGER, rows, lambda row: int(row["event_timestamp_ns"]))
    table = Transaction(sync(start_date=YESTERDAY))
    records = read(table).records
    assert sorted((r["instrument_name"], r["journal_type"], r["isolation_id"]) for r in records) == [
        ("BTC", "TRADING", "0"),
        ("BTCUSD-PERP", "SESSION_SETTLE", "0"),
        ("BTCUSD-PERP", "SESSION_SETTLE", "88"),
        ("USD", "TRADING", "0"),
    ]
    assert records[0]["event_time"] == "2026-08-17T10:00:00.000Z"
    assert claims(table.state) == {"version": 1, "event_time": NOW}


def test_more_fills_in_an_instant_than_a_page_holds_fail_the_table_with_the_window(exchange: StubExchange) -> None:
    crowd = [fill(str(number), ago_ns(2), transact_time_ns=str(ago_ns(2))) for number in range(150)]

    def page(asked: Parameters) -> Answer:
        inside = int(asked["start_time"]) <= ago_ns(2) < int(asked["end_time"])
        return crowd[:100] if inside else []

    exchange.serve(FILLS, page)
    table, reading = UserTrade(sync(start_date=TWO_DAYS)), Reading()
    with pytest.raises(AirbyteTracedException, match=r"user_trade: The window 2026-08-17T10:00:00.000Z") as raised:
        read(table, into=reading)
    assert raised.value.failure_type is FailureType.system_error
    assert table.state["create_time"] == YESTERDAY


@pytest.mark.parametrize("refusal", [Refusal(400, 40004), Refusal(400, 40001), Refusal(200, 77)])
def test_a_larger_page_that_is_refused_is_done_without(exchange: StubExchange, refusal: Refusal) -> None:
    crowd = [fill(str(number), ago_ns(2) + number, transact_time_ns=None) for number in range(150)]
    for row in crowd:
        del row["create_time_ns"]

    def page(asked: Parameters) -> Answer:
        if int(asked["limit"]) > 100:
            return refusal
        start, end = int(asked["start_time"]), int(asked["end_time"])
        inside = [row for number, row in enumerate(crowd) if start <= ago_ns(2) + number < end]
        return inside[-100:]

    exchange.serve(FILLS, page)
    assert len(set(ids(read(UserTrade(sync(start_date=YESTERDAY)))))) == 150


def test_a_larger_page_that_fails_for_another_reason_fails_the_table(exchange: StubExchange) -> None:
    crowd = [fill(str(number), ago_ns(2), transact_time_ns=str(ago_ns(2))) for number in range(100)]
    exchange.serve(FILLS, lambda asked: crowd if int(asked["limit"]) <= 100 else Refusal(401, 40103))
    with pytest.raises(ExchangeError, match="whitelist"):
        read(UserTrade(sync(start_date=YESTERDAY)))
