{#- The tables of an account that the checks compare. -#}
{% macro account_tables() -%}
    {{ return([
        'order_history', 'open_order', 'advanced_order_history', 'advanced_open_order', 'user_trade', 'transaction',
        'deposit', 'withdrawal', 'fiat_deposit', 'fiat_withdrawal', 'user_balance', 'user_position', 'balance_history',
        'sub_account_balance', 'staking_position', 'open_stake', 'stake_history', 'open_convert', 'convert_history',
        'staking_reward', 'otc_deal', 'trading_bot', 'trading_bot_execution', 'account', 'fee_rate',
        'instrument_fee_rate', 'fee_credit', 'currency_network',
    ]) }}
{%- endmacro %}
