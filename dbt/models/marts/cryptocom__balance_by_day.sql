{{ config(alias='balance_by_day') }}
{#- The balance at the end of a day is today's, less what the ledger booked since. -#}
with day as (
    select distinct source_account, event_date as day from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    union distinct
    select distinct source_account, {{ cryptocom.day_of('extracted_at') }} as day
    from {{ ref('cryptocom', 'stg_cryptocom__user_balance') }}
),

currency as (
    select distinct source_account, currency from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    union distinct
    select distinct source_account, instrument_name as currency from {{ ref('cryptocom', 'stg_cryptocom__user_balance') }}
),

movement as (
    select source_account, currency, event_date as day, sum(amount) as amount
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    group by source_account, currency, event_date
),

per_day as (
    select
        day.source_account,
        day.day,
        currency.currency,
        coalesce(movement.amount, {{ cryptocom.as_amount(0) }}) as change,
        coalesce(
            sum(movement.amount) over (
                partition by day.source_account, currency.currency
                order by day.day desc
                rows between unbounded preceding and 1 preceding
            ),
            {{ cryptocom.as_amount(0) }}
        ) as change_since
    from day
    inner join currency on currency.source_account = day.source_account
    left join movement
        on movement.source_account = day.source_account
        and movement.currency = currency.currency
        and movement.day = day.day
),

{#- The last price of a day: of the pair with US dollars, else with USDT. #}
candle as (
    select
        instrument,
        {{ cryptocom.day_of('timestamp') }} as day,
        close,
        row_number() over (
            partition by instrument, {{ cryptocom.day_of('timestamp') }}
            order by timestamp desc, extracted_at desc
        ) as newest
    from {{ ref('cryptocom', 'stg_cryptocom__candlestick') }}
),

price as (
    select
        pair.currency,
        candle.day,
        max(case when candle.instrument = pair.in_usd then candle.close end) as in_usd,
        max(case when candle.instrument = pair.in_usdt then candle.close end) as in_usdt
    from (
        select distinct
            currency,
            {{ dbt.concat(['currency', "'_USD'"]) }} as in_usd,
            {{ dbt.concat(['currency', "'_USDT'"]) }} as in_usdt
        from currency
    ) as pair
    inner join candle on candle.instrument in (pair.in_usd, pair.in_usdt) and candle.newest = 1
    group by pair.currency, candle.day
)

select
    per_day.source_account,
    per_day.day,
    per_day.currency,
    per_day.change,
    coalesce(wallet.quantity, {{ cryptocom.as_amount(0) }}) - per_day.change_since as balance,
    case
        when per_day.currency = 'USD' then {{ cryptocom.as_price(1) }}
        else coalesce(price.in_usd, price.in_usdt)
    end as price_usd,
    {{ cryptocom.as_double('coalesce(wallet.quantity, ' ~ cryptocom.as_amount(0) ~ ') - per_day.change_since') }}
    * {{ cryptocom.as_double("case when per_day.currency = 'USD' then 1 else coalesce(price.in_usd, price.in_usdt) end") }}
        as value_usd
from per_day
left join {{ ref('cryptocom', 'stg_cryptocom__user_balance') }} as wallet
    on wallet.source_account = per_day.source_account and wallet.instrument_name = per_day.currency
left join price on price.currency = per_day.currency and price.day = per_day.day
