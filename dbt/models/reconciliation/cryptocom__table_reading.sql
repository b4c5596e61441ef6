{{ config(alias='table_reading') }}
{#- Each table of the account: whether it is there, how many rows it holds, and when the newest of them came. A table that
    is there and empty was read and held nothing; its moment is that of another table of the same sync. -#}
with
{%- for table in cryptocom.account_tables() %}
found_{{ table }} as (
    {%- for account, prefix in var('cryptocom_accounts').items() %}
    {%- set relation = cryptocom.raw_relation(prefix, table) %}
    {%- set present = {} %}
    {%- if relation is not none %}
    {%- for column in adapter.get_columns_in_relation(relation) if column.name | lower == '_airbyte_extracted_at' %}
    {%- do present.update({'extracted_at': column}) %}
    {%- endfor %}
    {%- endif %}
    select
        cast('{{ dbt.escape_single_quotes(account) }}' as {{ dbt.type_string() }}) as source_account,
        {{ 'true' if relation is not none else 'false' }} as is_there,
        count({{ "*" if relation is not none else "nothing" }}) as row_count,
        max({{ cryptocom.typed(present.get('extracted_at'), 'time') }}) as read_at
    from {{ relation if relation is not none else '(select cast(null as ' ~ dbt.type_int() ~ ') as nothing) as absent' }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),
{%- endfor %}

table_found as (
    {%- for table in cryptocom.account_tables() %}
    select source_account, cast('{{ table }}' as {{ dbt.type_string() }}) as table_name, is_there, row_count, read_at
    from found_{{ table }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

observed as (
    {#- What an earlier sync saw is no moment of this one. #}
    {%- for table in ['user_balance', 'user_position', 'open_order', 'advanced_open_order', 'sub_account_balance'] %}
    select source_account, snapshot_time as observed_at from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

moment as (
    select source_account, max(observed_at) as observed_at
    from observed
    group by source_account
)

select
    table_found.source_account,
    table_found.table_name,
    table_found.is_there,
    table_found.row_count,
    table_found.read_at,
    coalesce(
        moment.observed_at,
        max(table_found.read_at) over (partition by table_found.source_account)
    ) as moment_at
from table_found
left join moment on moment.source_account = table_found.source_account
