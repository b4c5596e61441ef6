{{ config(alias='nothing_open_vanishes') }}
{#- What was open at an earlier sync is open, or has ended. One that ended a moment ago may come with the next sync. -#}
{%- set ends = {
    'open_order': ('order_history', 'order_id'), 'advanced_open_order': ('advanced_order_history', 'order_id'),
    'open_stake': ('stake_history', 'staking_id'), 'open_convert': ('convert_history', 'convert_id'),
} -%}
with known as (
    {% for table, (history, key) in ends.items() -%}
    select '{{ table }}' as table_name, source_account, {{ key }} as row_key
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    union all
    select '{{ table }}' as table_name, source_account, {{ key }} as row_key
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ history) }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

found as (
    select distinct table_name, source_account, row_key from known
),

sync as (
    select distinct source_account, observed_at from {{ ref('cryptocom', 'int_cryptocom__balance_snapshot') }}
),

seen as (
    select
        seen.source_account,
        seen.table_name,
        seen.row_key,
        seen.instrument_name,
        seen.created_at,
        seen.observed_at,
        found.row_key is not null as is_known,
        count(sync.observed_at) as later_syncs
    from {{ ref('cryptocom', 'int_cryptocom__open_row_snapshot') }} as seen
    {#- Only where another sync has been since. #}
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading
        on reading.source_account = seen.source_account
        and seen.observed_at < {{ cryptocom.minutes_later('reading.read_at', -10) }}
    left join found
        on found.source_account = seen.source_account
        and found.table_name = seen.table_name
        and found.row_key = seen.row_key
    left join sync on sync.source_account = seen.source_account and sync.observed_at > seen.observed_at
    group by
        seen.source_account, seen.table_name, seen.row_key, seen.instrument_name, seen.created_at, seen.observed_at,
        found.row_key
)

select
    {{ cryptocom.agreement(
        dbt.concat(["case table_name when 'open_order' then 'order ' when 'advanced_open_order' then 'advanced order ' when 'open_stake' then 'stake ' else 'conversion ' end", 'row_key']),
        'instrument_name', 'created_at', "'open or ended'", 'is_known', 'later_syncs > 1',
        "case when not is_known then " ~ dbt.concat(["'it was open at '", cryptocom.shown('observed_at'), "', and is neither open nor ended now'"]) ~ " end",
        row_table="case table_name when 'open_order' then 'order_history' when 'advanced_open_order' then 'advanced_order_history' when 'open_stake' then 'stake_history' else 'convert_history' end",
        row_key='row_key', is_missing='not is_known',
        order_id="case when table_name like '%order' then row_key end"
    ) }}
from seen
