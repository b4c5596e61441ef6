"""The simulated exchange: every resource's rows on the wire, its pages, windows, defaults and largest counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from integration_tests.shared_clock import NOON_NS
from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.market import Market
from simulated_exchange.personal_data import PERSONAL_DATA
from simulated_exchange.plain_client import PlainClient
from simulated_exchange.resources import METHODS, OWNERS
from simulated_exchange.resources.advanced_order import AdvancedOrder, fire, place, place_pair
from simulated_exchange.resources.deposit import Deposit, deposit
from simulated_exchange.resources.fee_credit import FeeCredit
from simulated_exchange.resources.fiat_deposit import fiat_deposit
from simulated_exchange.resources.instrument_fee_rate import expected_instrument_fee_rate
from simulated_exchange.resources.otc_deal import deal
from simulated_exchange.resources.stake import Stake, stake
from simulated_exchange.resources.staking_position import staked
from simulated_exchange.resources.staking_reward import reward
from simulated_exchange.resources.trading_bot import Bot, bot
from simulated_exchange.resources.trading_bot_execution import Execution
from simulated_exchange.resources.valuation import expected_valuations
from simulated_exchange.running import running_exchange
from simulated_exchange.seeding import seeded_account
from simulated_exchange.timeline import DAY_NS, HOUR_NS, MS_NS

NOW = NOON_NS
UNLIMITED = Behaviour(enforce_limits=False)
WIDE = {"start_ts": (NOW - 170 * DAY_NS) // MS_NS, "end_ts": NOW // MS_NS}
WIDE_NS = {"start_time": str(NOW - 170 * DAY_NS), "end_time": str(NOW)}
FIAT = {"start_time": (NOW - 170 * DAY_NS) // MS_NS, "end_time": NOW // MS_NS}
BOTS = {"bot_types": ["DCA", "GRID", "TWAP", "FUNDING_ARBITRAGE"], "state": ["RUNNING", "PAUSED", "TERMINATED"]}
DEPOSITS, WITHDRAWALS = "private/get-deposit-history", "private/get-withdrawal-history"
STAKES, REWARDS = "private/staking/get-stake-history", "private/staking/get-reward-history"
ADVANCED = "private/advanced/get-order-history"
PAGED: dict[str, tuple[str, dict[str, Any]]] = {
    "deposit": (DEPOSITS, WIDE),
    "withdrawal": (WITHDRAWALS, WIDE),
    "fiat_deposit": ("private/fiat/fiat-deposit-history", FIAT),
    "fiat_withdrawal": ("private/fiat/fiat-withdraw-history", FIAT),
    "fee_credit": ("private/get-fee-credit-balances", {}),
    "trading_bot": ("private/bot/get-trading-bots", BOTS),
    "expired_settlement_price": ("public/get-expired-settlement-price", {"instrument_type": "FUTURE"}),
}
"""Table -> its method and what is asked beside the page."""
WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "staking_reward": (REWARDS, {**WIDE_NS, "limit": 500}),
    "stake_history": (STAKES, {**WIDE_NS, "limit": 500}),
    "open_stake": ("private/staking/get-open-stake", {**WIDE_NS, "limit": 500}),
    "convert_history": ("private/staking/get-convert-history", {**WIDE_NS, "limit": 500}),
    "open_convert": ("private/staking/get-open-convert", {**WIDE_NS, "limit": 500}),
    "staking_position": ("private/staking/get-staking-position", {}),
    "advanced_order_history": (ADVANCED, WIDE_NS),
    "advanced_open_order": ("private/advanced/get-open-orders", {}),
}
MODES: dict[str, dict[str, Any]] = {
    "integers": {},
    "strings": {"numbers_as": "strings"},
    "bare numbers": {"decimals_as_numbers": True, "nulls_for_missing": True},
}

Row = dict[str, Any]


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    market = Market.from_capture(instruments=12, now_ns=lambda: NOW)
    with running_exchange(UNLIMITED, Account(), market, now_ns=lambda: NOW) as exchange:
        yield exchange


@pytest.fixture
def client(shared: Exchange) -> PlainClient:
    shared.behaviour, shared.account = replace(UNLIMITED, window_cap="none"), Account()
    return PlainClient(shared)


@pytest.fixture
def seeded(client: PlainClient) -> PlainClient:
    client.exchange.account = seeded_account(NOW, orders=60, days=20)
    return client


def rows_of(client: PlainClient, method: str, **params: Any) -> list[Row]:
    rows: list[Row] = client.result(method, **params)[METHODS[method].rows_at]
    return rows


def all_pages(client: PlainClient, method: str, size: int = 2, **params: Any) -> list[Row]:
    """Page after page until one is empty."""
    found: list[Row] = []
    for number in count(METHODS[method].pages or 0):
        page = rows_of(client, method, **params, page=number, page_size=size)
        if not page:
            return found
        found += page
    return found


def code_of(client: PlainClient, method: str, **params: Any) -> int:
    ask = client.post if method.startswith("private/") else client.get
    return int(ask(method, **params).json()["code"])


def ids(rows: list[Row]) -> list[str]:
    return [row["id"] for row in rows]


def carries(row: Row, record: dict[str, object]) -> bool:
    """Whether the row holds every value of the record that keeps its name and form."""
    same = {name: value for name, value in record.items() if name in row and not str(value).endswith("Z")}
    return len(same) >= 1 and all(_same(row[name], value) for name, value in same.items())


def _same(sent: object, value: object) -> bool:
    """What stands for nothing on the wire is null in a record."""
    if value is None:
        return sent in (None, "", 0, "0")
    return str(sent) == str(value)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("table", [*PAGED, *WHOLE])
def test_the_wire_and_the_truth_tell_the_same_story(seeded: PlainClient, table: str, mode: str) -> None:
    seeded.exchange.behave(**MODES[mode])
    method, params = {**PAGED, **WHOLE}[table]
    rows = all_pages(seeded, method, **params) if table in PAGED else rows_of(seeded, method, **params)
    records = expected_rows(seeded.exchange.account, table, seeded.exchange.behaviour)
    assert len(rows) == len(records) > 0
    if table != "expired_settlement_price":
        assert all(any(carries(row, record) for row in rows) for record in records)


def test_amounts_are_numbers_in_recorded_answers_and_strings_in_the_documentation(client: PlainClient) -> None:
    deposit(client.exchange.account, NOW - HOUR_NS, amount="0.100000000000000001")
    assert '"amount":0.100000000000000001,' in client.post(DEPOSITS).text
    client.exchange.behave(numbers_as="strings")
    assert '"amount":"0.100000000000000001",' in client.post(DEPOSITS).text


def test_a_page_holds_20_rows_unless_told_and_never_more_than_200(client: PlainClient) -> None:
    for index in range(205):
        deposit(client.exchange.account, NOW - HOUR_NS + index * MS_NS)
    assert len(rows_of(client, DEPOSITS)) == 20
    assert len(rows_of(client, DEPOSITS, page_size=500)) == 200
    assert len(rows_of(client, DEPOSITS, page_size=200, page=1)) == 5
    assert code_of(client, DEPOSITS, page_size=0) == 40004


def test_deposits_of_the_last_90_days_come_where_no_start_is_given(client: PlainClient) -> None:
    account = client.exchange.account
    inside, _ = deposit(account, NOW - 89 * DAY_NS), deposit(account, NOW - 91 * DAY_NS)
    assert ids(rows_of(client, DEPOSITS)) == [inside.id]
    assert len(rows_of(client, DEPOSITS, **WIDE)) == 2


def test_the_time_that_a_window_of_deposits_tests_can_be_that_of_the_change(client: PlainClient) -> None:
    row = deposit(client.exchange.account, NOW - 3 * DAY_NS)
    client.exchange.account.put(replace(row, status="1", update_time=(NOW - HOUR_NS) // MS_NS))
    today = {"start_ts": (NOW - DAY_NS) // MS_NS, "end_ts": NOW // MS_NS}
    assert rows_of(client, DEPOSITS, **today) == []
    client.exchange.behave(row_time_filter="update")
    assert ids(rows_of(client, DEPOSITS, **today)) == [row.id]


def test_two_deposits_of_one_millisecond_may_lie_on_either_side_of_a_pages_edge(client: PlainClient) -> None:
    made = [deposit(client.exchange.account, NOW - HOUR_NS).id for _ in range(2)]
    assert sorted(ids(all_pages(client, DEPOSITS, size=1))) == sorted(made)


def test_a_row_that_arrives_between_two_pages_shifts_them(client: PlainClient) -> None:
    made = [deposit(client.exchange.account, NOW - (3 - index) * HOUR_NS).id for index in range(2)]
    client.exchange.behave(between_pages="arrival", end_inclusive=True)
    found = [ids(rows_of(client, DEPOSITS, page=page, page_size=1)) for page in (0, 1)]
    assert found == [[made[1]], [made[1]]], "the first row again: the arrival has pushed it to the second page"
    fixed = {"start_ts": WIDE["start_ts"], "end_ts": (NOW - HOUR_NS) // MS_NS}
    found = [ids(rows_of(client, DEPOSITS, page=page, page_size=1, **fixed)) for page in (0, 1)]
    assert found == [[made[1]], [made[0]]], "the end of the window holds them still"


def test_a_row_that_changes_between_two_pages_leaves_a_window_that_tests_the_change(client: PlainClient) -> None:
    made = [deposit(client.exchange.account, NOW - (9 - index) * HOUR_NS).id for index in range(3)]
    client.exchange.behave(between_pages="change", row_time_filter="update", page_order="oldest_first")
    fixed = {"start_ts": WIDE["start_ts"], "end_ts": (NOW - HOUR_NS) // MS_NS}
    found = [ids(rows_of(client, DEPOSITS, page=page, page_size=1, **fixed)) for page in (0, 1)]
    assert found == [[made[0]], [made[2]]], "the second row has moved to the first page unseen"


@pytest.mark.parametrize(
    "table", [table for table in PAGED if OWNERS[PAGED[table][0]].arrive and table != "trading_bot"]
)
def test_a_row_can_arrive_in_every_resource_that_has_pages(client: PlainClient, table: str) -> None:
    method, params = PAGED[table]
    arrive = OWNERS[method].arrive
    assert arrive
    before = len(all_pages(client, method, size=200, **params))
    arrive(client.exchange.account, NOW - HOUR_NS)
    assert len(all_pages(client, method, size=200, **params)) == before + 1


def test_a_fiat_page_names_its_number_its_size_and_all_rows(client: PlainClient) -> None:
    method = "private/fiat/fiat-deposit-history"
    for index in range(3):
        fiat_deposit(client.exchange.account, NOW - (index + 1) * HOUR_NS)
    result = client.result(method, page=1, page_size=2, **FIAT)
    assert (result["page"], result["page_size"], result["total"]) == (1, 2, 3)
    assert client.result(method, page=0, page_size=1000, **FIAT)["page_size"] == 100
    assert code_of(client, method, page=0) == 10004
    assert code_of(client, method, page=0, page_size=2, end_time=FIAT["end_time"]) == 40004


def test_personal_data_comes_with_accounts_and_fiat_and_is_in_no_record(seeded: PlainClient) -> None:
    sent = seeded.post("private/get-accounts").text
    sent += seeded.post("private/fiat/fiat-deposit-history", page=0, page_size=20, **FIAT).text
    assert all(json.dumps(text)[1:-1] in sent for text in PERSONAL_DATA)
    account, behaviour = seeded.exchange.account, replace(UNLIMITED, extra_fields=True)
    tables = ("account", "fiat_deposit", "fiat_withdrawal")
    records = [row for table in tables for row in expected_rows(account, table, behaviour)]
    assert not [text for text in PERSONAL_DATA if text in json.dumps(records)]
    assert not [row for row in records if "new_field" in row]


def test_the_master_account_stands_on_every_page_of_accounts(seeded: PlainClient) -> None:
    pages = [seeded.result("private/get-accounts", page=page, page_size=2) for page in (0, 1)]
    assert [len(page["sub_account_list"]) for page in pages] == [2, 1]
    assert pages[0]["master_account"] == pages[1]["master_account"]
    assert pages[0]["this_account"]["uuid"] == pages[0]["master_account"]["uuid"]
    assert len(expected_rows(seeded.exchange.account, "account")) == 4


def test_sub_accounts_hold_what_was_transferred_to_them(seeded: PlainClient) -> None:
    account = seeded.exchange.account
    sent = -sum(Decimal(row.transaction_qty) for row in account.ledger if row.journal_type == "SUBACCOUNT_TX")
    rows = seeded.rows("private/get-subaccount-balances")
    assert sum(Decimal(row["total_cash_balance"]) for row in rows) == sent > 0
    assert [len(row["position_balances"]) for row in rows] == [0, 1, 1]
    held = expected_rows(account, "sub_account_balance")
    assert sum(Decimal(str(row["quantity"])) for row in held) == sent


def test_balances_reach_back_30_days_or_120_hours_from_the_end(client: PlainClient) -> None:
    client.exchange.account = seeded_account(NOW, orders=10, days=45)
    method = "private/user-balance-history"
    assert len(client.rows(method)) == 30
    assert len(client.rows(method, timeframe="H1")) == 120
    assert len(client.rows(method, timeframe="H1", limit=7)) == 7
    earlier = client.rows(method, end_time=NOW // MS_NS - 31 * 86_400_000, limit=30)
    assert len(earlier) == 14
    assert [code_of(client, method, **{name: value}) for name, value in (("end_time", str(NOW)), ("limit", "30"))] == [
        40003
    ] * 2
    assert [code_of(client, method, limit=31), code_of(client, method, timeframe="M1")] == [40003, 40004]


def test_a_window_of_staking_includes_its_end_and_spans_180_days_at_most(client: PlainClient) -> None:
    at_ns = NOW - 3 * DAY_NS
    reward(client.exchange.account, at_ns)
    exact = {"start_time": at_ns // MS_NS, "end_time": at_ns // MS_NS}
    assert len(client.rows(REWARDS, **exact)) == 1
    assert code_of(client, REWARDS, start_time=NOW - 180 * DAY_NS - MS_NS, end_time=NOW) == 40005
    assert code_of(client, REWARDS, start_time=NOW - 180 * DAY_NS, end_time=NOW) == 0


def test_staking_rows_of_the_last_30_days_come_20_at_a_time_unless_told(client: PlainClient) -> None:
    for index in range(25):
        reward(client.exchange.account, NOW - (index + 1) * HOUR_NS)
    reward(client.exchange.account, NOW - 31 * DAY_NS)
    assert len(client.rows(REWARDS)) == 20
    assert len(client.rows(REWARDS, limit=500)) == 25
    assert [code_of(client, REWARDS, limit=limit) for limit in (501, 0, "20")] == [40003] * 3


def test_a_request_to_stake_leaves_the_open_list_when_it_ends_and_keeps_its_id(client: PlainClient) -> None:
    row = stake(client.exchange.account, NOW - 20 * DAY_NS)
    listed = [len(client.rows(method)) for method in ("private/staking/get-open-stake", STAKES)]
    client.exchange.account.put(replace(row, status="COMPLETED"))
    assert listed == [1, 0]
    assert [row["staking_id"] for row in client.rows(STAKES)] == [row.staking_id]


def test_what_is_staked_follows_from_requests_rewards_and_conversions(seeded: PlainClient) -> None:
    account = seeded.exchange.account
    rows = {row["instrument_name"]: row for row in seeded.rows("private/staking/get-staking-position")}
    assert {name: Decimal(row["staked_quantity"]) for name, row in rows.items()} == staked(account)
    waiting = [row for row in account.all(Stake) if row.status == "PENDING_UNSTAKING"]
    assert waiting
    assert rows[waiting[0].instrument_name]["pending_unstaked_quantity"] == waiting[0].quantity


def test_deals_are_asked_for_by_type_and_of_the_last_day_unless_told(client: PlainClient) -> None:
    method = "private/otc/get-open-deals"
    made = [deal(client.exchange.account, NOW - hours * HOUR_NS).deal_id for hours in (30, 2, 1)]
    asked = {"deal_type": "QUOTE_REQUEST"}
    assert code_of(client, method) == 40004
    assert [row["deal_id"] for row in rows_of(client, method, **asked)] == [made[2], made[1]]
    assert [row["deal_id"] for row in rows_of(client, method, **asked, deal_id=made[0])] == [made[0]]
    client.exchange.behave(deals_per_answer=1.0)
    assert [row["deal_id"] for row in rows_of(client, method, **asked, **WIDE_NS)] == [made[2]]


def test_open_deals_and_the_history_are_all_deals(seeded: PlainClient) -> None:
    asked = {"deal_type": "QUOTE_REQUEST", **WIDE_NS}
    methods = ("private/otc/get-open-deals", "private/otc/get-deal-history")
    rows = [row for method in methods for row in rows_of(seeded, method, **asked)]
    assert {row["deal_id"] for row in rows} == {
        row["deal_id"] for row in expected_rows(seeded.exchange.account, "otc_deal")
    }


def test_a_bot_that_is_updated_moves_to_the_first_page(client: PlainClient) -> None:
    made = [bot(client.exchange.account, NOW - (3 - index) * HOUR_NS).bot_id for index in range(3)]
    client.exchange.behave(between_pages="change")
    method = "private/bot/get-trading-bots"
    found = [[row["bot_id"] for row in rows_of(client, method, **BOTS, page=page, page_size=1)] for page in (0, 1, 2)]
    assert found == [[made[2]], [made[2]], [made[1]]]
    assert code_of(client, method, state=["RUNNING"]) == 40004


def test_executions_do_not_name_their_bot_and_planned_ones_no_order(seeded: PlainClient) -> None:
    method, account = "private/bot/get-trading-bot-executions", seeded.exchange.account
    (dca,) = [row for row in account.all(Bot) if row.bot_type == "DCA"]
    rows = rows_of(seeded, method, bot_id=dca.bot_id)
    assert len(rows) == len(account.all(Execution)) > 3
    assert {"bot_id" in row for row in rows} == {False}
    assert ["order_id" in row for row in rows] == [False] + [True] * (len(rows) - 1)
    history = {order.order_id for order in account.orders()}
    assert {row["order_id"] for row in expected_rows(account, "trading_bot_execution")} <= history
    assert code_of(seeded, method) == 40004


def test_an_order_that_fires_places_one_that_may_lag_behind(client: PlainClient) -> None:
    account = client.exchange.account
    order = place(account, NOW - 40 * DAY_NS)
    assert len(client.rows("private/advanced/get-open-orders")) == 1
    child = fire(account, order, NOW - HOUR_NS)
    client.exchange.behave(order_time_filter="update", child_lag_seconds=2 * 3600.0)
    today = {"start_time": str(NOW - DAY_NS), "end_time": str(NOW)}
    (row,) = client.rows(ADVANCED, **today)
    assert (row["exchange_order_id"], row["status"]) == (child.order_id, "FILLED")
    assert client.rows("private/get-order-history", **today) == []
    client.exchange.behave(child_lag_seconds=0.0)
    assert [row["order_id"] for row in client.rows("private/get-order-history", **today)] == [child.order_id]


def test_a_leg_that_was_filled_is_listed_as_canceled_unless_switched(client: PlainClient) -> None:
    account = client.exchange.account
    _, profit = place_pair(account, NOW - 3 * HOUR_NS)
    fire(account, profit, NOW - HOUR_NS)
    for behaviour, status in (("canceled", "CANCELED"), ("filled", "FILLED")):
        client.exchange.behave(filled_legs=behaviour)
        (row,) = client.rows(ADVANCED)
        assert (row["status"], row["cumulative_quantity"]) == (status, "2.000")
        (record,) = expected_rows(account, "advanced_order_history", client.exchange.behaviour)
        assert record["status"] == status


def test_two_legs_may_come_under_one_id(client: PlainClient) -> None:
    place_pair(client.exchange.account, NOW - HOUR_NS, twin_ids=True)
    rows = client.rows("private/advanced/get-open-orders")
    assert len({row["order_id"] for row in rows}) == 1
    assert [row["leg_id"] for row in rows] == [1, 2]


def test_every_advanced_order_that_fired_has_its_child_in_the_order_history(seeded: PlainClient) -> None:
    account = seeded.exchange.account
    fired = [row for row in account.all(AdvancedOrder) if row.status == "FILLED"]
    assert len(fired) > 3
    for row in fired:
        child = account.order(str(row.exchange_order_id))
        told = (row.cumulative_quantity, row.cumulative_value, row.cumulative_fee, row.update_time_ns)
        assert (child.cumulative_quantity, child.cumulative_value, child.cumulative_fee, child.update_time_ns) == told


@pytest.mark.parametrize("code", [40101, 40104, 40401, 140001, 40002])
def test_a_feature_can_be_missing_with_any_code(client: PlainClient, code: int) -> None:
    client.exchange.behave(refused_methods=frozenset({f"private/staking/*={code}"}))
    assert code_of(client, STAKES) == code
    assert client.rows("private/user-balance")


def test_credits_come_with_the_oldest_expiry_first(client: PlainClient) -> None:
    client.exchange.account.put(FeeCredit(1_800_000_000_000, "2"), FeeCredit(1_790_000_000_000, "1"))
    rows = rows_of(client, "private/get-fee-credit-balances")
    assert [row["available_balance"] for row in rows] == ["1", "2"]


def test_a_fee_rate_is_the_result_itself(seeded: PlainClient) -> None:
    assert seeded.result("private/get-fee-rate")["spot_tier"] == 2
    assert seeded.result("private/get-instrument-fee-rate", instrument_name="BTCUSD-PERP") == (
        expected_instrument_fee_rate("BTCUSD-PERP")
    )
    assert code_of(seeded, "private/get-instrument-fee-rate") == 40004
    assert code_of(seeded, "private/get-instrument-fee-rate", instrument_name="NO_SUCH") == 40004


def test_networks_stand_in_a_map(seeded: PlainClient) -> None:
    found = seeded.result("private/get-currency-networks")["currency_map"]
    told = {(row["currency"], row["network_id"]) for row in expected_rows(seeded.exchange.account, "currency_network")}
    assert {(currency, row["network_id"]) for currency, of in found.items() for row in of["network_list"]} == told


def test_risk_parameters_stand_in_three_lists(seeded: PlainClient) -> None:
    result = seeded.result("public/get-risk-parameters")
    sent = {(name, row["instrument_name"]) for name in result if name.endswith("_config") for row in result[name]}
    told = expected_rows(seeded.exchange.account, "risk_parameter")
    assert sent == {(f"{row['config']}_config", row["instrument_name"]) for row in told}


def test_settlements_are_counted_from_page_1(seeded: PlainClient) -> None:
    method = "public/get-expired-settlement-price"
    assert code_of(seeded, method, instrument_type="FUTURE", page=0) == 40004
    assert code_of(seeded, method) == 40004
    assert len(rows_of(seeded, method, instrument_type="FUTURE")) == 50
    assert rows_of(seeded, method, instrument_type="FUTURE", page=4) == []


@pytest.mark.parametrize(
    ("instrument", "kind", "hours"),
    [("BTCUSD-PERP", "funding_hist", 200), ("BTC_USD", "mark_price", 1), ("BTCUSD-INDEX", "index_price", 1)],
)
def test_valuations_are_what_the_truth_says(client: PlainClient, instrument: str, kind: str, hours: int) -> None:
    start_ms, end_ms = (NOW - hours * HOUR_NS) // MS_NS, NOW // MS_NS
    asked = {"instrument_name": instrument, "valuation_type": kind, "start_ts": start_ms, "end_ts": end_ms}
    rows = client.result("public/get-valuations", **asked, count=1_000)["data"]
    truth = expected_valuations(instrument, kind, start_ms, end_ms)
    assert [row["v"] for row in rows[::-1]] == [row["value"] for row in truth]
    assert len(truth) in (200, 180)


def test_valuations_have_defaults_and_refusals(client: PlainClient) -> None:
    method = "public/get-valuations"
    asked = {"instrument_name": "BTCUSD-PERP", "valuation_type": "funding_hist"}
    assert len(client.result(method, **asked)["data"]) == 25
    assert len(client.result(method, **asked, count=5_000)["data"]) == 30 * 24
    wide = {"start_ts": (NOW - 100 * DAY_NS) // MS_NS, "end_ts": NOW // MS_NS}
    assert len(client.result(method, **asked, **wide, count=5_000)["data"]) == 1_000
    perpetual = client.result(method, instrument_name="BTCUSD-PERP", valuation_type="index_price")
    assert perpetual["instrument_name"] == "BTCUSD-INDEX"
    assert code_of(client, method, instrument_name="BTCUSD-PERP") == 40003
    assert code_of(client, method, valuation_type="mark_price") == 40004
    assert code_of(client, method, instrument_name="BTC_USD", valuation_type="index_price") == 40004


def test_every_deposit_and_withdrawal_that_moved_money_has_its_ledger_rows(seeded: PlainClient) -> None:
    account = seeded.exchange.account
    booked = [
        (row.journal_type, row.instrument_name, Decimal(row.transaction_qty), row.event_timestamp_ms)
        for row in account.ledger
    ]
    arrived = [row for row in account.all(Deposit) if row.status == "1" and row.address != "INTERNAL_DEPOSIT"]
    assert len(arrived) > 2
    for row in arrived:
        assert ("ONCHAIN_DEPOSIT", row.currency, Decimal(row.amount), row.update_time) in booked
    assert sum(kind == "ONCHAIN_DEPOSIT" for kind, *_ in booked) == len(arrived)
