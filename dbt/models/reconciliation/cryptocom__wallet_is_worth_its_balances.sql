{{ config(alias='wallet_is_worth_its_balances') }}
{#- The values of the balances are the total of the wallet, to a thousandth; at each midnight they are the point of the
    balance history, to half a percent, where the price of every currency was read. How the live exchange values a wallet is
    not known for sure, so this warns. -#}
with wallet as (
    select
        source_account,
        'wallet' as subject,
        'user_balance' as table_name,
        max(snapshot_time) as observed_at,
        sum(market_value) as value,
        max(total_cash_balance) as total,
        min(total_cash_balance) as least_total
    from {{ ref('cryptocom', 'stg_cryptocom__user_balance') }}
    group by source_account
    union all
    select
        source_account,
        {{ dbt.concat(["'wallet of '", cryptocom.shown('account')]) }},
        'sub_account_balance',
        max(snapshot_time),
        sum(market_value),
        max(total_cash_balance),
        min(total_cash_balance)
    from {{ ref('cryptocom', 'stg_cryptocom__sub_account_balance') }}
    group by source_account, account
),

point as (
    select source_account, timestamp as pointed_at, {{ cryptocom.day_of(cryptocom.minutes_later('timestamp', -60)) }} as day,
        total_cash_balance as total
    from {{ ref('cryptocom', 'stg_cryptocom__balance_history') }}
    where timeframe = 'D1' and total_cash_balance > 0
),

booked as (
    select source_account, currency, {{ cryptocom.day_of('event_time') }} as day, sum(amount) as amount
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    group by source_account, currency, {{ cryptocom.day_of('event_time') }}
),

held as (
    select source_account, instrument_name as currency, quantity, market_value
    from {{ ref('cryptocom', 'stg_cryptocom__user_balance') }}
),

currency as (
    select source_account, currency from held
    union distinct
    select source_account, currency from booked
),

dated as (
    select source_account, currency, day, amount, cast(null as {{ dbt.type_timestamp() }}) as pointed_at,
        {{ cryptocom.zero() }} as total
    from booked
    union all
    select point.source_account, currency.currency, point.day, {{ cryptocom.zero() }}, point.pointed_at, point.total
    from point
    inner join currency on currency.source_account = point.source_account
),

running as (
    select
        dated.*,
        sum(amount) over (partition by source_account, currency order by day) as booked_until,
        sum(amount) over (partition by source_account, currency) as booked_in_all
    from dated
),

since as (
    {#- What is held now, less what was booked after the day. #}
    select
        running.source_account,
        running.pointed_at,
        running.total,
        running.currency,
        coalesce(held.quantity, {{ cryptocom.zero() }}) - running.booked_in_all + running.booked_until as quantity,
        {{ cryptocom.ratio('held.market_value', 'held.quantity') }} as price_now
    from running
    left join held on held.source_account = running.source_account and held.currency = running.currency
    where running.pointed_at is not null
),

candle as (
    select source_account, instrument, timestamp, max({{ cryptocom.as_double('close') }}) as price
    from {{ ref('cryptocom', 'stg_cryptocom__candlestick') }}
    where timeframe = '1h'
    group by source_account, instrument, timestamp
),

valued as (
    select
        since.source_account,
        since.pointed_at,
        since.total,
        {{ cryptocom.as_double('since.quantity') }} * coalesce(
            case when since.currency = 'USD' then 1 end,
            candle.price,
            {#- A currency without a pair is worth little, or what it is worth now. #}
            case when since.currency like '%.staked' or not exists (
                select 1 from candle as any_candle
                where any_candle.source_account = since.source_account
                    and any_candle.instrument = {{ dbt.concat(['since.currency', "'_USD'"]) }}
            ) then since.price_now end
        ) as value,
        since.quantity
    from since
    left join candle
        on candle.source_account = since.source_account
        and candle.instrument = {{ dbt.concat(['since.currency', "'_USD'"]) }}
        and candle.timestamp = {{ cryptocom.minutes_later('since.pointed_at', -60) }}
),

worth as (
    select source_account, pointed_at, max(total) as total, sum(value) as value
    from valued
    group by source_account, pointed_at
    having count(case when value is null and quantity <> 0 then 1 end) = 0
        and count(value) > 0
)

select
    {{ cryptocom.comparison(
        'subject', "'USD'", 'observed_at', "'sum of the values'", 'total', 'value', 'false',
        tolerance=cryptocom.as_amount('0.01 + 0.001 * abs(' ~ cryptocom.as_double('total') ~ ')'),
        row_table='table_name', row_key='subject'
    ) }}
from wallet
where total is not null
union all
select
    {{ cryptocom.comparison(
        'subject', "'USD'", 'observed_at', "'total beside each balance'", 'total', 'least_total', 'false',
        row_table='table_name', row_key='subject'
    ) }}
from wallet
where total is not null
union all
select
    {{ cryptocom.comparison(
        "'wallet'", "'USD'", 'pointed_at', "'worth of the balances'", 'total', 'value', 'false',
        tolerance=cryptocom.as_amount('0.005 * abs(' ~ cryptocom.as_double('total') ~ ')')
    ) }}
from worth
