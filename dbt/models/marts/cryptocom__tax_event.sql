{{ config(alias='tax_event') }}
{#- Every change of what the account owns, once. Trades and fees come from the fills, transfers from the deposits and
    withdrawals, derivatives with their outcome only; from the ledger comes what no other table tells. -#}
{%- set if_above_zero = "case when {0} > 0 then {1} end" -%}
with traded as (
    select
        fill.*,
        {{ dbt.concat(["'user_trade '", 'trade_id', "' '", 'instrument_name']) }} as event_key,
        {{ dbt.concat(["'order '", "coalesce(order_id, '?')", "', fill '", 'trade_id']) }} as description
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
),

spot_trade as (
    select
        {{ cryptocom.tax_event(
            key='event_key',
            kind="'trade'",
            happened_at='filled_at',
            sent=cryptocom.of_side('value', 'quantity'),
            sent_currency="case side when 'BUY' then quote_currency else base_currency end",
            received=cryptocom.of_side('quantity', 'value'),
            received_currency="case side when 'BUY' then base_currency else quote_currency end",
            fee=if_above_zero.format('fee_paid', 'fee_paid'),
            fee_currency=if_above_zero.format('fee_paid', 'fee_currency'),
            instrument_name='instrument_name',
            description='description',
            nanoseconds='filled_at_ns',
            id='trade_id',
            side='side',
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
            sent='fee_paid',
            sent_currency='fee_currency',
            instrument_name='instrument_name',
            description='description',
            nanoseconds='filled_at_ns',
            id='trade_id',
        ) }}
    from traded
    where instrument_kind = 'derivative' and fee_paid > 0
),

rebate as (
    select
        {{ cryptocom.tax_event(
            key=dbt.concat(["'rebate of '", 'event_key']),
            kind="'rebate'",
            happened_at='filled_at',
            label="'rebate'",
            received='-fee_paid',
            received_currency='fee_currency',
            instrument_name='instrument_name',
            description='description',
            nanoseconds='filled_at_ns',
            id='trade_id',
        ) }}
    from traded
    where fee_paid < 0
),

transfer as (
    select
        {{ cryptocom.tax_event(
            key=dbt.concat([
                'coalesce(pair_key, transfer_key)',
                "case when pair_key is not null and direction = 'in' then ' received' "
                    ~ "when pair_key is not null or direction = 'between accounts' then ' sent' else '' end",
            ]),
            kind="case when pair_key is not null or direction = 'between accounts' then 'between accounts' "
                ~ "when amount = 0 then 'fee' else 'transfer' end",
            happened_at='happened_at',
            label="case when amount = 0 then 'fee' end",
            sent="case when amount = 0 then fee when direction <> 'in' then amount end",
            sent_currency="case when amount = 0 then fee_currency when direction <> 'in' then currency end",
            received="case when amount > 0 and direction = 'in' then amount end",
            received_currency="case when amount > 0 and direction = 'in' then currency end",
            fee='case when amount > 0 and fee > 0 and pair_key is null then fee end',
            fee_currency='case when amount > 0 and fee > 0 and pair_key is null then fee_currency end',
            tx_hash='tx_hash',
        ) }}
    from {{ ref('cryptocom', 'cryptocom__transfer') }}
    where is_complete and (amount > 0 or fee > 0)
),

{# What moved from one account of the books to another over the chain is still there; its fee is not. #}
fee_between_accounts as (
    select
        {{ cryptocom.tax_event(
            key=dbt.concat(['transfer_key', "' fee'"]),
            kind="'fee'",
            happened_at='happened_at',
            label="'fee'",
            sent='fee',
            sent_currency='fee_currency',
            tx_hash='tx_hash',
        ) }}
    from {{ ref('cryptocom', 'cryptocom__transfer') }}
    where pair_key is not null and fee > 0
),

{# The other side of what moved between two accounts of the books. #}
arrival as (
    select
        {{ cryptocom.tax_event(
            account='network',
            key=dbt.concat(['transfer_key', "' received'"]),
            kind="'between accounts'",
            happened_at='happened_at',
            received='amount',
            received_currency='currency',
        ) }}
    from {{ ref('cryptocom', 'cryptocom__transfer') }}
    where direction = 'between accounts'
),

reward as (
    select
        {{ cryptocom.tax_event(
            key='reward_key',
            kind="'reward'",
            happened_at='happened_at',
            label="'reward'",
            sent='case when amount < 0 then -amount end',
            sent_currency='case when amount < 0 then currency end',
            sent_place='case when amount < 0 then place end',
            received='case when amount > 0 then amount end',
            received_currency='case when amount > 0 then currency end',
            received_place='case when amount > 0 then place end',
        ) }}
    from {{ ref('cryptocom', 'cryptocom__reward') }}
),

otc as (
    select
        {{ cryptocom.tax_event(
            key='leg_key',
            kind="'otc trade'",
            happened_at='happened_at',
            sent=cryptocom.of_side('value', 'quantity'),
            sent_currency="case side when 'BUY' then quote_currency else base_currency end",
            received=cryptocom.of_side('quantity', 'value'),
            received_currency="case side when 'BUY' then base_currency else quote_currency end",
            instrument_name='instrument_name',
            side='side',
        ) }}
    from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
    {#- One that is a fill as well comes from the fills. #}
    where is_settled and trade_id is null
),

conversion as (
    select
        {{ cryptocom.tax_event(
            key='conversion_key',
            kind='kind',
            happened_at='happened_at',
            label="case kind when 'rename' then 'swap' end",
            sent='sent_amount',
            sent_currency='sent_currency',
            sent_place='sent_place',
            received='received_amount',
            received_currency='received_currency',
            received_place='received_place',
            description='description',
            nanoseconds='happened_at_ns',
        ) }}
    from {{ ref('cryptocom', 'cryptocom__conversion') }}
),

{# Entries that nothing else tells, each by itself. #}
other_entry as (
    select
        entry.*,
        case
            when explained.explained_by = 'staking' or entry.kind = 'staking' then 'staking'
            when grouped.shape = 'internal' then 'internal'
            when entry.kind in ('trade fee', 'derivative fee') and entry.amount > 0 then 'rebate'
            when entry.kind = 'trade fee' then 'fee'
            when entry.kind in ('interest', 'funding', 'derivative profit', 'derivative fee') then entry.kind
            when entry.journal_type like '%INTEREST%' then 'interest'
            else 'unclassified'
        end as event_kind
    from {{ ref('cryptocom', 'int_cryptocom__other_entry') }} as entry
    left join {{ ref('cryptocom', 'int_cryptocom__explained_entry') }} as explained
        on explained.entry_key = entry.entry_key
    left join {{ ref('cryptocom', 'int_cryptocom__grouped_entry') }} as grouped
        on grouped.entry_key = entry.entry_key
    where (explained.explained_by is null or explained.explained_by = 'staking')
        and (grouped.shape is null or grouped.shape = 'internal')
        and not (entry.kind = 'reward' and entry.amount <> 0)
),

booked as (
    select
        {{ cryptocom.tax_event(
            key='event_key',
            kind='event_kind',
            happened_at='event_time',
            label="case when event_kind in ('derivative profit', 'funding') then 'profit' "
                ~ "when event_kind = 'interest' and amount < 0 then 'interest' "
                ~ "when event_kind = 'interest' then 'interest received' "
                ~ "when event_kind in ('fee', 'derivative fee') then 'fee' when event_kind = 'rebate' then 'rebate' end",
            sent='case when amount < 0 then -amount end',
            sent_currency='case when amount < 0 then currency end',
            sent_place='place',
            received='case when amount > 0 then amount end',
            received_currency='case when amount > 0 then currency end',
            received_place='place',
            instrument_name='instrument_name',
            nanoseconds='event_timestamp_ns',
        ) }}
    from other_entry
),

event as (
    {%- for part in ['spot_trade', 'derivative_fee', 'rebate', 'transfer', 'fee_between_accounts', 'arrival', 'reward', 'otc', 'conversion', 'booked'] %}
    select * from {{ part }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

{#- Without a time, or with an amount that is no number, a row is no event; columns_are_filled names it. #}
select * from event
where happened_at is not null
    and (sent_currency is null or sent_amount is not null)
    and (received_currency is null or received_amount is not null)
