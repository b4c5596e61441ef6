{#- Every day from the first that a row tells of to the last on which one was read. -#}
with digit as (
    {%- for number in range(10) %}
    select {{ number }} as number{{ ' union all' if not loop.last }}
    {%- endfor %}
),

number as (
    select a.number + 10 * b.number + 100 * c.number + 1000 * d.number as number
    from digit as a cross join digit as b cross join digit as c cross join digit as d
),

told as (
    select min(event_date) as first_day, max(event_date) as last_day
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    union all
    select min({{ cryptocom.day_of('filled_at') }}), max({{ cryptocom.day_of('filled_at') }})
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
    union all
    select min({{ cryptocom.day_of('observed_at') }}), max({{ cryptocom.day_of('observed_at') }})
    from {{ ref('cryptocom', 'int_cryptocom__balance_snapshot') }}
    union all
    select min({{ cryptocom.day_of('event_time') }}), max({{ cryptocom.day_of('event_time') }})
    from {{ ref('cryptocom', 'stg_cryptocom__staking_reward') }}
    union all
    select min({{ cryptocom.day_of('create_time') }}), max({{ cryptocom.day_of('update_time') }})
    from {{ ref('cryptocom', 'stg_cryptocom__deposit') }}
    union all
    select min({{ cryptocom.day_of('create_time') }}), max({{ cryptocom.day_of('update_time') }})
    from {{ ref('cryptocom', 'stg_cryptocom__withdrawal') }}
    union all
    select min({{ cryptocom.day_of('completed_at') }}), max({{ cryptocom.day_of('completed_at') }})
    from {{ ref('cryptocom', 'stg_cryptocom__fiat_deposit') }}
    union all
    select min({{ cryptocom.day_of('settled_until') }}), max({{ cryptocom.day_of('read_at') }})
    from {{ ref('cryptocom', 'int_cryptocom__reading') }}
),

span as (
    select min(first_day) as first_day, max(last_day) as last_day from told
)

select {{ cryptocom.day_of(dbt.dateadd('day', 'number.number', 'span.first_day')) }} as day
from span
inner join number on number.number <= {{ dbt.datediff('span.first_day', 'span.last_day', 'day') }}
