{{ config(alias='tax_event') }}
{#- Every change of what the account owns, once. Trades and fees come from the fills, transfers from the deposits and
    withdrawals, derivatives with their outcome only; from the ledger comes what no other table tells. -#}
{%- set if_above_zero = "case when {0} > 0 then {1} end" -%}
with traded as (
    select
        fill.*,
        {{ dbt.concat(["'user_trade '", 'trade_id']) }} as event_key,
        {{ dbt.concat(["'order '", "coalesce(order_id, '?')", "', fill '", 'trade_id']) }} as description
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
),

spot_trade as (
    select
        {{ cryptocom.tax_event(
            key='event_key',
            kind="'trade'",
            happened_at='filled_at',
            sent="case side when 'BUY' then value else quantity end",
            sent_currency="case side when 'BUY' then quote_currency else base_currency end",
            received="case side when 'BUY' then quantity else value end",
            received_currency="case side when 'BUY' then base_currency else quote_currency end",
            fee=if_above_zero.format('fee', 'fee'),
            fee_currency=if_above_zero.format('fee', 'fee_currency'),
            instrument_name='instrument_name',
            description='description',
        ) }}
    from traded
    where instrument_kind = 'spot'
),

derivative_fee as (
    select
        {{ cryptocom.tax_event(
            key=dbt.concat(["'fee of '", 'event_key']),
            kind="'derivative fee'",
            happened_at='filled_at',
            label="'fee'",
            sent='fee',
            sent_currency='fee_currency',
            instrument_name='instrument_name',
            description='description',
        ) }}
    from traded
    where instrument_kind = 'derivative' and fee > 0
),

rebate as (
    select
        {{ cryptocom.tax_event(
            key=dbt.concat(["'rebate of '", 'event_key']),
            kind="'rebate'",
            happened_at='filled_at',
            label="'rebate'",
            received='-fee',
            received_currency='fee_currency',
            instrument_name='instrument_name',
            description='description',
        ) }}
    from traded
    where fee < 0
),

transfer as (
    select
        {{ cryptocom.tax_event(
            key='transfer_key',
            kind="case direction when 'between accounts' then 'between accounts' else 'transfer' end",
            happened_at='happened_at',
            sent="case when direction <> 'in' then amount end",
            sent_currency="case when direction <> 'in' then currency end",
            received="case when direction <> 'out' then amount end",
            received_currency="case when direction <> 'out' then currency end",
            fee=if_above_zero.format('fee', 'fee'),
            fee_currency=if_above_zero.format('fee', 'fee_currency'),
            tx_hash='tx_hash',
        ) }}
    from {{ ref('cryptocom', 'cryptocom__transfer') }}
    where is_complete and amount > 0
),

reward as (
    select
        {{ cryptocom.tax_event(
            key='reward_key',
            kind="'reward'",
            happened_at='happened_at',
            label="'reward'",
            received='amount',
            received_currency='currency',
        ) }}
    from {{ ref('cryptocom', 'cryptocom__reward') }}
),

otc as (
    select
        {{ cryptocom.tax_event(
            key=dbt.concat(["'otc_deal '", 'deal_id', "' leg '", 'cast(leg_number as ' ~ dbt.type_string() ~ ')']),
            kind="'otc trade'",
            happened_at='happened_at',
            sent="case side when 'BUY' then value else quantity end",
            sent_currency="case side when 'BUY' then quote_currency else base_currency end",
            received="case side when 'BUY' then quantity else value end",
            received_currency="case side when 'BUY' then base_currency else quote_currency end",
            instrument_name='instrument_name',
        ) }}
    from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
    where is_settled
),

conversion as (
    select
        {{ cryptocom.tax_event(
            key=dbt.concat(["'convert_history '", 'convert_id']),
            kind="'conversion'",
            happened_at='create_time',
            sent='from_quantity',
            sent_currency='from_instrument_name',
            received='to_quantity',
            received_currency='to_instrument_name',
        ) }}
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED'
),

other_entry as (
    select
        entry.*,
        {{ dbt.concat(["'ledger '", 'entry.journal_id', "' '", 'entry.journal_type', "' '", 'entry.instrument_name']) }} as event_key,
        case
            when instrument_kind = 'derivative' then 'profit'
            when entry.journal_type like '%INTEREST%' then 'interest'
            when entry.journal_type like '%FEE%' then 'fee'
        end as label,
        explained.explained_by
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
    left join {{ ref('cryptocom', 'int_cryptocom__explained_entry') }} as explained
        on explained.source_account = entry.source_account
        and explained.journal_id = entry.journal_id
        and explained.journal_type = entry.journal_type
        and explained.event_timestamp_ns = entry.event_timestamp_ns
        and explained.instrument_name = entry.instrument_name
    where entry.amount <> 0
        and (
            entry.instrument_kind = 'derivative'
            or entry.journal_type not in ({{ cryptocom.explained_journal_types() }}, 'SOFT_STAKE_REWARD')
        )
        and (explained.explained_by is null or explained.explained_by = 'staking')
),

booked as (
    select
        {{ cryptocom.tax_event(
            key='event_key',
            kind="case when explained_by = 'staking' then 'staking' when instrument_kind <> 'derivative' then 'other' "
                ~ "when journal_type = 'FUNDING' then 'funding' else 'derivative profit' end",
            happened_at='event_time',
            label='label',
            sent='case when amount < 0 then -amount end',
            sent_currency='case when amount < 0 then currency end',
            received='case when amount > 0 then amount end',
            received_currency='case when amount > 0 then currency end',
            instrument_name='instrument_name',
        ) }}
    from other_entry
)

{% for part in ['spot_trade', 'derivative_fee', 'rebate', 'transfer', 'reward', 'otc', 'conversion', 'booked'] -%}
select * from {{ part }}
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
