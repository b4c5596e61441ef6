{#- Currencies that an account owed the exchange at some time, and what it held before the first entry. Only rows prove that:
    what the wallet held when it was looked at, less what the ledger booked until then, is what was there before; where
    the ledger leads from there below zero at the end of a moment, the rest was borrowed. An account whose wallet was not
    looked at proves nothing: what it sold may have been there before. -#}
{%- set nothing = cryptocom.as_amount(0) -%}
with looked as (
    select distinct source_account from {{ ref('cryptocom', 'int_cryptocom__wallet') }} where place = 'wallet'
),

started as (
    select source_account, currency, balance - change as quantity
    from (
        select balance.*, row_number() over (partition by source_account, currency order by day) as number
        from {{ ref('cryptocom', 'cryptocom__balance_by_day') }} as balance
    ) as by_day
    where number = 1 and source_account in (select source_account from looked)
),

{# Few currencies can have been below zero: those whose outflow of a day exceeds what was there when it began. #}
outflow as (
    select source_account, currency, event_date as day, sum(amount) as amount
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    where amount < 0
    group by source_account, currency, event_date
),

suspected as (
    select started.source_account, started.currency, started.quantity
    from outflow
    inner join {{ ref('cryptocom', 'cryptocom__balance_by_day') }} as balance
        on balance.source_account = outflow.source_account
        and balance.currency = outflow.currency
        and balance.day = outflow.day
    inner join started on started.source_account = outflow.source_account and started.currency = outflow.currency
    where balance.balance - balance.change + outflow.amount < 0
    union distinct
    select source_account, currency, quantity from started where quantity < 0
),

moment as (
    select
        entry.source_account,
        entry.currency,
        entry.event_timestamp_ns,
        suspected.quantity,
        sum(entry.amount) as amount
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
    inner join suspected on suspected.source_account = entry.source_account and suspected.currency = entry.currency
    where suspected.currency <> '{{ var('cryptocom_reporting_currency') }}'
    group by entry.source_account, entry.currency, entry.event_timestamp_ns, suspected.quantity
),

led as (
    select
        source_account,
        currency,
        quantity,
        quantity + sum(amount) over (
            partition by source_account, currency order by event_timestamp_ns rows between unbounded preceding and current row
        ) as balance
    from moment
)

select
    source_account,
    currency,
    max(quantity) as quantity_before
from led
group by source_account, currency
having max(quantity) < {{ nothing }} or min(balance) < {{ nothing }}
