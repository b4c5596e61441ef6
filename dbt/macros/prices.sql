{#- The CTE `name`: of the prices in `told` (currency, day, price, preference) the best of each day, which holds for a week. -#}
{% macro told_for_a_week(name, told) -%}
{{ name }}_best as (
    select currency, day, price
    from (
        select told.*, row_number() over (partition by currency, day order by preference, price desc) as place
        from {{ told }} as told
    ) as ranked
    where place = 1
),

{{ name }}_dense as (
    select
        currency.currency,
        day.day,
        max(best.day) over (
            partition by currency.currency order by day.day rows between 7 preceding and current row
        ) as told_on
    from (select distinct currency from {{ name }}_best) as currency
    cross join {{ ref('cryptocom', 'int_cryptocom__day') }} as day
    left join {{ name }}_best as best on best.currency = currency.currency and best.day = day.day
),

{{ name }} as (
    select dense.currency, dense.day, dense.told_on, best.price
    from {{ name }}_dense as dense
    inner join {{ name }}_best as best on best.currency = dense.currency and best.day = dense.told_on
)
{%- endmacro %}
