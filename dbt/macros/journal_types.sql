{#- Entries of the ledger that a deposit or a withdrawal makes. -#}
{% macro transfer_journal_types() -%}
'ONCHAIN_DEPOSIT', 'ONCHAIN_WITHDRAWAL', 'DEPOSIT', 'WITHDRAW', 'WITHDRAW_FEE', 'ROLLBACK_DEPOSIT', 'ROLLBACK_WITHDRAW',
'FIAT_DEPOSIT', 'FIAT_WITHDRAWAL', 'FIAT_WITHDRAWAL_CANCEL'
{%- endmacro %}

{#- Entries that another table explains: fills, transfers, and what is staked. -#}
{% macro explained_journal_types() -%}
'TRADING', 'TRADE_FEE', 'SUBACCOUNT_TX', {{ cryptocom.transfer_journal_types() }}
{%- endmacro %}
