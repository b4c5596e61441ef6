{{ config(alias='balance_by_day') }}
{#- The balance at the end of every day: what was in the wallet when it was looked at, and what the ledger booked between
    that moment and the end of the day. What is staked is in it, whether the ledger has it or not. -#}
{%- set nothing = cryptocom.as_amount(0) -%}
with in_ledger as (
    select source_account, currency, event_date as day, event_time as moved_at, amount, false as is_outside
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
),

ledger_of_staked as (
    select distinct source_account
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    where {{ cryptocom.is_staked('wallet_name') }}
),

{# Where the ledger has no name for what is staked: what left the wallet for it, was earned on it, or converted from it. #}
outside as (
    select
        event.source_account,
        coalesce(event.sent_currency, event.received_currency) as currency,
        {{ cryptocom.day_of('event.happened_at') }} as day,
        event.happened_at as moved_at,
        coalesce(event.sent_amount, {{ nothing }}) - coalesce(event.received_amount, {{ nothing }}) as amount,
        true as is_outside
    from {{ ref('cryptocom', 'cryptocom__tax_event') }} as event
    where event.kind = 'staking'
    union all
    select
        source_account, received_currency, {{ cryptocom.day_of('happened_at') }}, happened_at, received_amount, true
    from {{ ref('cryptocom', 'cryptocom__tax_event') }}
    where kind <> 'staking' and received_place = 'staked'
    union all
    select source_account, sent_currency, {{ cryptocom.day_of('happened_at') }}, happened_at, -sent_amount, true
    from {{ ref('cryptocom', 'cryptocom__tax_event') }}
    where kind <> 'staking' and sent_place = 'staked'
),

moved as (
    select * from in_ledger
    union all
    select outside.*
    from outside
    where not exists (select 1 from ledger_of_staked where ledger_of_staked.source_account = outside.source_account)
),

wallet as (
    select
        source_account,
        currency,
        sum(case when place = 'wallet' then quantity else {{ nothing }} end) as in_wallet,
        sum(quantity) as quantity,
        max(case when place = 'wallet' then observed_at end) as observed_at,
        max(observed_at) as staked_observed_at
    from {{ ref('cryptocom', 'int_cryptocom__wallet') }}
    group by source_account, currency
),

account as (
    select source_account, min(day) as first_day, max(day) as last_day
    from (
        select source_account, day from moved
        union all
        select source_account, {{ cryptocom.day_of('observed_at') }} from {{ ref('cryptocom', 'int_cryptocom__wallet') }}
        union all
        select source_account, {{ cryptocom.day_of('read_at') }} from {{ ref('cryptocom', 'int_cryptocom__reading') }}
    ) as told
    group by source_account
),

looked as (
    select source_account, max(case when place = 'wallet' then observed_at end) as observed_at, max(observed_at) as staked_observed_at
    from {{ ref('cryptocom', 'int_cryptocom__wallet') }}
    group by source_account
),

currency as (
    select source_account, currency from moved
    union distinct
    select source_account, currency from wallet
),

{# What the ledger had booked when the wallet was looked at. Without a look everything began at zero. #}
booked_by_then as (
    select
        moved.source_account,
        moved.currency,
        sum(case
            when not moved.is_outside and moved.moved_at <= looked.observed_at then moved.amount
            when moved.is_outside and moved.moved_at <= looked.staked_observed_at then moved.amount
            else {{ nothing }}
        end) as amount
    from moved
    inner join looked on looked.source_account = moved.source_account
    group by moved.source_account, moved.currency
),

per_day as (
    select source_account, currency, day, sum(amount) as amount
    from moved
    group by source_account, currency, day
),

every_day as (
    select
        currency.source_account,
        day.day,
        currency.currency,
        coalesce(per_day.amount, {{ nothing }}) as change,
        coalesce(
            sum(per_day.amount) over (
                partition by currency.source_account, currency.currency
                order by day.day
                rows between unbounded preceding and current row
            ),
            {{ nothing }}
        )
        + coalesce(wallet.quantity, {{ nothing }})
        - coalesce(booked_by_then.amount, {{ nothing }}) as balance
    from currency
    inner join account on account.source_account = currency.source_account
    inner join {{ ref('cryptocom', 'int_cryptocom__day') }} as day
        on day.day >= account.first_day and day.day <= account.last_day
    left join per_day
        on per_day.source_account = currency.source_account
        and per_day.currency = currency.currency
        and per_day.day = day.day
    left join wallet on wallet.source_account = currency.source_account and wallet.currency = currency.currency
    left join booked_by_then
        on booked_by_then.source_account = currency.source_account and booked_by_then.currency = currency.currency
)

select
    every_day.*,
    price.price_usd,
    case
        when every_day.balance = 0 then 0
        else {{ cryptocom.as_double('every_day.balance') }} * {{ cryptocom.as_double('price.price_usd') }}
    end as value_usd
from every_day
left join {{ ref('cryptocom', 'int_cryptocom__price_by_day') }} as price
    on price.currency = every_day.currency and price.day = every_day.day
