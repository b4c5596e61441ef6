{#- What an entry of the ledger is, by its type. The list of types is open: one that is not here is `unclassified`.

    trade, trade fee     the fills tell
    on-chain, bank, app  a transfer, with the way that it took; the app is the Crypto.com App
    transfer fee         of a withdrawal, beside it
    sub-account          moved to or from another account
    staking              moved between a coin and its `.staked`
    reward               earned
    conversion           one leg of an exchange of two currencies
    replacement          the same, or a coin that got another name -#}
{% macro kinds_of_journal_types() -%}
    {{ return({
        'TRADING': 'trade',
        'TRADE_FEE': 'trade fee',
        'ONCHAIN_DEPOSIT': 'on-chain',
        'ONCHAIN_WITHDRAWAL': 'on-chain',
        'ONCHAIN_WITHDRAW': 'on-chain',
        'DEPOSIT': 'on-chain',
        'WITHDRAW': 'on-chain',
        'WITHDRAWAL': 'on-chain',
        'ROLLBACK_DEPOSIT': 'on-chain',
        'ROLLBACK_WITHDRAW': 'on-chain',
        'WITHDRAW_FEE': 'transfer fee',
        'FIAT_DEPOSIT': 'bank',
        'FIAT_WITHDRAWAL': 'bank',
        'FIAT_WITHDRAWAL_CANCEL': 'bank',
        'OFFCHAIN_DEPOSIT': 'app',
        'OFFCHAIN_WITHDRAWAL': 'app',
        'SUBACCOUNT_TX': 'sub-account',
        'STAKING': 'staking',
        'UNSTAKING': 'staking',
        'STAKING_REWARDS': 'reward',
        'STAKING_REWARD': 'reward',
        'SOFT_STAKE_REWARD': 'reward',
        'CORRECTION_REWARD': 'reward',
        'AUTO_CONVERSION': 'conversion',
        'MANUAL_CONVERSION': 'conversion',
        'STABLECOIN_CONVERSION': 'conversion',
        'CRYPTO_DUSTING': 'conversion',
        'OFFCHAIN_SALE': 'conversion',
        'DELIST': 'replacement',
        'ADJUSTMENT': 'replacement',
        'ADMIN_ADJUSTMENT': 'replacement',
        'FUNDING': 'funding',
        'REALIZED_PNL': 'derivative profit',
        'SESSION_SETTLE': 'derivative profit',
        'SESSION_RESET': 'derivative profit',
        'SOCIALIZED_LOSS': 'derivative profit',
        'UNCOVERED_LOSS': 'derivative profit',
        'INSURANCE_FUND': 'derivative profit',
        'LIQUIDATION_FEE': 'derivative fee',
        'SETTLEMENT_FEE': 'derivative fee',
        'MARGIN_TRADE_INTEREST': 'interest',
    }) }}
{%- endmacro %}

{% macro kind_of_journal_type(journal_type) -%}
case {{ journal_type }}
        {%- for type, kind in cryptocom.kinds_of_journal_types().items() %}
        when '{{ type }}' then '{{ kind }}'
        {%- endfor %}
        else 'unclassified'
    end
{%- endmacro %}

{% macro journal_types_of(kinds) -%}
    {%- set types = [] -%}
    {%- for type, kind in cryptocom.kinds_of_journal_types().items() if kind in kinds -%}
        {%- do types.append(type) -%}
    {%- endfor -%}
'{{ types | join("', '") }}'
{%- endmacro %}

{#- Entries of the ledger that a deposit or a withdrawal makes. -#}
{% macro transfer_journal_types() -%}
{{ cryptocom.journal_types_of(['on-chain', 'bank', 'app', 'transfer fee']) }}
{%- endmacro %}
