{{ config(alias='derivative_profit_by_day') }}
with entry as (
    select
        source_account,
        event_date as day,
        instrument_name,
        currency,
        case when kind = 'funding' then amount else {{ cryptocom.as_amount(0) }} end as funding,
        case when kind = 'funding' then {{ cryptocom.as_amount(0) }} else amount end as realized,
        {{ cryptocom.as_amount(0) }} as fee
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    {#- The exchange may book it on the instrument or in US dollars. #}
    where kind in ('funding', 'derivative profit', 'derivative fee')
    union all
    select
        source_account,
        {{ cryptocom.day_of('filled_at') }} as day,
        instrument_name,
        fee_currency as currency,
        {{ cryptocom.as_amount(0) }} as funding,
        {{ cryptocom.as_amount(0) }} as realized,
        fee_paid as fee
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
    where instrument_kind = 'derivative'
),

per_day as (
    select
        source_account,
        day,
        instrument_name,
        currency,
        sum(realized) as realized,
        sum(funding) as funding,
        sum(fee) as fee,
        sum(realized) + sum(funding) - sum(fee) as profit
    from entry
    group by source_account, day, instrument_name, currency
)

select
    source_account,
    day,
    instrument_name,
    currency,
    realized,
    funding,
    fee,
    profit,
    sum(profit) over (
        partition by source_account, currency
        order by day, instrument_name
        rows between unbounded preceding and current row
    ) as profit_so_far
from per_day
where realized <> 0 or funding <> 0 or fee <> 0
