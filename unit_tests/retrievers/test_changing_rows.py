"""Rows that change later: each final form is emitted, and nothing again but what has changed."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.utils import AirbyteTracedException
from hypothesis import given, settings
from hypothesis import strategies as st

from source_cryptocom.clock import MS_PER_HOUR, rfc3339
from source_cryptocom.streams.history import OtcDeal
from source_cryptocom.streams.staking import StakeHistory, StakingReward
from source_cryptocom.streams.wallet import Deposit, FiatWithdrawal
from unit_tests.support.builders import DAY_MS, NOW_MS, sync
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import Answer, Parameters, StubExchange
from unit_tests.support.transfers import ARRIVED, PENDING, START_MS, Transfer, Wallet, deposit, state_of

DEPOSITS = "private/get-deposit-history"
STAKES, OPEN_STAKES = "private/staking/get-stake-history", "private/staking/get-open-stake"
DEALS, OPEN_DEALS = "private/otc/get-deal-history", "private/otc/get-open-deals"
NS = 1_000_000

durations = st.sampled_from([0, 1_000, MS_PER_HOUR, DAY_MS, 20 * DAY_MS]) | st.integers(0, 20 * DAY_MS)
transfers = st.builds(
    Transfer,
    created_ms=st.integers(START_MS - DAY_MS, START_MS + 30 * DAY_MS),
    lasts_ms=st.lists(durations, max_size=3),
    shown_after_ms=st.sampled_from([0, 0, 1_000, MS_PER_HOUR, 6 * DAY_MS]),
)


@settings(max_examples=300)
@given(
    lives=st.lists(transfers, max_size=10),
    filter_by=st.sampled_from(["create_time", "update_time"]),
    page_size=st.integers(1, 4),
    step_days=st.sampled_from([1, 5, 90]),
    pauses=st.lists(st.sampled_from([0, 60_000, MS_PER_HOUR, 5 * DAY_MS, 15 * DAY_MS]), max_size=5),
    kills=st.lists(st.none() | st.integers(0, 6), min_size=5, max_size=5),
)
def test_every_final_form_is_emitted_and_nothing_again_that_a_state_stands_for(
    lives: list[Transfer],
    filter_by: Any,
    page_size: int,
    step_days: int,
    pauses: list[int],
    kills: list[int | None],
) -> None:
    wallet = Wallet(lives, filter_by, page_size, step_days * DAY_MS)
    state: dict[str, Any] = {}
    emitted: dict[str, dict[str, Any]] = {}
    may_come_again: set[str] = set()
    last: list[dict[str, Any]] = []

    def sync_and_die_after(states: int | None) -> None:
        nonlocal state
        last.clear()
        unclaimed: set[str] = set()
        with suppress(AirbyteTracedException):  # its pages kept changing
            for output in wallet.read(state):
                if not isinstance(output, AirbyteMessage):
                    for record in output:
                        assert emitted.get(record["id"]) != record or record["id"] in may_come_again
                        emitted[record["id"]] = record
                        may_come_again.discard(record["id"])
                        unclaimed.add(record["id"])
                        last.append(record)
                elif states == 0:
                    break
                else:
                    states = None if states is None else states - 1
                    state = state_of(output)
                    unclaimed.clear()
        may_come_again.update(unclaimed)

    for pause_ms, kill in zip(pauses, kills, strict=False):
        wallet.now_ms += pause_ms
        sync_and_die_after(kill)
    wallet.now_ms = START_MS + 120 * DAY_MS  # when nothing changes any more
    sync_and_die_after(None)
    assert emitted == {row["id"]: row for row in wallet.rows()}
    sync_and_die_after(None)
    assert last == []


def test_a_deposit_that_is_pending_for_a_month_comes_again_when_it_has_arrived() -> None:
    wallet = Wallet([Transfer(START_MS - 1_000, [30 * DAY_MS]), Transfer(START_MS - 900, [])])
    found: list[list[tuple[str, str]]] = []
    state: dict[str, Any] = {}
    for day in (0, 31, 32):
        wallet.now_ms = START_MS + day * DAY_MS
        *pages, state_message = wallet.read(state)
        assert isinstance(state_message, AirbyteMessage)
        state = state_of(state_message)
        found.append([(row["id"], row["status"]) for page in pages for row in page])  # type: ignore[union-attr] # records
        assert state.get("open_rows", {}) == ({} if day else {"0": START_MS - 1_000})
    assert found == [[("1", ARRIVED), ("0", PENDING)], [("0", ARRIVED)], []]


def test_a_killed_read_claims_only_the_windows_that_were_read_to_their_end(
    exchange: StubExchange,
) -> None:
    exchange.serve(DEPOSITS, lambda _: {"deposit_list": []})
    reading = read(Deposit(sync(start_date=rfc3339(NOW_MS - 100 * DAY_MS))))
    assert [state["update_time"] for state in reading.states] == [rfc3339(NOW_MS - 10 * DAY_MS), rfc3339(NOW_MS)]
    windows = [(asked["start_ts"], asked["end_ts"]) for asked in exchange.asked(DEPOSITS)]
    edge = NOW_MS - 10 * DAY_MS
    assert windows == [(NOW_MS - 100 * DAY_MS, edge), (edge, NOW_MS)]


def test_the_cursor_never_goes_back_though_the_windows_begin_before_it(exchange: StubExchange) -> None:
    exchange.serve(DEPOSITS, lambda _: {"deposit_list": []})
    saved = {
        "version": 1,
        "update_time": rfc3339(NOW_MS - DAY_MS),
        "reread_from": rfc3339(NOW_MS - 120 * DAY_MS),
        "open_rows": {"7": NOW_MS - 120 * DAY_MS},
    }
    reading = read(Deposit(sync()), saved)
    assert [state["update_time"] for state in reading.states] == [rfc3339(NOW_MS - DAY_MS), rfc3339(NOW_MS)]


def test_a_second_sync_does_not_reach_back_before_start_date(exchange: StubExchange) -> None:
    old, new = deposit("1", NOW_MS - 3 * DAY_MS), deposit("2", NOW_MS - 1_000)

    def page(asked: Parameters) -> Answer:
        inside = [row for row in (old, new) if asked["start_ts"] <= row["create_time"] < asked["end_ts"]]
        return {"deposit_list": [] if asked["page"] else inside}

    exchange.serve(DEPOSITS, page)
    table = Deposit(sync(start_date=rfc3339(NOW_MS - DAY_MS)))
    assert [record["id"] for record in read(table).records] == ["2"]
    assert read(Deposit(sync(now_ms=NOW_MS + MS_PER_HOUR)), table.state).records == []


def test_a_row_that_disappears_before_it_was_final_is_named_in_one_warning(
    exchange: StubExchange, log: pytest.LogCaptureFixture
) -> None:
    exchange.serve(DEPOSITS, lambda _: {"deposit_list": []})
    saved = {
        "version": 1,
        "update_time": rfc3339(NOW_MS - DAY_MS),
        "reread_from": rfc3339(NOW_MS - 179 * DAY_MS),
        "open_rows": {"7": NOW_MS - 181 * DAY_MS},
    }
    table = Deposit(sync())
    read(table, saved)
    assert "not final when the exchange stopped listing them, so their last form stays: 7." in log.text
    assert "open_rows" not in table.state


def test_an_interrupted_full_refresh_resumes_and_a_completed_one_starts_again(exchange: StubExchange) -> None:
    rows = [deposit("1", NOW_MS - 95 * DAY_MS), deposit("2", NOW_MS - 2 * DAY_MS)]

    def page(asked: Parameters) -> Answer:
        inside = [row for row in rows if asked["start_ts"] <= row["create_time"] < asked["end_ts"]]
        return {"deposit_list": [] if asked["page"] else inside}

    exchange.serve(DEPOSITS, page)
    context = sync(start_date=rfc3339(NOW_MS - 100 * DAY_MS))
    broken_off = read(Deposit(context), full_refresh=True)
    assert [state.get("full_refresh") for state in broken_off.states] == [True, True]
    resumed = Deposit(context)
    assert [record["id"] for record in read(resumed, broken_off.states[0], full_refresh=True).records] == ["2"]
    assert resumed.reader.cursor is not None
    assert resumed.reader.cursor.is_complete
    assert "full_refresh" not in resumed.state
    again = read(Deposit(context), dict(resumed.state), full_refresh=True)
    assert [record["id"] for record in again.records] == ["1", "2"]


def stake(number: str, created_ms: int, status: str) -> dict[str, Any]:
    return {"staking_id": number, "status": status, "quantity": "2.50", "create_timestamp_ms": str(created_ms)}


def test_a_stake_between_the_open_list_and_the_history_stays_tracked(
    exchange: StubExchange,
) -> None:
    created_ms = NOW_MS - 100 * DAY_MS
    listed: dict[str, list[dict[str, Any]]] = {OPEN_STAKES: [stake("1", created_ms, "PENDING")], STAKES: []}

    def serve(method: str) -> None:
        def page(asked: Mapping[str, Any]) -> Answer:
            return [
                row
                for row in listed[method]
                if asked["start_time"] <= int(row["create_timestamp_ms"]) <= asked["end_time"]
            ]

        exchange.serve(method, page)

    serve(OPEN_STAKES)
    serve(STAKES)
    state: dict[str, Any] = {}
    found = []
    for day, (open_stakes, ended) in enumerate(
        [
            ([stake("1", created_ms, "PENDING")], []),
            ([], []),
            ([], [stake("1", created_ms, "COMPLETED")]),
            ([], [stake("1", created_ms, "COMPLETED")]),
        ]
    ):
        listed.update({OPEN_STAKES: open_stakes, STAKES: ended})
        table = StakeHistory(sync(now_ms=NOW_MS + day * DAY_MS))
        found.append([record["status"] for record in read(table, state).records])
        state = dict(table.state)
    assert found == [[], [], ["COMPLETED"], []]
    assert all(asked["limit"] == 500 for method in (STAKES, OPEN_STAKES) for asked in exchange.asked(method))
    assert all(asked["end_time"] - asked["start_time"] <= 180 * DAY_MS for asked in exchange.asked(OPEN_STAKES))


def deal(number: str, created_ms: int, status: str) -> dict[str, Any]:
    times = {"create_time_ns": str(created_ms * NS), "update_time_ns": str(created_ms * NS + 5)}
    return {"deal_id": number, "deal_status": status, **times}


def test_an_otc_deal_comes_while_it_is_open_and_again_when_it_is_settled(exchange: StubExchange) -> None:
    created_ms = NOW_MS - 2 * DAY_MS
    open_deals, ended = [deal("1", created_ms, "ACCEPTED")], list[dict[str, Any]]()

    def within(rows: list[dict[str, Any]], asked: Parameters) -> Answer:
        inside = [
            row for row in rows if int(asked["start_time"]) <= int(row["create_time_ns"]) < int(asked["end_time"])
        ]
        return {"deal_list": inside}

    exchange.serve(OPEN_DEALS, lambda asked: within(open_deals, asked))
    exchange.serve(DEALS, lambda asked: within(ended, asked))
    table = OtcDeal(sync())
    assert [record["deal_status"] for record in read(table).records] == ["ACCEPTED"]
    open_deals, ended = [], [deal("1", created_ms, "SETTLED")]
    later = OtcDeal(sync(now_ms=NOW_MS + DAY_MS))
    assert [record["deal_status"] for record in read(later, table.state).records] == ["SETTLED"]
    assert all(asked["deal_type"] == "QUOTE_REQUEST" for asked in exchange.asked(DEALS) + exchange.asked(OPEN_DEALS))
    assert all(type(asked["start_time"]) is str and len(asked["start_time"]) == 19 for asked in exchange.asked(DEALS))


def test_what_is_left_out_of_a_table_is_left_out_of_its_state_too(exchange: StubExchange) -> None:
    row = {
        "id": "w-1",
        "status": "completed",
        "amount": "300.0",
        "created_at": str(NOW_MS - DAY_MS),
        "updated_at": str(NOW_MS - DAY_MS),
        "beneficiary": {"account_identifier_value": "44556677"},
    }
    exchange.serve(
        "private/fiat/fiat-withdraw-history",
        lambda asked: {"transaction_history_list": [] if asked["page"] else [dict(row)]},
    )
    table = FiatWithdrawal(sync())
    (record,) = read(table).records
    assert "beneficiary" not in record
    row["beneficiary"] = {"account_identifier_value": "99887766"}
    assert read(FiatWithdrawal(sync(now_ms=NOW_MS + MS_PER_HOUR)), table.state).records == []


def test_two_rewards_of_one_coin_in_one_millisecond_both_come(exchange: StubExchange) -> None:
    event = {"staking_inst_name": "DOT.staked", "reward_inst_name": "DOT", "event_timestamp_ms": str(NOW_MS - 5)}
    rewards = [{**event, "reward_quantity": quantity} for quantity in ("0.1", "0.2")]
    exchange.serve("private/staking/get-reward-history", lambda _: rewards)
    table = StakingReward(sync())
    assert [record["reward_quantity"] for record in read(table).records] == ["0.1", "0.2"]
    assert read(StakingReward(sync(now_ms=NOW_MS + MS_PER_HOUR)), table.state).records == []
