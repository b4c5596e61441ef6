{#- What was open in any sync, and when it was last seen so: most destinations hold the newest snapshot only. -#}
{{ config(alias='open_row_snapshot', materialized='incremental', unique_key=['source_account', 'table_name', 'row_key'], full_refresh=false) }}
{%- set tables = {
    'open_order': ('order_id', 'instrument_name'), 'advanced_open_order': ('order_id', 'instrument_name'),
    'open_stake': ('staking_id', 'underlying_inst_name'), 'open_convert': ('convert_id', 'from_instrument_name'),
} -%}
with
{%- for table, (key, instrument) in tables.items() %}
{{ table }} as (
    {{ cryptocom.staging(
        table,
        key=[key],
        columns={key: 'text', instrument: 'text', 'create_time': 'time', 'snapshot_time': 'time'},
        versions='all',
    ) | indent(4) }}
){{ ',' if not loop.last }}
{%- endfor %}
{% for table, (key, instrument) in tables.items() %}
select
    source_account,
    '{{ table }}' as table_name,
    {{ key }} as row_key,
    max({{ instrument }}) as instrument_name,
    max(create_time) as created_at,
    max(coalesce(snapshot_time, extracted_at)) as observed_at
from {{ table }}
where {{ key }} is not null
group by source_account, {{ key }}
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
