{#- Per table: key, instrument, time, the columns that two rows cannot have in common, of which rows that is said, and
    whether it is sure. -#}
{% macro telling_columns() -%}
{%- set placed = 'create_time_ns is not null' -%}
{%- set order = ('order_id', 'instrument_name', 'update_time', ['client_oid', 'instrument_name', 'create_time_ns'], placed, 'true') -%}
{%- set advanced = (
    'order_id', 'instrument_name', 'update_time', ['client_oid', 'create_time_ns', 'side', 'order_type', 'leg_id'], placed, 'true',
) -%}
{%- set minute = dbt.date_trunc('minute', 'event_time') -%}
    {{ return({
        'order_history': order,
        'open_order': order,
        'advanced_order_history': advanced,
        'advanced_open_order': advanced,
        'user_trade': (
            'trade_id', 'instrument_name', 'create_time',
            ['order_id', 'trade_match_id', 'transact_time_ns', 'traded_quantity', 'traded_price'],
            'trade_match_id is not null and transact_time_ns is not null', 'true',
        ),
        'transaction': (
            'journal_id', 'instrument_name', 'event_time',
            [
                'journal_type', 'instrument_name', 'isolation_id', 'event_timestamp_ns', 'transaction_qty', 'realized_pnl',
                'trade_id', 'order_id',
            ],
            'event_timestamp_ns is not null and (transaction_qty <> 0 or realized_pnl <> 0)', 'false',
        ),
        'deposit': ('id', 'currency', 'update_time', ['currency', 'amount', 'txid', 'create_time', 'status'], '1 = 1', 'false'),
        'withdrawal': (
            'id', 'currency', 'create_time', ['currency', 'amount', 'txid', 'create_time', 'address'], '1 = 1', 'false',
        ),
        'fiat_deposit': ('id', 'currency', 'updated_at', ['currency', 'amount', 'created_at', 'payment_network'], '1 = 1', 'false'),
        'fiat_withdrawal': (
            'id', 'currency', 'created_at', ['currency', 'amount', 'created_at', 'payment_network'], '1 = 1', 'false',
        ),
        'open_stake': (
            'staking_id', 'underlying_inst_name', 'create_time', ['underlying_inst_name', 'side', 'quantity', 'create_time'],
            '1 = 1', 'false',
        ),
        'stake_history': (
            'staking_id', 'underlying_inst_name', 'create_time', ['underlying_inst_name', 'side', 'quantity', 'create_time'],
            '1 = 1', 'false',
        ),
        'open_convert': (
            'convert_id', 'from_instrument_name', 'create_time', ['from_instrument_name', 'from_quantity', 'create_time'],
            '1 = 1', 'false',
        ),
        'convert_history': (
            'convert_id', 'from_instrument_name', 'create_time', ['from_instrument_name', 'from_quantity', 'create_time'],
            '1 = 1', 'false',
        ),
        'staking_reward': (
            cryptocom.shown('event_time'), 'staking_inst_name', 'event_time',
            ['staking_inst_name', 'reward_inst_name', 'reward_quantity', 'staked_balance', minute], '1 = 1', 'false',
        ),
        'otc_deal': ('deal_id', 'quote_id', 'extracted_at', ['quote_id', 'quote_req_id'], 'quote_id is not null', 'false'),
        'trading_bot': ('bot_id', 'bot_type', 'create_time', ['bot_type', 'create_time', 'settings'], '1 = 1', 'false'),
        'trading_bot_execution': (
            'order_id', 'symbol', 'update_time', ['bot_id', 'symbol', 'schedule_time'], 'schedule_time is not null', 'false',
        ),
        'user_position': (
            'instrument_name', 'instrument_name', 'update_time', ['isolation_id', 'quantity', 'cost', 'update_time'],
            'quantity <> 0 and cost <> 0', 'false',
        ),
    }) }}
{%- endmacro %}

{#- Numbers that two such rows of a large table have in common, never null: few rows do, and only those are compared by
    their texts, since to group all rows by texts takes long. -#}
{% macro telling_numbers() -%}
    {{ return({
        'order_history': ['create_time_ns'],
        'user_trade': ['transact_time_ns'],
        'transaction': ['event_timestamp_ns', 'coalesce(transaction_qty, ' ~ cryptocom.zero() ~ ')'],
    }) }}
{%- endmacro %}
