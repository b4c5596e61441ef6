"""One request for each table of the account, for one row where its method can be asked so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from source_cryptocom.api.rate_limits import HISTORY, PRIVATE, STAKING, RateLimit
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS


@dataclass(frozen=True)
class SampleRequest:
    """One request that tells whether the key can read a table. `window`: how it names a stretch of time, if it does."""

    table: str
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    window: Literal["start_time", "start_ts"] | None = None
    limit: RateLimit = PRIVATE
    records_path: str = "data"

    def params_at(self, now_ms: int) -> dict[str, Any]:
        """Its parameters, with the last day as its window."""
        if self.window is None:
            return dict(self.params)
        start, end = now_ms - MS_PER_DAY, now_ms
        if self.window == "start_ts":
            return {**self.params, "start_ts": start, "end_ts": end}
        return {**self.params, "start_time": str(start * NS_PER_MS), "end_time": str(end * NS_PER_MS)}


ACCOUNT_HISTORY = frozenset({"order_history", "user_trade", "transaction"})
"""What an account without any special feature has."""
ONE_ROW = {"limit": 1}
RUNNING_GRID_BOTS = {"bot_types": ["GRID"], "state": ["RUNNING"]}
ONE_ROW_OF_PAGE = {"page": 0, "page_size": 1}
SAMPLE_REQUESTS = (
    SampleRequest("user_position", "private/get-positions"),
    SampleRequest("open_order", "private/get-open-orders"),
    SampleRequest("order_history", "private/get-order-history", ONE_ROW, "start_time", HISTORY),
    SampleRequest("user_trade", "private/get-trades", ONE_ROW, "start_time", HISTORY),
    SampleRequest("transaction", "private/get-transactions", ONE_ROW, "start_time"),
    SampleRequest("advanced_open_order", "private/advanced/get-open-orders"),
    SampleRequest("advanced_order_history", "private/advanced/get-order-history", ONE_ROW, "start_time"),
    SampleRequest("deposit", "private/get-deposit-history", ONE_ROW_OF_PAGE, "start_ts", records_path="deposit_list"),
    SampleRequest(
        "withdrawal", "private/get-withdrawal-history", ONE_ROW_OF_PAGE, "start_ts", records_path="withdrawal_list"
    ),
    SampleRequest(
        "fiat_deposit", "private/fiat/fiat-deposit-history", ONE_ROW_OF_PAGE, records_path="transaction_history_list"
    ),
    SampleRequest(
        "fiat_withdrawal",
        "private/fiat/fiat-withdraw-history",
        ONE_ROW_OF_PAGE,
        records_path="transaction_history_list",
    ),
    SampleRequest("currency_network", "private/get-currency-networks", records_path=""),
    SampleRequest("account", "private/get-accounts", ONE_ROW_OF_PAGE, records_path=""),
    SampleRequest("sub_account_balance", "private/get-subaccount-balances"),
    SampleRequest("balance_history", "private/user-balance-history", {"timeframe": "D1", "limit": 1}),
    SampleRequest("fee_rate", "private/get-fee-rate", records_path=""),
    SampleRequest(
        "instrument_fee_rate", "private/get-instrument-fee-rate", {"instrument_name": "BTC_USD"}, records_path=""
    ),
    SampleRequest("fee_credit", "private/get-fee-credit-balances", ONE_ROW_OF_PAGE, records_path="fee_credits"),
    SampleRequest("staking_position", "private/staking/get-staking-position", limit=STAKING),
    SampleRequest("open_stake", "private/staking/get-open-stake", ONE_ROW, "start_time", STAKING),
    SampleRequest("open_convert", "private/staking/get-open-convert", ONE_ROW, "start_time", STAKING),
    SampleRequest("stake_history", "private/staking/get-stake-history", ONE_ROW, "start_time", STAKING),
    SampleRequest("convert_history", "private/staking/get-convert-history", ONE_ROW, "start_time", STAKING),
    SampleRequest("staking_reward", "private/staking/get-reward-history", ONE_ROW, "start_time", STAKING),
    SampleRequest(
        "otc_deal",
        "private/otc/get-deal-history",
        {"deal_type": "QUOTE_REQUEST"},
        "start_time",
        records_path="deal_list",
    ),
    SampleRequest(
        "trading_bot", "private/bot/get-trading-bots", {**ONE_ROW_OF_PAGE, **RUNNING_GRID_BOTS}, records_path="bot_list"
    ),
)
