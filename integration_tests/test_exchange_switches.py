"""The simulated exchange: the switches for what a client takes on trust, such as full pages, clocks and limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from integration_tests.shared_clock import DAY_NS, HOUR_NS, NOON_NS, NS_PER_MS, SECOND_NS
from simulated_exchange.account import Account
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.exchange import Exchange
from simulated_exchange.expected_account import expected_rows
from simulated_exchange.faults import Fault
from simulated_exchange.market import Market
from simulated_exchange.plain_client import PlainClient
from simulated_exchange.resources.deposit import deposit
from simulated_exchange.resources.fiat_deposit import fiat_deposit
from simulated_exchange.resources.otc_deal import deal
from simulated_exchange.resources.stake import stake
from simulated_exchange.resources.staking_reward import reward
from simulated_exchange.running import running_exchange

HISTORY = "private/get-order-history"
TRADES = "public/get-trades"
DEPOSITS = "private/get-deposit-history"
REWARDS = "private/staking/get-reward-history"
STAKES = "private/staking/get-stake-history"
DEALS = "private/otc/get-open-deals"
FIAT = "private/fiat/fiat-deposit-history"
BTC = {"instrument_name": "BTC_USD"}
UNLIMITED = Behaviour(enforce_limits=False)


@pytest.fixture(scope="module")
def shared() -> Iterator[Exchange]:
    market = Market.from_capture(instruments=12, now_ns=lambda: NOON_NS, history_days=2)
    with running_exchange(UNLIMITED, Account(), market, now_ns=lambda: NOON_NS) as exchange:
        yield exchange


@pytest.fixture
def exchange(shared: Exchange) -> Exchange:
    shared.behaviour, shared.account = UNLIMITED, Account()
    shared.faults.clear()
    return shared


@pytest.fixture
def client(exchange: Exchange) -> PlainClient:
    return PlainClient(exchange)


def code_of(client: PlainClient, method: str, **params: Any) -> int:
    return int(client.post(method, **params).json()["code"])


def thirty_of_each(account: Account) -> None:
    for number in range(30):
        at_ns = NOON_NS - HOUR_NS - number * SECOND_NS
        account.close_order(account.place_order(at_ns).order_id, at_ns)
        deposit(account, at_ns)
        reward(account, at_ns)
        deal(account, at_ns)


LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    HISTORY: ("data", {"limit": 100}),
    DEPOSITS: ("deposit_list", {"page_size": 20}),
    REWARDS: ("data", {"limit": 500}),
    DEALS: ("deal_list", {"deal_type": "QUOTE_REQUEST"}),
    TRADES: ("data", {**BTC, "count": 150}),
    "public/get-candlestick": ("data", {**BTC, "timeframe": "1m", "count": 300}),
    "public/get-valuations": ("data", {"instrument_name": "BTCUSD-PERP", "valuation_type": "mark_price", "count": 99}),
}
"""Method -> (where its rows are, what asks for more than ten)."""


@pytest.mark.parametrize("method", LISTS)
def test_a_page_can_hold_fewer_rows_than_were_asked_for(client: PlainClient, method: str) -> None:
    thirty_of_each(client.exchange.account)
    rows_at, params = LISTS[method]
    assert len(client.result(method, **params)[rows_at]) >= 20
    client.exchange.behave(page_caps=frozenset({f"{method}=10"}))
    assert len(client.result(method, **params)[rows_at]) == 10
    client.exchange.behave(page_caps=frozenset({"private/get-trades=10"}))
    assert len(client.result(method, **params)[rows_at]) >= 20


@pytest.mark.parametrize("switch", [{"page_caps": frozenset({"*=7"})}, {"hidden_rows": 3.0}], ids=["cap", "hidden"])
def test_the_pages_of_a_capped_list_are_still_all_of_it(client: PlainClient, switch: dict[str, Any]) -> None:
    made = {deposit(client.exchange.account, NOON_NS - (n + 1) * HOUR_NS).id for n in range(50)}
    client.exchange.behave(**switch)
    pages = [client.result(DEPOSITS, page=page, page_size=20)["deposit_list"] for page in range(9)]
    assert {row["id"] for page in pages for row in page} == made
    assert sum(map(len, pages)) == 50
    assert max(map(len, pages)) < 20


def test_hidden_rows_leave_pages_of_uneven_length_and_lose_no_row(client: PlainClient) -> None:
    made = client.exchange.account.burst(1_000, (NOON_NS - HOUR_NS) // NS_PER_MS, "created")
    client.exchange.behave(hidden_rows=3.0)
    found: list[str] = []
    lengths, end_ns = [], NOON_NS
    while rows := client.rows(HISTORY, limit=100, start_time=str(NOON_NS - DAY_NS), end_time=str(end_ns)):
        lengths.append(len(rows))
        found += [row["order_id"] for row in rows]
        end_ns = min(int(row["create_time_ns"]) for row in rows)
    assert found == made[::-1]
    assert len({*lengths[:-1]}) > 2
    assert {*lengths[:-1]} <= {95, 96, 97, 98, 99}


def test_a_share_of_the_rows_can_be_late(client: PlainClient) -> None:
    client.exchange.account.burst(200, (NOON_NS - 60 * SECOND_NS) // NS_PER_MS, "ledger")
    client.exchange.behave(history_lag_seconds=300.0, history_lag_share=0.5, large_limit="served")
    assert 60 < len(client.rows("private/get-transactions", limit=500)) < 140
    client.exchange.behave(history_lag_share=1.0)
    assert client.rows("private/get-transactions", limit=500) == []
    client.exchange.behave(history_lag_seconds=59.0)
    assert len(client.rows("private/get-transactions", limit=500)) == 200


@pytest.mark.parametrize("method", [DEPOSITS, REWARDS, DEALS])
def test_transfers_rewards_and_deals_can_be_late_too(client: PlainClient, method: str) -> None:
    thirty_of_each(client.exchange.account)
    rows_at, params = LISTS[method]
    client.exchange.behave(history_lag_seconds=2 * 3600.0)
    assert client.result(method, **params)[rows_at] == []


def test_answers_carry_the_clock_of_the_server(client: PlainClient) -> None:
    for skew in (0.0, -7200.0, 170.0):
        client.exchange.behave(clock_skew_seconds=skew)
        for answer in (client.get("public/get-tickers"), client.post("private/user-balance")):
            said = parsedate_to_datetime(answer.headers["Date"]).timestamp()
            assert said == NOON_NS // SECOND_NS + skew
    client.exchange.behave(date_header="left_out")
    assert "Date" not in client.get("public/get-tickers").headers


@pytest.mark.parametrize("kind", ["status", "inflated", "redirect"])
def test_answers_with_a_fault_carry_the_clock_of_the_server(client: PlainClient, kind: str) -> None:
    client.exchange.faults.arm(Fault(kind, HISTORY, megabytes=0.1, url="http://127.0.0.1:9/"))
    answer = client.send(client.signed(HISTORY, {}), allow_redirects=False)
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == NOON_NS // SECOND_NS


def refused(client: PlainClient, method: str, times: int) -> int:
    return sum(client.get(method, **BTC, depth=1).status_code == 429 for _ in range(times))


def test_the_true_limit_can_lie_below_the_published_one(client: PlainClient) -> None:
    client.exchange.behave(enforce_limits=True, true_limits=frozenset({"public/get-b*=0.01"}))
    assert refused(client, "public/get-book", 5) == 4
    assert refused(client, "public/get-trades", 5) == 0


def test_public_methods_can_share_one_limit(client: PlainClient) -> None:
    client.exchange.behave(enforce_limits=True, true_limits=frozenset({"public/*=0.01"}), public_pool=True)
    assert refused(client, TRADES, 1) + refused(client, "public/get-tickers", 1) == 1


def test_the_end_of_a_window_of_trades_is_served_unless_switched(client: PlainClient) -> None:
    newest = client.result(TRADES, **BTC, count=1)["data"][0]
    asked = {**BTC, "start_ts": newest["tn"], "end_ts": newest["tn"]}
    assert [row["d"] for row in client.result(TRADES, **asked)["data"]] == [newest["d"]]
    client.exchange.behave(trades_end="exclusive")
    assert client.result(TRADES, **asked)["data"] == []


@pytest.mark.parametrize(("switch", "ids_found"), [("served", 1), ("ignored", 2), ("refused", None)])
def test_fiat_history_can_ignore_or_refuse_a_time_range(
    client: PlainClient, switch: Any, ids_found: int | None
) -> None:
    for days in (1, 40):
        fiat_deposit(client.exchange.account, NOON_NS - days * DAY_NS)
    client.exchange.behave(fiat_time_range=switch)
    page = {"page": 0, "page_size": 20}
    answer = client.post(FIAT, **page, start_time=str(NOON_NS - 2 * DAY_NS), end_time=str(NOON_NS))
    if ids_found is None:
        assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (400, 10004, "BAD_REQUEST")
        assert len(client.result(FIAT, **page)["transaction_history_list"]) == 2
    else:
        assert len(answer.json()["result"]["transaction_history_list"]) == ids_found


def test_a_ledger_row_that_is_no_trade_can_carry_zeros_for_ids(client: PlainClient) -> None:
    client.exchange.account.burst(1, NOON_NS // NS_PER_MS - 5, "ledger")
    (row,) = client.rows("private/get-transactions")
    assert {"order_id", "trade_id"}.isdisjoint(row)
    client.exchange.behave(ids_of_no_trade="zero")
    (row,) = client.rows("private/get-transactions")
    assert (row["order_id"], row["trade_id"]) == ("0", "0")
    (record,) = expected_rows(client.exchange.account, "transaction", client.exchange.behaviour)
    assert (record["order_id"], record["trade_id"]) == ("0", "0")


@pytest.mark.parametrize("code", [10004, 40401, 51234])
def test_an_account_that_never_staked_can_get_an_error(client: PlainClient, code: int) -> None:
    assert client.rows(STAKES) == []
    client.exchange.behave(never_staked_code=float(code))
    assert [code_of(client, method) for method in (STAKES, REWARDS)] == [code, code]
    stake(client.exchange.account, NOON_NS - DAY_NS)
    assert code_of(client, STAKES) == 0


def order_row(client: PlainClient, fault: str) -> dict[str, Any]:
    client.exchange.account.burst(1, NOON_NS // NS_PER_MS - 5, "created")
    client.exchange.faults.arm(Fault(fault, HISTORY))
    answer: dict[str, Any] = client.result(HISTORY)
    return answer


def test_times_can_come_in_seconds(client: PlainClient) -> None:
    (row,) = order_row(client, "times_in_seconds")["data"]
    assert row["create_time"] == row["update_time"] == NOON_NS // SECOND_NS - 1
    assert row["create_time_ns"] == str(NOON_NS - 5 * NS_PER_MS)


@pytest.mark.parametrize("numbers_as", ["integers", "strings"])
def test_times_in_ms_can_be_missing(client: PlainClient, numbers_as: Any) -> None:
    client.exchange.behave(numbers_as=numbers_as)
    (row,) = order_row(client, "times_in_ms_missing")["data"]
    assert {"create_time", "update_time"}.isdisjoint(row)
    assert row["create_time_ns"] == str(NOON_NS - 5 * NS_PER_MS)


@pytest.mark.parametrize("kind", ["has_more", "next_cursor"])
def test_an_answer_can_say_that_more_follows(client: PlainClient, kind: str) -> None:
    result = order_row(client, kind)
    assert result[kind]
    assert len(result["data"]) == 1


def test_a_switch_with_a_method_takes_json(client: PlainClient) -> None:
    changed = client.exchange.behaviour.changed({"page_caps": ["*=50"], "fiat_time_range": "refused"})
    assert json.loads(json.dumps(changed.as_json()))["page_caps"] == ["*=50"]
