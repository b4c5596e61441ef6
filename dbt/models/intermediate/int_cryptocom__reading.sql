{#- How far the rows of an account reach. What happened in the last minutes before they were read may still be on its way;
    what happened before the first row of a table is not in it. -#}
with reading as (
    select source_account, extracted_at, create_time as fill_time, cast(null as {{ dbt.type_timestamp() }}) as ledger_time, cast(null as {{ dbt.type_timestamp() }}) as order_time
    from {{ ref('cryptocom', 'stg_cryptocom__user_trade') }}
    union all
    select source_account, extracted_at, cast(null as {{ dbt.type_timestamp() }}), event_time, cast(null as {{ dbt.type_timestamp() }})
    from {{ ref('cryptocom', 'stg_cryptocom__transaction') }}
    union all
    select source_account, extracted_at, cast(null as {{ dbt.type_timestamp() }}), cast(null as {{ dbt.type_timestamp() }}), create_time
    from {{ ref('cryptocom', 'stg_cryptocom__order_history') }}
    union all
    select source_account, extracted_at, cast(null as {{ dbt.type_timestamp() }}), cast(null as {{ dbt.type_timestamp() }}), cast(null as {{ dbt.type_timestamp() }})
    from {{ ref('cryptocom', 'stg_cryptocom__user_balance') }}
)

select
    source_account,
    max(extracted_at) as read_at,
    {{ cryptocom.minutes_later('max(extracted_at)', -15) }} as settled_until,
    min(fill_time) as fills_from,
    min(ledger_time) as ledger_from,
    min(order_time) as orders_from,
    max(fill_time) as last_fill_time,
    max(ledger_time) as last_ledger_time
from reading
group by source_account
