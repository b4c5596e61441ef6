"""The account as it is now."""

import json
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.errors import ExchangeError
from source_cryptocom.streams.account import OpenOrder, UserBalance, UserPosition
from unit_tests.support.builders import API_KEY, BASE_URL, account_balance, answer, asset, order, position, sync
from unit_tests.support.history_server import NOW
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import Answer, Refusal, StubExchange


def test_a_balance_is_a_row_per_asset_with_the_accounts_fields_beside_it(exchange: StubExchange) -> None:
    exchange.serve("private/user-balance", lambda _: [account_balance(asset("CRO"), asset("USD", "2.5"))])
    cro, usd = read(UserBalance(sync())).records
    assert cro == {
        "instrument_name": "CRO",
        "account_instrument_name": "USD",
        "quantity": "1.000000000000000001",
        "reserved_qty": "0",
        "collateral_eligible": True,
        "total_available_balance": "1500.250000000000000001",
        "is_liquidating": False,
        "credit_limits": [],
        "snapshot_time": NOW,
    }
    assert (usd["instrument_name"], usd["quantity"], usd["account_instrument_name"]) == ("USD", "2.5", "USD")


def test_an_account_without_assets_has_no_rows(exchange: StubExchange) -> None:
    exchange.serve("private/user-balance", lambda _: [account_balance()])
    assert read(UserBalance(sync())).records == []


def test_any_field_that_account_and_asset_share_is_the_accounts_under_another_name(exchange: StubExchange) -> None:
    exchange.serve("private/user-balance", lambda _: [account_balance(asset("CRO", new="asset's"), new="account's")])
    (record,) = read(UserBalance(sync())).records
    assert (record["new"], record["account_new"]) == ("asset's", "account's")


@pytest.mark.parametrize("account", ["text", None, {}, {"position_balances": None}, {"position_balances": {}}])
def test_an_account_that_cannot_be_read_is_no_empty_account(exchange: StubExchange, account: Any) -> None:
    exchange.serve("private/user-balance", lambda _: [account])
    with pytest.raises(
        AirbyteTracedException,
        match=r"position_balances is not a list|is not an object",
    ):
        read(UserBalance(sync()))


def test_an_asset_that_cannot_be_read_fails_the_table(exchange: StubExchange) -> None:
    exchange.serve("private/user-balance", lambda _: [{"position_balances": ["CRO"]}])
    with pytest.raises(AirbyteTracedException, match="user_balance cannot hold"):
        read(UserBalance(sync()))


def test_a_cross_position_and_an_isolated_one_have_different_keys(exchange: StubExchange) -> None:
    isolated = position("ETHUSD-PERP", isolation_id="88014207", isolation_type="ISOLATED_MARGIN")
    exchange.serve("private/get-positions", lambda _: [position("ETHUSD-PERP"), isolated])
    stream = UserPosition(sync())
    cross, other = read(stream).records
    assert (cross["isolation_id"], other["isolation_id"]) == ("0", "88014207")
    assert cross["update_time"] == "2026-08-17T11:59:00.000Z"
    assert "update_timestamp_ms" not in cross


def test_an_asset_without_a_name_does_not_get_the_accounts(exchange: StubExchange) -> None:
    nameless = {"quantity": "0.5"}
    exchange.serve("private/user-balance", lambda _: [account_balance(asset("USD"), nameless)])
    with pytest.raises(AirbyteTracedException, match="instrument_name, part of its key, is missing"):
        read(UserBalance(sync()))


def test_open_orders_keep_the_exchanges_names(exchange: StubExchange) -> None:
    made = order("7001", 1_786_900_000_123_456_789, status="ACTIVE")
    exchange.serve("private/get-open-orders", lambda _: [made])
    (record,) = read(OpenOrder(sync())).records
    assert (record["order_id"], record["status"], record["exec_inst"]) == ("7001", "ACTIVE", ["POST_ONLY"])
    assert record["create_time"] == "2026-08-16T17:06:40.123Z"
    assert record["create_time_ns"] == "1786900000123456789"


def test_an_order_without_an_id_fails_the_table_and_says_so(exchange: StubExchange) -> None:
    exchange.serve("private/get-open-orders", lambda _: [{"status": "ACTIVE"}])
    with pytest.raises(AirbyteTracedException, match="order_id, part of its key, is missing") as raised:
        read(OpenOrder(sync()))
    assert "private/get-open-orders sent a row that table open_order cannot hold" in str(raised.value)


def test_a_private_request_is_a_signed_post(http: requests_mock.Mocker) -> None:
    http.post(f"{BASE_URL}private/get-positions", json=answer([]))
    read(UserPosition(sync()))
    (request,) = http.request_history
    assert request.url == f"{BASE_URL}private/get-positions"
    assert request.headers["Content-Type"] == "application/json"
    body = json.loads(request.body)
    assert (body["method"], body["params"], body["api_key"]) == ("private/get-positions", {}, API_KEY)
    assert str(request.timeout) == "(10.0, 30.0)"


def test_a_redirect_is_not_followed_with_a_signed_body(http: requests_mock.Mocker) -> None:
    http.post(f"{BASE_URL}private/get-positions", status_code=307, headers={"Location": "https://elsewhere.test/"})
    elsewhere = http.post("https://elsewhere.test/", json=answer([]))
    with pytest.raises(ExchangeError, match="check base_url"):
        read(UserPosition(sync()))
    assert not elsewhere.called


@pytest.mark.parametrize(
    ("balance", "words"),
    [
        ([], "The key reads the balance, but this key, account or region may not use private/get-positions"),
        (Refusal(401, 40101, "UNAUTHORIZED"), "The key or the secret is wrong"),
    ],
)
def test_the_balance_tells_a_refused_method_from_a_wrong_key_once_a_sync(
    exchange: StubExchange, balance: Answer, words: str
) -> None:
    for method in ("private/get-positions", "private/get-open-orders"):
        exchange.serve(method, lambda _: Refusal(401, 40101, "UNAUTHORIZED"))
    exchange.serve("private/user-balance", lambda _: balance)
    context = sync()
    with pytest.raises(ExchangeError, match=words):
        read(UserPosition(context))
    with pytest.raises(ExchangeError, match="private/get-open-orders"):
        read(OpenOrder(context))
    assert len(exchange.asked("private/user-balance")) == 1
