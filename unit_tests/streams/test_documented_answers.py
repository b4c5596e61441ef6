"""Each table of wallet, staking, bots, fees and valuations, read digit for digit from an answer as documented.

The answers are texts, because a number in Python would lose its digits before the connector has seen them.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
import requests_mock
from jsonschema import Draft7Validator

from source_cryptocom.clock import rfc3339
from source_cryptocom.streams import STREAMS
from unit_tests.support.builders import BASE_URL, NOW_MS, sync
from unit_tests.support.reading import read
from unit_tests.support.stub_exchange import keep_account_secret

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Example:
    """`answers`: the `result` of each method that is asked, `records` what the table makes of them; JSON both."""

    table: str
    answers: dict[str, str]
    records: str


PERPETUAL = {
    "public/get-instruments": """
        {"data": [{"symbol": "ATOMUSD-PERP", "inst_type": "PERPETUAL_SWAP", "underlying_symbol": "ATOMUSD-INDEX"}]}
    """
}
EXAMPLES = [
    Example(
        "funding_rate",
        {
            **PERPETUAL,
            "public/get-valuations": """
                {"data": [{"v": "-0.000003120", "t": 1786964400000}, {"v": "0.000010050", "t": "1786966200000"}],
                "instrument_name": "ATOMUSD-PERP"}
            """,
        },
        """
            [{"instrument": "ATOMUSD-PERP", "value": "-0.000003120", "timestamp": "2026-08-17T11:00:00.000Z"},
            {"instrument": "ATOMUSD-PERP", "value": "0.000010050", "timestamp": "2026-08-17T11:30:00.000Z"}]
        """,
    ),
    Example(
        "mark_price",
        {
            **PERPETUAL,
            "public/get-valuations": """
                {"data": [{"v": 41.070, "t": 1786966200001}], "instrument_name": "ATOMUSD-PERP"}
            """,
        },
        """
            [{"instrument": "ATOMUSD-PERP", "value": "41.070", "timestamp": "2026-08-17T11:30:00.001Z"}]
        """,
    ),
    Example(
        "index_price",
        {
            **PERPETUAL,
            "public/get-valuations": """
                {"data": [{"v": "41.10000000000000000001", "t": 1786966200001}], "instrument_name": "ATOMUSD-INDEX"}
            """,
        },
        """
            [{"instrument": "ATOMUSD-INDEX", "value": "41.10000000000000000001", "timestamp":
            "2026-08-17T11:30:00.001Z"}]
        """,
    ),
    Example(
        "expired_settlement_price",
        {
            "public/get-expired-settlement-price": """
                {"data": [{"i": "ATOMUSD-260814", "x": 1786694400000, "v": "41.250000", "t": 1786694340000}]}
            """,
        },
        """
            [{"instrument": "ATOMUSD-260814", "expiry_time": "2026-08-14T08:00:00.000Z", "value": "41.250000",
            "timestamp": "2026-08-14T07:59:00.000Z"}]
        """,
    ),
    Example(
        "risk_parameter",
        {
            "public/get-risk-parameters": """
                {"default_max_product_leverage_for_spot": "1.0", "default_unit_margin_rate": "0.05",
                "update_timestamp_ms": 1786966200745, "base_currency_config": [{"instrument_name": "ATOM",
                "minimum_haircut": "0.10", "max_order_notional_usd": "50000.0"}], "perpetual_swap_config":
                [{"instrument_name": "ATOM", "max_order_notional_usd": "70000.0"}], "futures_config": []}
            """,
        },
        """
            [{"config": "base_currency", "default_max_product_leverage_for_spot": "1.0", "default_unit_margin_rate":
            "0.05", "update_time": "2026-08-17T11:30:00.745Z", "instrument_name": "ATOM", "minimum_haircut": "0.10",
            "max_order_notional_usd": "50000.0"}, {"config": "perpetual_swap", "default_max_product_leverage_for_spot":
            "1.0", "default_unit_margin_rate": "0.05", "update_time": "2026-08-17T11:30:00.745Z", "instrument_name":
            "ATOM", "max_order_notional_usd": "70000.0"}]
        """,
    ),
    Example(
        "advanced_open_order",
        {
            "private/advanced/get-open-orders": """
                {"data": [{"account_id": "a-1", "order_id": "700000000000000011", "client_oid": "mine-1", "order_type":
                "STOP_LOSS", "time_in_force": "GOOD_TILL_CANCEL", "side": "SELL", "exec_inst": [], "quantity": "0.250",
                "avg_price": "0", "ref_price": "41.10", "ref_price_type": "MARK_PRICE", "cumulative_quantity": "0",
                "cumulative_value": "0", "cumulative_fee": "0", "status": "PENDING", "update_user_id": "a-1",
                "order_date": "2026-08-17", "instrument_name": "ATOM_USD", "fee_instrument_name": "USD", "create_time":
                1786966200123, "create_time_ns": "1786966200123456789", "update_time": 0, "maker_fee_rate": "0.0025",
                "taker_fee_rate": "0.0050", "list_id": "900000000000000001", "contingency_type": "OCO", "leg_id":
                "1"}]}
            """,
        },
        """
            [{"snapshot_time": "2026-08-17T12:00:00.000Z", "account_id": "a-1", "order_id": "700000000000000011",
            "client_oid": "mine-1", "order_type": "STOP_LOSS", "time_in_force": "GOOD_TILL_CANCEL", "side": "SELL",
            "exec_inst": [], "quantity": "0.250", "avg_price": "0", "ref_price": "41.10", "ref_price_type":
            "MARK_PRICE", "cumulative_quantity": "0", "cumulative_value": "0", "cumulative_fee": "0", "status":
            "PENDING", "update_user_id": "a-1", "order_date": "2026-08-17", "instrument_name": "ATOM_USD",
            "fee_instrument_name": "USD", "create_time": "2026-08-17T11:30:00.123Z", "create_time_ns":
            "1786966200123456789", "update_time": null, "maker_fee_rate": "0.0025", "taker_fee_rate": "0.0050",
            "list_id": "900000000000000001", "contingency_type": "OCO", "leg_id": "1"}]
        """,
    ),
    Example(
        "advanced_order_history",
        {
            "private/advanced/get-open-orders": """
                {"data": []}
            """,
            "private/advanced/get-order-history": """
                {"data": [{"account_id": "a-1", "order_id": "700000000000000012", "client_oid": "mine-2", "order_type":
                "TAKE_PROFIT", "time_in_force": "GOOD_TILL_CANCEL", "side": "SELL", "exec_inst": [], "quantity":
                "0.250", "avg_price": "41.12", "ref_price": "41.10", "ref_price_type": "MARK_PRICE",
                "cumulative_quantity": "0.250", "cumulative_value": "0", "cumulative_fee": "0", "status": "CANCELED",
                "update_user_id": "a-1", "order_date": "2026-08-17", "instrument_name": "ATOM_USD",
                "fee_instrument_name": "USD", "create_time": 1786966200123, "create_time_ns": "1786966200123456789",
                "update_time": 1786966300000, "maker_fee_rate": "0.0025", "taker_fee_rate": "0.0050", "list_id":
                "900000000000000001", "contingency_type": "OCO", "leg_id": "2", "exchange_order_id":
                "6500000000000000012"}, {"account_id": "a-1", "order_id": "700000000000000011", "client_oid": "mine-1",
                "order_type": "STOP_LOSS", "time_in_force": "GOOD_TILL_CANCEL", "side": "SELL", "exec_inst": [],
                "quantity": "0.250", "avg_price": "0", "ref_price": "41.10", "ref_price_type": "MARK_PRICE",
                "cumulative_quantity": "0", "cumulative_value": "0", "cumulative_fee": "0", "status": "CANCELED",
                "update_user_id": "a-1", "order_date": "2026-08-17", "instrument_name": "ATOM_USD",
                "fee_instrument_name": "USD", "create_time": 1786966200123, "create_time_ns": "1786966200123456789",
                "update_time": "1786966300001", "maker_fee_rate": "0.0025", "taker_fee_rate": "0.0050", "list_id":
                "900000000000000001", "contingency_type": "OCO", "leg_id": "1", "exchange_order_id": "0"}]}
            """,
        },
        """
            [{"account_id": "a-1", "order_id": "700000000000000012", "client_oid": "mine-2", "order_type":
            "TAKE_PROFIT", "time_in_force": "GOOD_TILL_CANCEL", "side": "SELL", "exec_inst": [], "quantity": "0.250",
            "avg_price": "41.12", "ref_price": "41.10", "ref_price_type": "MARK_PRICE", "cumulative_quantity": "0.250",
            "cumulative_value": "0", "cumulative_fee": "0", "status": "CANCELED", "update_user_id": "a-1",
            "order_date": "2026-08-17", "instrument_name": "ATOM_USD", "fee_instrument_name": "USD", "create_time":
            "2026-08-17T11:30:00.123Z", "create_time_ns": "1786966200123456789", "update_time":
            "2026-08-17T11:31:40.000Z", "maker_fee_rate": "0.0025", "taker_fee_rate": "0.0050", "list_id":
            "900000000000000001", "contingency_type": "OCO", "leg_id": "2", "exchange_order_id":
            "6500000000000000012"}, {"account_id": "a-1", "order_id": "700000000000000011", "client_oid": "mine-1",
            "order_type": "STOP_LOSS", "time_in_force": "GOOD_TILL_CANCEL", "side": "SELL", "exec_inst": [],
            "quantity": "0.250", "avg_price": "0", "ref_price": "41.10", "ref_price_type": "MARK_PRICE",
            "cumulative_quantity": "0", "cumulative_value": "0", "cumulative_fee": "0", "status": "CANCELED",
            "update_user_id": "a-1", "order_date": "2026-08-17", "instrument_name": "ATOM_USD", "fee_instrument_name":
            "USD", "create_time": "2026-08-17T11:30:00.123Z", "create_time_ns": "1786966200123456789", "update_time":
            "2026-08-17T11:31:40.001Z", "maker_fee_rate": "0.0025", "taker_fee_rate": "0.0050", "list_id":
            "900000000000000001", "contingency_type": "OCO", "leg_id": "1", "exchange_order_id": "0"}]
        """,
    ),
    Example(
        "deposit",
        {
            "private/get-deposit-history": """
                {"deposit_list": [{"currency": "ATOM", "fee": 0, "create_time": 1786966200000, "id": "3001",
                "update_time": 1786966900000, "amount": 12.500000000000000001, "address": "cosmos1demo?7788", "status":
                "1", "txid": "ab12/1"}]}
            """,
        },
        """
            [{"currency": "ATOM", "fee": "0", "create_time": "2026-08-17T11:30:00.000Z", "id": "3001", "update_time":
            "2026-08-17T11:41:40.000Z", "amount": "12.500000000000000001", "address": "cosmos1demo?7788", "status":
            "1", "txid": "ab12/1"}]
        """,
    ),
    Example(
        "withdrawal",
        {
            "private/get-withdrawal-history": """
                {"withdrawal_list": [{"currency": "ATOM", "client_wid": "", "fee": 0.0010, "create_time":
                1786966200000, "id": "4001", "update_time": null, "amount": 30, "address": "cosmos1demo", "status": 1,
                "txid": "", "network_id": null}]}
            """,
        },
        """
            [{"currency": "ATOM", "client_wid": null, "fee": "0.0010", "create_time": "2026-08-17T11:30:00.000Z", "id":
            "4001", "update_time": null, "amount": "30", "address": "cosmos1demo", "status": "1", "txid": null,
            "network_id": null}]
        """,
    ),
    Example(
        "fiat_deposit",
        {
            "private/fiat/fiat-deposit-history": """
                {"transaction_history_list": [{"id": "f-1", "currency": "EUR", "amount": "90.0", "fee_currency": "EUR",
                "fee_amount": "0.0", "payment_network": "sepa", "status": "completed", "created_at": "1786966200411",
                "updated_at": "1786966300019", "completed_at": "1786966300019", "vendor_transaction_id": "V-77",
                "sender": {"account_identifier_value": "DE001234"}, "beneficiary": null, "iban_of_tomorrow":
                "DE001234"}], "page": 0, "page_size": 20, "total": 1}
            """,
        },
        """
            [{"id": "f-1", "currency": "EUR", "amount": "90.0", "fee_currency": "EUR", "fee_amount": "0.0",
            "payment_network": "sepa", "status": "completed", "created_at": "2026-08-17T11:30:00.411Z", "updated_at":
            "2026-08-17T11:31:40.019Z", "completed_at": "2026-08-17T11:31:40.019Z", "vendor_transaction_id": "V-77"}]
        """,
    ),
    Example(
        "fiat_withdrawal",
        {
            "private/fiat/fiat-withdraw-history": """
                {"page": 0, "page_size": 20, "total": 1, "transaction_history_list": [{"id": "f-2", "account_id":
                "a-1", "currency": "USD", "amount": "300.0", "amount_in_usd": "300.0", "fee_currency": "USD",
                "fee_amount": "1.0", "fee_amount_in_usd": null, "payment_network": "us_ach", "status": "failed",
                "created_at": 1786966200002, "updated_at": 1786966300450, "completed_at": null, "client_wid": null,
                "vendor_transaction_id": "V-78", "sender": null, "beneficiary": {"account_identifier_value":
                "44556677"}}]}
            """,
        },
        """
            [{"id": "f-2", "account_id": "a-1", "currency": "USD", "amount": "300.0", "amount_in_usd": "300.0",
            "fee_currency": "USD", "fee_amount": "1.0", "fee_amount_in_usd": null, "payment_network": "us_ach",
            "status": "failed", "created_at": "2026-08-17T11:30:00.002Z", "updated_at": "2026-08-17T11:31:40.450Z",
            "completed_at": null, "client_wid": null, "vendor_transaction_id": "V-78"}]
        """,
    ),
    Example(
        "currency_network",
        {
            "private/get-currency-networks": """
                {"update_time": 1786966200000, "currency_map": {"ATOM": {"full_name": "Cosmos", "default_network":
                null, "network_list": [{"network_id": "ATOM", "withdrawal_fee": 0.0040, "withdraw_enabled": true,
                "min_withdrawal_amount": "2.0", "deposit_enabled": false, "confirmation_required": 12}, {"network_id":
                "CRONOS", "withdrawal_fee": null, "withdraw_enabled": false, "min_withdrawal_amount": 10,
                "deposit_enabled": true, "confirmation_required": "0"}]}}}
            """,
        },
        """
            [{"update_time": "2026-08-17T11:30:00.000Z", "currency": "ATOM", "full_name": "Cosmos", "default_network":
            null, "network_id": "ATOM", "withdrawal_fee": "0.0040", "withdraw_enabled": true, "min_withdrawal_amount":
            "2.0", "deposit_enabled": false, "confirmation_required": 12}, {"update_time": "2026-08-17T11:30:00.000Z",
            "currency": "ATOM", "full_name": "Cosmos", "default_network": null, "network_id": "CRONOS",
            "withdrawal_fee": null, "withdraw_enabled": false, "min_withdrawal_amount": "10", "deposit_enabled": true,
            "confirmation_required": 0}]
        """,
    ),
    Example(
        "account",
        {
            "private/get-accounts": """
                {"this_account": {"uuid": "a-1"}, "master_account": {"uuid": "a-1", "user_uuid": "a-1", "hierarchy":
                "MASTER", "phone_country_code": "MLT", "enabled": true, "tradable": true, "name": "EXAMPLE_HOLDER",
                "email": "holder@example.org", "address": "1_Example_Street", "country_code": "MLT",
                "incorp_country_code": "", "margin_access": "DEFAULT", "derivatives_access": "DISABLED", "create_time":
                1690000000000, "update_time": 1786966200123, "two_fa_enabled": true, "kyc_level": "ADVANCED",
                "suspended": false, "terminated": false, "spot_enabled": false, "margin_enabled": false,
                "derivatives_enabled": false}, "sub_account_list": [{"uuid": "a-2", "hierarchy": "SUB_ACCOUNT",
                "master_account_uuid": "a-1", "label": "Desk B", "enabled": true, "tradable": false, "mobile_number":
                "+356000000", "margin_access": "DEFAULT", "derivatives_access": "DISABLED"}]}
            """,
        },
        """
            [{"uuid": "a-1", "user_uuid": "a-1", "hierarchy": "MASTER", "enabled": true, "tradable": true,
            "margin_access": "DEFAULT", "derivatives_access": "DISABLED", "create_time": "2023-07-22T04:26:40.000Z",
            "update_time": "2026-08-17T11:30:00.123Z", "two_fa_enabled": true, "kyc_level": "ADVANCED", "suspended":
            false, "terminated": false, "spot_enabled": false, "margin_enabled": false, "derivatives_enabled": false},
            {"uuid": "a-2", "hierarchy": "SUB_ACCOUNT", "master_account_uuid": "a-1", "label": "Desk B", "enabled":
            true, "tradable": false, "margin_access": "DEFAULT", "derivatives_access": "DISABLED"}]
        """,
    ),
    Example(
        "sub_account_balance",
        {
            "private/get-subaccount-balances": """
                {"data": [{"account": "a-2", "instrument_name": "USD", "total_available_balance": "80.10",
                "total_cash_balance": "90.000000000000000001", "position_limit": "1000000.0", "is_liquidating": false,
                "position_balances": [], "isolated_positions": []}, {"account": "a-3", "instrument_name": "USD",
                "total_available_balance": "80.10", "total_cash_balance": "90.000000000000000001", "position_limit":
                "1000000.0", "is_liquidating": false, "position_balances": [{"instrument_name": "USD", "quantity":
                "90.000000000000000001", "market_value": "90.00", "collateral_eligible": "true", "haircut": "0",
                "collateral_amount": "90.00", "max_withdrawal_balance": "80.10", "reserved_qty": "9.90"}],
                "isolated_positions": [{"isolation_id": "88", "leverage": "5", "total_cash_balance": 25.50}]}]}
            """,
        },
        """
            [{"snapshot_time": "2026-08-17T12:00:00.000Z", "account": "a-3", "account_instrument_name": "USD",
            "total_available_balance": "80.10", "total_cash_balance": "90.000000000000000001", "position_limit":
            "1000000.0", "is_liquidating": false, "isolated_positions": [{"isolation_id": "88", "leverage": "5",
            "total_cash_balance": "25.50"}], "instrument_name": "USD", "quantity": "90.000000000000000001",
            "market_value": "90.00", "collateral_eligible": true, "haircut": "0", "collateral_amount": "90.00",
            "max_withdrawal_balance": "80.10", "reserved_qty": "9.90"}]
        """,
    ),
    Example(
        "balance_history",
        {
            "private/user-balance-history": """
                {"instrument_name": "USD", "data": [{"t": 1786964400000, "c": "3650.004127"}, {"t": 1786968000000, "c":
                3688.9173000000000001, "i": "0"}]}
            """,
        },
        """
            [{"timeframe": "D1", "instrument_name": "USD", "timestamp": "2026-08-17T11:00:00.000Z",
            "total_cash_balance": "3650.004127"}, {"timeframe": "D1", "instrument_name": "USD", "timestamp":
            "2026-08-17T12:00:00.000Z", "total_cash_balance": "3688.9173000000000001", "total_isolated_cash_balance":
            "0"}, {"timeframe": "H1", "instrument_name": "USD", "timestamp": "2026-08-17T11:00:00.000Z",
            "total_cash_balance": "3650.004127"}, {"timeframe": "H1", "instrument_name": "USD", "timestamp":
            "2026-08-17T12:00:00.000Z", "total_cash_balance": "3688.9173000000000001", "total_isolated_cash_balance":
            "0"}]
        """,
    ),
    Example(
        "fee_rate",
        {
            "private/get-fee-rate": """
                {"spot_tier": "2", "deriv_tier": 1, "effective_spot_maker_rate_bps": "24",
                "effective_spot_taker_rate_bps": "48.50", "effective_deriv_maker_rate_bps": 1.40,
                "effective_deriv_taker_rate_bps": "3.2"}
            """,
        },
        """
            [{"spot_tier": "2", "deriv_tier": "1", "effective_spot_maker_rate_bps": "24",
            "effective_spot_taker_rate_bps": "48.50", "effective_deriv_maker_rate_bps": "1.40",
            "effective_deriv_taker_rate_bps": "3.2"}]
        """,
    ),
    Example(
        "instrument_fee_rate",
        {
            **PERPETUAL,
            "private/get-instrument-fee-rate": """
                {"instrument_name": "ATOMUSD-PERP", "effective_maker_rate_bps": "1.40", "effective_taker_rate_bps":
                3.20}
            """,
        },
        """
            [{"request_time": "2026-08-17T12:00:00.000Z", "instrument_name": "ATOMUSD-PERP",
            "effective_maker_rate_bps": "1.40", "effective_taker_rate_bps": "3.20"}]
        """,
    ),
    Example(
        "fee_credit",
        {
            "private/get-fee-credit-balances": """
                {"fee_credits": [{"expiry_date": 1788220740000, "type": "Welcome, Volume", "distributed_amount":
                "120.00000000", "available_balance": "64.25000000", "details": [{"type": "Welcome",
                "distribution_date": 1786547140000, "distributed_amount": "120.00000000"}]}, {"expiry_date":
                1790812740000, "available_balance": "10.00000000"}]}
            """,
        },
        """
            [{"expiry_date": "2026-08-31T23:59:00.000Z", "type": "Welcome, Volume", "distributed_amount":
            "120.00000000", "available_balance": "64.25000000", "details": [{"type": "Welcome", "distribution_date":
            1786547140000, "distributed_amount": "120.00000000"}]}, {"expiry_date": "2026-09-30T23:59:00.000Z",
            "available_balance": "10.00000000"}]
        """,
    ),
    Example(
        "staking_position",
        {
            "private/staking/get-staking-position": """
                {"data": [{"instrument_name": "ATOM.staked", "underlying_inst_name": "ATOM", "staked_quantity":
                "31.25", "pending_staked_quantity": "2.00", "pending_unstaked_quantity": 1.50,
                "reward_eligible_quantity": "29.75"}]}
            """,
        },
        """
            [{"instrument_name": "ATOM.staked", "underlying_inst_name": "ATOM", "staked_quantity": "31.25",
            "pending_staked_quantity": "2.00", "pending_unstaked_quantity": "1.50", "reward_eligible_quantity":
            "29.75"}]
        """,
    ),
    Example(
        "open_stake",
        {
            "private/staking/get-open-stake": """
                {"data": [{"instrument_name": "ATOM.staked", "underlying_inst_name": "ATOM", "cycle_id": "1",
                "staking_id": "61", "status": "PENDING_UNSTAKING", "account": "a-1", "quantity": "7.25", "side":
                "STAKE", "create_timestamp_ms": "1786966200500"}]}
            """,
        },
        """
            [{"instrument_name": "ATOM.staked", "underlying_inst_name": "ATOM", "cycle_id": "1", "staking_id": "61",
            "status": "PENDING_UNSTAKING", "account": "a-1", "quantity": "7.25", "side": "STAKE", "create_time":
            "2026-08-17T11:30:00.500Z"}]
        """,
    ),
    Example(
        "stake_history",
        {
            "private/staking/get-open-stake": """
                {"data": []}
            """,
            "private/staking/get-stake-history": """
                {"data": [{"instrument_name": "ATOM.staked", "underlying_inst_name": "ATOM", "cycle_id": 2,
                "staking_id": 62, "status": "COMPLETED", "account": "a-1", "quantity": "7.25", "side": "STAKE",
                "create_timestamp_ms": "1786966200500"}]}
            """,
        },
        """
            [{"instrument_name": "ATOM.staked", "underlying_inst_name": "ATOM", "cycle_id": "2", "staking_id": "62",
            "status": "COMPLETED", "account": "a-1", "quantity": "7.25", "side": "STAKE", "create_time":
            "2026-08-17T11:30:00.500Z"}]
        """,
    ),
    Example(
        "open_convert",
        {
            "private/staking/get-open-convert": """
                {"data": [{"from_instrument_name": "ETH.staked", "to_instrument_name": "CDCETH", "expected_rate":
                "1.0711", "from_quantity": "0.3", "slippage_tolerance_bps": 3, "convert_id": 81, "status": "NEW",
                "create_timestamp_ms": "1786966200500"}]}
            """,
        },
        """
            [{"from_instrument_name": "ETH.staked", "to_instrument_name": "CDCETH", "expected_rate": "1.0711",
            "from_quantity": "0.3", "slippage_tolerance_bps": "3", "convert_id": "81", "status": "NEW", "create_time":
            "2026-08-17T11:30:00.500Z"}]
        """,
    ),
    Example(
        "convert_history",
        {
            "private/staking/get-open-convert": """
                {"data": []}
            """,
            "private/staking/get-convert-history": """
                {"data": [{"from_instrument_name": "ETH.staked", "to_instrument_name": "CDCETH", "expected_rate":
                "1.0711", "from_quantity": "0.3", "slippage_tolerance_bps": 3, "convert_id": 81, "status": "COMPLETED",
                "create_timestamp_ms": "1786966200500", "actual_rate": "1.0710", "to_quantity": "0.28011204"}]}
            """,
        },
        """
            [{"from_instrument_name": "ETH.staked", "to_instrument_name": "CDCETH", "expected_rate": "1.0711",
            "from_quantity": "0.3", "slippage_tolerance_bps": "3", "convert_id": "81", "status": "COMPLETED",
            "create_time": "2026-08-17T11:30:00.500Z", "actual_rate": "1.0710", "to_quantity": "0.28011204"}]
        """,
    ),
    Example(
        "staking_reward",
        {
            "private/staking/get-reward-history": """
                {"data": [{"staking_inst_name": "ATOM.staked", "underlying_inst_name": "ATOM", "reward_inst_name":
                "ATOM.staked", "reward_quantity": "0.000000000000000017", "staked_balance": "31.25",
                "event_timestamp_ms": "1786966200551"}]}
            """,
        },
        """
            [{"staking_inst_name": "ATOM.staked", "underlying_inst_name": "ATOM", "reward_inst_name": "ATOM.staked",
            "reward_quantity": "0.000000000000000017", "staked_balance": "31.25", "event_time":
            "2026-08-17T11:30:00.551Z"}]
        """,
    ),
    Example(
        "otc_deal",
        {
            "private/otc/get-open-deals": """
                {"deal_list": [{"deal_id": "91", "quote_id": "q-1", "cl_deal_id": "mine-91", "deal_type":
                "QUOTE_REQUEST", "deal_status": "ACCEPTED", "settlement_arrangement": "T1", "create_time_ns":
                "1786966200123456789", "update_time_ns": "1786966200500000000", "quote_req_id": "r-1", "leg_list":
                [{"instrument_name": "BTC_USD", "quantity": "2", "executed_quantity": "2", "executed_notional":
                "140000.02", "price": "70000.01", "side": "BUY", "type": "PRICE"}], "settle_time_ns":
                "1787052600000000000"}]}
            """,
            "private/otc/get-deal-history": """
                {"deal_list": [{"deal_id": "90", "quote_id": "q-1", "cl_deal_id": "mine-90", "deal_type":
                "QUOTE_REQUEST", "deal_status": "SETTLED", "settlement_arrangement": "T1", "create_time_ns":
                "1786966200123456789", "update_time_ns": "1786966200500000000", "quote_req_id": "r-1", "leg_list":
                [{"instrument_name": "BTC_USD", "quantity": "2", "executed_quantity": "2", "executed_notional":
                "140000.02", "price": "70000.01", "side": "BUY", "type": "PRICE"}]}]}
            """,
        },
        """
            [{"deal_id": "91", "quote_id": "q-1", "cl_deal_id": "mine-91", "deal_type": "QUOTE_REQUEST", "deal_status":
            "ACCEPTED", "settlement_arrangement": "T1", "create_time_ns": "1786966200123456789", "update_time_ns":
            "1786966200500000000", "quote_req_id": "r-1", "leg_list": [{"instrument_name": "BTC_USD", "quantity": "2",
            "executed_quantity": "2", "executed_notional": "140000.02", "price": "70000.01", "side": "BUY", "type":
            "PRICE"}], "settle_time_ns": "1787052600000000000"}, {"deal_id": "90", "quote_id": "q-1", "cl_deal_id":
            "mine-90", "deal_type": "QUOTE_REQUEST", "deal_status": "SETTLED", "settlement_arrangement": "T1",
            "create_time_ns": "1786966200123456789", "update_time_ns": "1786966200500000000", "quote_req_id": "r-1",
            "leg_list": [{"instrument_name": "BTC_USD", "quantity": "2", "executed_quantity": "2", "executed_notional":
            "140000.02", "price": "70000.01", "side": "BUY", "type": "PRICE"}]}]
        """,
    ),
    Example(
        "trading_bot",
        {
            "private/bot/get-trading-bots": """
                {"bot_list": [{"bot_id": "501", "bot_type": "DCA", "display_name": "Weekly", "state": "RUNNING",
                "create_time": 1786900000000, "update_time": 1786966200000, "end_time": 0, "migrated": false,
                "settings": {"is_basket": false, "quantity": "0.002", "investment_frequency": 604800000, "lower_price":
                0.0800}, "execution_summary": {"executed_order": "3", "total_invested": "210.50"}}]}
            """,
        },
        """
            [{"bot_id": "501", "bot_type": "DCA", "display_name": "Weekly", "state": "RUNNING", "create_time":
            "2026-08-16T17:06:40.000Z", "update_time": "2026-08-17T11:30:00.000Z", "end_time": null, "migrated": false,
            "settings": {"is_basket": false, "quantity": "0.002", "investment_frequency": 604800000, "lower_price":
            "0.0800"}, "execution_summary": {"executed_order": "3", "total_invested": "210.50"}}]
        """,
    ),
    Example(
        "trading_bot_execution",
        {
            "private/bot/get-trading-bots": """
                {"bot_list": [{"bot_id": "501", "bot_type": "DCA", "display_name": "Weekly", "state": "RUNNING",
                "create_time": 1786900000000, "update_time": 1786966200000, "end_time": 0, "migrated": false,
                "settings": {"is_basket": false, "quantity": "0.002", "investment_frequency": 604800000, "lower_price":
                0.0800}, "execution_summary": {"executed_order": "3", "total_invested": "210.50"}}]}
            """,
            "private/bot/get-trading-bot-executions": """
                {"execution_list": [{"instrument_name": "ATOM/USDT", "symbol": "ATOM_USDT", "execution_time":
                1786966200120, "schedule_time": 1786966200000, "order_status": "FILLED", "side": "BUY", "price": "0",
                "quantity": "0.50", "avg_price": "41.05", "cum_qty": "0.50", "order_id": "6500000000000000021",
                "update_time": 1786966200300, "executed_percentage": "100.00"}, {"symbol": "ATOM_USDT",
                "schedule_time": 1787571000000, "order_status": "PLANNED", "side": "BUY", "quantity": "0.50"}]}
            """,
        },
        """
            [{"bot_id": "501", "instrument_name": "ATOM/USDT", "symbol": "ATOM_USDT", "execution_time":
            "2026-08-17T11:30:00.120Z", "schedule_time": "2026-08-17T11:30:00.000Z", "order_status": "FILLED", "side":
            "BUY", "price": "0", "quantity": "0.50", "avg_price": "41.05", "cum_qty": "0.50", "order_id":
            "6500000000000000021", "update_time": "2026-08-17T11:30:00.300Z", "executed_percentage": "100.00"}]
        """,
    ),
]
PERSONAL = ("EXAMPLE_HOLDER", "holder@example.org", "Example_Street", "MLT", "+356", "DE001234", "44556677")


def records_of(example: Example) -> list[dict[str, Any]]:
    """What the table reads where its methods always give these answers."""
    with requests_mock.Mocker() as http:
        keep_account_secret(http)
        for method, result in example.answers.items():
            verb = "POST" if method.startswith("private/") else "GET"
            http.register_uri(verb, BASE_URL + method, text=f'{{"code": 0, "result": {result}}}')
        return read(STREAMS[example.table](sync(start_date=rfc3339(NOW_MS - HOUR_MS)))).records


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.table)
def test_an_answer_becomes_these_records(example: Example, log: pytest.LogCaptureFixture) -> None:
    records = records_of(example)
    assert records == json.loads(example.records)
    assert not [line for line in log.records if line.levelname == "WARNING"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.table)
def test_the_records_are_valid_and_every_column_of_them_is_declared(example: Example) -> None:
    schema = STREAMS[example.table](sync()).get_json_schema()
    validator = Draft7Validator(schema)
    for record in json.loads(example.records):
        validator.validate(record)
        assert record.keys() <= schema["properties"].keys()


@pytest.mark.parametrize("table", ["account", "fiat_deposit", "fiat_withdrawal"])
def test_personal_data_of_an_answer_is_in_no_record(table: str) -> None:
    (example,) = (example for example in EXAMPLES if example.table == table)
    answers = " ".join(example.answers.values())
    assert any(word in answers for word in PERSONAL)
    assert not [word for word in PERSONAL if word in json.dumps(records_of(example))]
