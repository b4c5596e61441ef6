{#- Per table: key, instrument, time, and the columns that the exchange always fills, with the condition under which it
    does where there is one. -#}
{% macro filled_columns() -%}
{%- set filled = 'cumulative_quantity > 0' -%}
{%- set trade = "journal_type in ('TRADING', 'TRADE_FEE')" -%}
{%- set order = {
    'instrument_name': '', 'side': '', 'status': '', 'quantity': '', 'cumulative_quantity': '', 'create_time': '',
} -%}
{%- set ended = {
    'order_type': '', 'update_time': '', 'avg_price': '', 'cumulative_value': '', 'cumulative_fee': '',
    'fee_instrument_name': '',
} -%}
{%- set order_ended = {} -%}
{%- do order_ended.update(order) -%}
{%- do order_ended.update(ended) -%}
{%- set transfer = {'currency': '', 'amount': '', 'status': ''} -%}
{%- set bank = {
    'currency': '', 'amount': '', 'status': '', 'created_at': '', 'updated_at': '', 'fee_amount': "status = 'completed'",
    'completed_at': "status = 'completed'",
} -%}
{%- set request = {'underlying_inst_name': '', 'side': '', 'quantity': '', 'status': '', 'create_time': ''} -%}
    {{ return({
        'order_history': ('order_id', 'instrument_name', 'update_time', order_ended),
        'user_trade': ('trade_id', 'instrument_name', 'create_time', {
            'instrument_name': '', 'side': '', 'traded_price': '', 'traded_quantity': '', 'fees': '',
            'fee_instrument_name': '', 'order_id': '', 'create_time': '',
        }),
        'transaction': ('journal_id', 'instrument_name', 'event_time', {
            'journal_type': '', 'instrument_name': '', 'transaction_qty': '', 'realized_pnl': '', 'event_time': '',
            'trade_id': trade ~ ' and order_id is not null', 'order_id': trade ~ ' and trade_id is not null',
        }),
        'advanced_order_history': ('order_id', 'instrument_name', 'update_time', {
            'instrument_name': '', 'side': '', 'status': '', 'quantity': '', 'cumulative_quantity': '', 'create_time': '',
            'update_time': '', 'cumulative_value': '', 'cumulative_fee': '', 'exchange_order_id': filled,
        }),
        'open_order': ('order_id', 'instrument_name', 'create_time', order),
        'advanced_open_order': ('order_id', 'instrument_name', 'create_time', {
            'instrument_name': '', 'side': '', 'status': '', 'quantity': '', 'create_time': '',
        }),
        'deposit': ('id', 'currency', 'update_time', {
            'currency': '', 'amount': '', 'status': '', 'create_time': '', 'update_time': '', 'fee': '',
        }),
        'withdrawal': ('id', 'currency', 'create_time', {
            'currency': '', 'amount': '', 'status': '', 'create_time': '', 'update_time': '', 'fee': '',
        }),
        'fiat_deposit': ('id', 'currency', 'updated_at', bank),
        'fiat_withdrawal': ('id', 'currency', 'created_at', bank),
        'staking_position': ('instrument_name', 'instrument_name', none, {
            'staked_quantity': '', 'underlying_inst_name': '',
        }),
        'open_stake': ('staking_id', 'underlying_inst_name', 'create_time', request),
        'stake_history': ('staking_id', 'underlying_inst_name', 'create_time', request),
        'open_convert': ('convert_id', 'from_instrument_name', 'create_time', {'from_quantity': '', 'status': ''}),
        'convert_history': ('convert_id', 'from_instrument_name', 'create_time', {
            'from_instrument_name': '', 'to_instrument_name': '', 'from_quantity': '', 'status': '', 'create_time': '',
            'to_quantity': "status = 'COMPLETED'",
        }),
        'staking_reward': (
            dbt.concat(['staking_inst_name', "' '", cryptocom.shown('event_time')]), 'staking_inst_name', 'event_time',
            {'reward_quantity': '', 'reward_inst_name': '', 'staked_balance': ''},
        ),
        'otc_deal': ('deal_id', none, none, {'deal_status': '', 'leg_list': '', 'update_time_ns': ''}),
        'user_balance': ('instrument_name', 'instrument_name', 'snapshot_time', {'quantity': '', 'market_value': ''}),
        'user_position': ('instrument_name', 'instrument_name', 'update_time', {'quantity': '', 'open_pos_cost': ''}),
        'sub_account_balance': ('instrument_name', 'instrument_name', 'snapshot_time', {
            'quantity': '', 'market_value': '',
        }),
        'balance_history': (
            dbt.concat(['timeframe', "' '", cryptocom.shown('timestamp')]), 'instrument_name', 'timestamp',
            {'total_cash_balance': ''},
        ),
        'trading_bot': ('bot_id', none, 'create_time', {'state': '', 'bot_type': '', 'create_time': ''}),
        'trading_bot_execution': ('order_id', 'symbol', 'update_time', {
            'symbol': '', 'side': '', 'quantity': '', 'cum_qty': "order_status = 'FILLED'", 'order_status': '',
        }),
        'account': ('uuid', none, 'create_time', {'hierarchy': ''}),
        'instrument_fee_rate': ('instrument_name', 'instrument_name', none, {
            'effective_maker_rate_bps': '', 'effective_taker_rate_bps': '',
        }),
        'fee_credit': (cryptocom.shown('expiry_date'), none, none, {'available_balance': ''}),
        'currency_network': (dbt.concat(['currency', "' '", cryptocom.shown('network_id')]), 'currency', none, {
            'network_id': '',
        }),
    }) }}
{%- endmacro %}
