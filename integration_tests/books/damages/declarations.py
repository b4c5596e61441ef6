"""The account's tables, and which of their columns a kind of damage can hit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Columns:
    """Names of columns, separated by blanks. `of_instrument`: what a lost instrument takes along."""

    key: str
    amounts: str = ""
    fee: str = ""
    side: str = ""
    names: str = ""
    of_instrument: str = ""
    time: str = ""
    times: str = ""
    nanoseconds: str = ""
    date: str = ""
    never_empty: str = ""


ORDER = {
    "key": "order_id",
    "amounts": "quantity limit_price order_value avg_price cumulative_quantity cumulative_value",
    "fee": "cumulative_fee",
    "side": "side",
    "names": "instrument_name fee_instrument_name",
    "of_instrument": "instrument_name",
    "times": "create_time update_time",
    "nanoseconds": "create_time_ns",
    "date": "order_date",
}
TRANSFER = {"key": "id", "amounts": "amount", "names": "currency", "of_instrument": "currency"}
STAKE = {
    "key": "staking_id",
    "amounts": "quantity",
    "side": "side",
    "names": "underlying_inst_name",
    "of_instrument": "underlying_inst_name",
    "time": "create_time",
    "times": "create_time",
}
CONVERSION = {
    "key": "convert_id",
    "of_instrument": "from_instrument_name",
    "time": "create_time",
    "times": "create_time",
}
WALLET = {
    "key": "instrument_name",
    "amounts": "quantity market_value total_cash_balance",
    "names": "instrument_name",
    "never_empty": "quantity market_value",
}

TABLES: dict[str, Columns] = {
    "order_history": Columns(
        **ORDER,
        time="update_time",
        never_empty="instrument_name side order_type status quantity avg_price cumulative_quantity cumulative_value "
        "cumulative_fee fee_instrument_name create_time update_time",
    ),
    "user_trade": Columns(
        key="trade_id",
        amounts="traded_price traded_quantity",
        fee="fees",
        side="side",
        names="instrument_name fee_instrument_name",
        of_instrument="instrument_name",
        time="create_time",
        times="create_time",
        nanoseconds="create_time_ns transact_time_ns",
        date="event_date",
        never_empty="instrument_name side traded_price traded_quantity fees fee_instrument_name order_id create_time",
    ),
    "transaction": Columns(
        key="journal_id",
        amounts="transaction_qty transaction_cost realized_pnl",
        fee="transaction_qty",
        side="side",
        names="instrument_name",
        of_instrument="instrument_name",
        time="event_time",
        times="event_time",
        nanoseconds="event_timestamp_ns",
        date="event_date",
        never_empty="journal_type instrument_name transaction_qty realized_pnl trade_id order_id event_time",
    ),
    "advanced_order_history": Columns(
        **ORDER,
        time="update_time",
        never_empty="instrument_name side status quantity cumulative_quantity cumulative_value cumulative_fee "
        "exchange_order_id create_time update_time",
    ),
    "open_order": Columns(
        **ORDER,
        time="create_time",
        never_empty="instrument_name side status quantity cumulative_quantity create_time",
    ),
    "advanced_open_order": Columns(
        **ORDER, time="create_time", never_empty="instrument_name side status quantity create_time"
    ),
    "deposit": Columns(
        **TRANSFER,
        fee="fee",
        time="update_time",
        times="create_time update_time",
        never_empty="currency amount status update_time",
    ),
    "withdrawal": Columns(
        **TRANSFER,
        fee="fee",
        time="create_time",
        times="create_time update_time",
        never_empty="currency amount fee status create_time",
    ),
    "fiat_deposit": Columns(
        **TRANSFER,
        fee="fee_amount",
        time="updated_at",
        times="created_at updated_at completed_at",
        never_empty="currency amount status completed_at",
    ),
    "fiat_withdrawal": Columns(
        **TRANSFER,
        fee="fee_amount",
        time="created_at",
        times="created_at updated_at completed_at",
        never_empty="currency amount fee_amount status created_at",
    ),
    "staking_position": Columns(
        key="instrument_name",
        amounts="staked_quantity pending_staked_quantity pending_unstaked_quantity",
        names="underlying_inst_name",
        of_instrument="instrument_name",
        never_empty="staked_quantity",
    ),
    "open_stake": Columns(**STAKE, never_empty="quantity side status underlying_inst_name"),
    "stake_history": Columns(**STAKE, never_empty="quantity side status underlying_inst_name create_time"),
    "open_convert": Columns(
        **CONVERSION, amounts="from_quantity", names="from_instrument_name", never_empty="from_quantity status"
    ),
    "convert_history": Columns(
        **CONVERSION,
        amounts="from_quantity to_quantity",
        names="from_instrument_name to_instrument_name",
        never_empty="from_quantity to_quantity status create_time",
    ),
    "staking_reward": Columns(
        key="event_time",
        amounts="reward_quantity staked_balance",
        names="reward_inst_name",
        of_instrument="staking_inst_name",
        time="event_time",
        times="event_time",
        never_empty="reward_quantity",
    ),
    "otc_deal": Columns(
        key="deal_id",
        nanoseconds="create_time_ns update_time_ns settle_time_ns",
        never_empty="deal_status leg_list update_time_ns",
    ),
    "user_balance": Columns(**WALLET, of_instrument="instrument_name"),
    "user_position": Columns(
        key="instrument_name",
        amounts="quantity cost open_pos_cost open_position_pnl",
        names="instrument_name",
        of_instrument="instrument_name",
        time="update_time",
        times="update_time",
        never_empty="quantity open_pos_cost",
    ),
    "sub_account_balance": Columns(**WALLET, of_instrument="account"),
    "balance_history": Columns(
        key="timestamp",
        amounts="total_cash_balance",
        of_instrument="timeframe",
        time="timestamp",
        times="timestamp",
        never_empty="total_cash_balance",
    ),
    "trading_bot": Columns(
        key="bot_id",
        of_instrument="bot_type",
        time="create_time",
        times="create_time update_time end_time",
        never_empty="state bot_type create_time",
    ),
    "trading_bot_execution": Columns(
        key="order_id",
        amounts="quantity avg_price cum_qty",
        side="side",
        names="symbol",
        of_instrument="symbol",
        time="update_time",
        times="schedule_time execution_time update_time",
        never_empty="symbol side quantity cum_qty order_status",
    ),
    "account": Columns(key="uuid", time="create_time", times="create_time update_time", never_empty="hierarchy"),
    "fee_rate": Columns(
        key="spot_tier",
        amounts="effective_spot_maker_rate_bps effective_deriv_taker_rate_bps",
        never_empty="effective_spot_maker_rate_bps",
    ),
    "instrument_fee_rate": Columns(
        key="instrument_name",
        amounts="effective_maker_rate_bps effective_taker_rate_bps",
        names="instrument_name",
        of_instrument="instrument_name",
        never_empty="effective_maker_rate_bps",
    ),
    "fee_credit": Columns(
        key="expiry_date", amounts="available_balance distributed_amount", never_empty="available_balance"
    ),
    "currency_network": Columns(
        key="network_id",
        amounts="min_withdrawal_amount",
        names="currency",
        of_instrument="currency",
        never_empty="network_id",
    ),
}
