{#- The price of each currency at the end of each day, in US dollars and in the reporting currency: of the pair with US
    dollars, as a candle, a fill of the account or the value of its wallet tells it; else by way of another currency of that
    day. A price holds for a week; where there is none by then, there is no row. -#}
{%- set reporting = var('cryptocom_reporting_currency') -%}
with candle as (
    select
        instrument as instrument_name,
        {{ cryptocom.day_of('timestamp') }} as day,
        close as price,
        row_number() over (
            partition by instrument, {{ cryptocom.day_of('timestamp') }} order by timestamp desc, extracted_at desc
        ) as newest
    from {{ ref('cryptocom', 'stg_cryptocom__candlestick') }}
),

fill as (
    select
        instrument_name,
        {{ cryptocom.day_of('filled_at') }} as day,
        price,
        row_number() over (
            partition by instrument_name, {{ cryptocom.day_of('filled_at') }} order by filled_at desc, trade_id desc
        ) as newest
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
    where instrument_kind = 'spot'
),

quoted as (
    select instrument_name, day, price, 1 as preference from candle where newest = 1 and price > 0
    union all
    select instrument_name, day, price, 2 as preference from fill where newest = 1 and price > 0
),

pair as (
    select
        {{ dbt.split_part('instrument_name', "'_'", 1) }} as base_currency,
        {{ dbt.split_part('instrument_name', "'_'", 2) }} as quote_currency,
        day,
        price,
        preference
    from quoted
    where {{ dbt.position("'_'", 'instrument_name') }} > 0 and {{ dbt.position("'-'", 'instrument_name') }} = 0
),

wallet as (
    select
        {{ cryptocom.currency_of('currency') }} as currency,
        {{ cryptocom.day_of('observed_at') }} as day,
        max({{ cryptocom.as_price(cryptocom.ratio('value_usd', 'quantity')) }}) as price
    from {{ ref('cryptocom', 'int_cryptocom__balance_snapshot') }}
    where quantity > 0 and value_usd > 0
    group by {{ cryptocom.currency_of('currency') }}, {{ cryptocom.day_of('observed_at') }}
),

in_dollars as (
    select base_currency as currency, day, price, preference from pair where quote_currency = 'USD'
    union all
    {#- The value of a day that is not over is that of the wallet. #}
    select
        currency,
        day,
        price,
        case when day = (select max(day) from {{ ref('cryptocom', 'int_cryptocom__day') }}) then 0 else 3 end as preference
    from wallet
    where currency <> 'USD'
),

{{ cryptocom.told_for_a_week('direct', 'in_dollars') }},

{# Where nothing tells the price of USDT it is one. #}
dollar as (
    select currency, day, told_on, price from direct
    union all
    select 'USDT' as currency, day.day, day.day as told_on, {{ cryptocom.as_price(1) }} as price
    from {{ ref('cryptocom', 'int_cryptocom__day') }} as day
    where not exists (select 1 from direct where direct.currency = 'USDT' and direct.day = day.day)
    union all
    select 'USD' as currency, day.day, day.day as told_on, {{ cryptocom.as_price(1) }} as price
    from {{ ref('cryptocom', 'int_cryptocom__day') }} as day
),

crossed as (
    select
        pair.base_currency as currency,
        pair.day,
        {{ cryptocom.as_price(cryptocom.as_double('pair.price') ~ ' * ' ~ cryptocom.as_double('dollar.price')) }} as price,
        case pair.quote_currency when 'USDT' then 1 else 2 end as preference
    from pair
    inner join dollar on dollar.currency = pair.quote_currency and dollar.day = pair.day
    where pair.quote_currency <> 'USD'
    union all
    select
        pair.quote_currency,
        pair.day,
        {{ cryptocom.as_price(cryptocom.ratio('dollar.price', 'pair.price')) }},
        case pair.base_currency when 'USDT' then 3 when 'BTC' then 4 else 5 end
    from pair
    inner join dollar on dollar.currency = pair.base_currency and dollar.day = pair.day
    where pair.quote_currency <> 'USD'
),

{{ cryptocom.told_for_a_week('by_another', 'crossed') }},

in_usd as (
    select currency, day, told_on, price as price_usd from dollar
    union all
    select currency, day, told_on, price
    from by_another
    where not exists (
        select 1 from dollar where dollar.currency = by_another.currency and dollar.day = by_another.day
    )
)

select
    in_usd.currency,
    in_usd.day,
    in_usd.told_on,
    in_usd.price_usd,
    {%- if reporting == 'USD' %}
    in_usd.price_usd as price
    {%- else %}
    case
        when in_usd.currency = '{{ reporting }}' then {{ cryptocom.as_price(1) }}
        else {{ cryptocom.as_price(cryptocom.ratio('in_usd.price_usd', 'reporting.price_usd')) }}
    end as price
    {%- endif %}
from in_usd
{%- if reporting != 'USD' %}
left join in_usd as reporting on reporting.currency = '{{ reporting }}' and reporting.day = in_usd.day
{%- endif %}
