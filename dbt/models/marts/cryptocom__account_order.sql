{{ config(alias='account_order') }}
{%- set columns = [
    'source_account', 'order_id', 'account_id', 'client_oid', 'instrument_name', 'side', 'order_type', 'status',
    'time_in_force', 'quantity', 'limit_price', 'trigger_price', 'ref_price', 'avg_price', 'cumulative_quantity',
    'cumulative_value', 'cumulative_fee', 'fee_instrument_name', 'create_time', 'update_time', 'isolation_id',
    'list_id', 'contingency_type', 'exchange_order_id', 'extracted_at',
] -%}
with ordinary as (
    select {{ columns | join(', ') }}, false as is_open
    from {{ ref('cryptocom', 'stg_cryptocom__order_history') }}
    union all
    {#- Read first, the open orders may hold one that the history has meanwhile. #}
    select {{ columns | join(', ') }}, true as is_open
    from {{ ref('cryptocom', 'stg_cryptocom__open_order') }} as still_open
    where not exists (
        select 1 from {{ ref('cryptocom', 'stg_cryptocom__order_history') }} as ended
        where ended.source_account = still_open.source_account and ended.order_id = still_open.order_id
    )
),

advanced as (
    select {{ columns | join(', ') }}, false as is_open
    from {{ ref('cryptocom', 'stg_cryptocom__advanced_order_history') }}
    union all
    select {{ columns | join(', ') }}, true as is_open
    from {{ ref('cryptocom', 'stg_cryptocom__advanced_open_order') }} as still_open
    where not exists (
        select 1 from {{ ref('cryptocom', 'stg_cryptocom__advanced_order_history') }} as ended
        where ended.source_account = still_open.source_account and ended.order_id = still_open.order_id
    )
),

parent as (
    {#- The advanced order behind an ordinary one: when it fires, the exchange places the ordinary order. #}
    select
        source_account,
        exchange_order_id as order_id,
        max(order_id) as advanced_order_id,
        max(order_type) as advanced_order_type,
        max(coalesce(ref_price, trigger_price)) as advanced_trigger_price
    from advanced
    where exchange_order_id is not null and exchange_order_id <> '0'
    group by source_account, exchange_order_id
),

with_parent as (
    select
        ordinary.*,
        parent.advanced_order_id,
        parent.advanced_order_type,
        parent.advanced_trigger_price
    from ordinary
    left join parent on parent.source_account = ordinary.source_account and parent.order_id = ordinary.order_id
),

not_fired as (
    {#- One that fired is counted as its child, unless the child is not there. #}
    select
        advanced.*,
        advanced.order_id as advanced_order_id,
        advanced.order_type as advanced_order_type,
        coalesce(advanced.ref_price, advanced.trigger_price) as advanced_trigger_price
    from advanced
    where not exists (
        select 1 from ordinary
        where ordinary.source_account = advanced.source_account and ordinary.order_id = advanced.exchange_order_id
    )
)

select * from with_parent
union all
select * from not_fired
