{#- What is known of each name that the account's rows use, delisted instruments and plain currencies among them. -#}
{#- All versions of a row: which of them counts makes no difference to its name, and to find out takes long. -#}
{%- set tables = [
    'user_trade', 'order_history', 'open_order', 'advanced_order_history', 'advanced_open_order', 'user_position', 'transaction',
] -%}
with
{%- for table in tables %}
{{ table }} as (
    {{ cryptocom.staging(table, key=[], columns={'instrument_name': 'text'}, versions='all') | indent(4) }}
),
{%- endfor %}

named as (
    {%- for table in tables %}
    select instrument_name from {{ table }}
    {%- if not loop.last %}
    union distinct
    {%- endif %}
    {%- endfor %}
),

listed as (
    {#- Each account may bring the same list. #}
    select
        symbol,
        max(inst_type) as inst_type,
        max(base_ccy) as base_ccy,
        max(quote_ccy) as quote_ccy
    from {{ ref('cryptocom', 'stg_cryptocom__instrument') }}
    group by symbol
),

classified as (
    select
        named.instrument_name,
        listed.base_ccy,
        listed.quote_ccy,
        case
            when listed.inst_type = 'CCY_PAIR' then 'spot'
            when listed.inst_type is not null then 'derivative'
            when {{ cryptocom.currency_of('named.instrument_name') }} <> named.instrument_name then 'currency'
            when {{ dbt.position("'_'", 'named.instrument_name') }} > 0 then 'spot'
            when {{ dbt.position("'-'", 'named.instrument_name') }} > 0 then 'derivative'
            else 'currency'
        end as kind
    from named
    left join listed on listed.symbol = named.instrument_name
    where named.instrument_name is not null
)

select
    instrument_name,
    kind,
    case
        when kind = 'currency' then {{ cryptocom.currency_of('instrument_name') }}
        when base_ccy is not null then base_ccy
        when kind = 'spot' then {{ dbt.split_part('instrument_name', "'_'", 1) }}
    end as base_currency,
    case
        when kind = 'currency' then {{ cryptocom.currency_of('instrument_name') }}
        when quote_ccy is not null then quote_ccy
        when kind = 'spot' then {{ dbt.split_part('instrument_name', "'_'", 2) }}
        {#- Every derivative of the exchange is settled in US dollars. #}
        else 'USD'
    end as quote_currency
from classified
