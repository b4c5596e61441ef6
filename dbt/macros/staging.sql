{#- One typed row per key of a raw table, of all accounts. A table or column that the warehouse does not have gives
    no rows or nulls, since every table is optional in a connection.

    columns    name > kind: text, integer, boolean, date, time, nanoseconds, quantity, price, amount, json, or charge: an
               amount whose sign is turned, so that what was paid is above zero
    snapshot   the table holds what is true now: only the rows of the newest snapshot count
    versions   `latest` per key, or `all`. The latest have a column `no_number`: what stands in a column of numbers and is
               none, which is null in that column -#}
{% macro staging(table, key, columns, snapshot=false, versions='latest') -%}
with raw as (
    {%- for account, prefix in var('cryptocom_accounts').items() %}
    {{ cryptocom.raw_select(table, account, prefix, columns, key, versions == 'latest') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)
{%- set account_key = ['source_account'] + key %}
{%- if snapshot %},
{%- if table != 'user_balance' %}
{#- An empty answer leaves no row: what a table shows is old where the wallet was looked at once more since. Of the wallet's
    last two looks the rows belong to the nearer; where only the last is kept, to it if it was within three hours. #}
looked as (
    {%- for account, prefix in var('cryptocom_accounts').items() %}
    {{ cryptocom.raw_select('user_balance', account, prefix, {'snapshot_time': 'time'}, []) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),
look as (
    select
        source_account,
        snapshot_time,
        row_number() over (partition by source_account order by snapshot_time desc) as number
    from (select distinct source_account, snapshot_time from looked where snapshot_time is not null) as looks
),
last_look as (
    select
        source_account,
        max(case when number = 1 then snapshot_time end) as last_at,
        max(case when number = 2 then snapshot_time end) as previous_at
    from look
    where number <= 2
    group by source_account
),
{%- endif %}
newest as (
    select raw.*, max(snapshot_time) over (partition by source_account) as newest_snapshot_time
    from raw
    {%- if table != 'user_balance' %}
    where not exists (
        select 1 from last_look
        where last_look.source_account = raw.source_account
            and raw.snapshot_time < last_look.last_at
            and case
                when last_look.previous_at is null
                then {{ dbt.datediff('raw.snapshot_time', 'last_look.last_at', 'second') }} > 10800
                else {{ dbt.datediff('raw.snapshot_time', 'last_look.last_at', 'second') }}
                    > abs({{ dbt.datediff('last_look.previous_at', 'raw.snapshot_time', 'second') }})
            end
    )
    {%- endif %}
)
{%- endif %}
{%- if versions == 'latest' %},
ranked as (
    select
        present.*,
        row_number() over (partition by {{ account_key | join(', ') }} order by extracted_at desc) as version_number
    from {{ 'newest' if snapshot else 'raw' }} as present
    {%- if snapshot %}
    where snapshot_time is null or snapshot_time = newest_snapshot_time
    {%- endif %}
)
{%- endif %}
select
    source_account,
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    {%- if versions == 'latest' %}
    no_number,
    {%- endif %}
    extracted_at
from {{ 'ranked' if versions == 'latest' else 'raw' }}
{%- if versions == 'latest' %}
where version_number = 1
{%- endif %}
{%- endmacro %}

{% macro raw_select(table, account, prefix, columns, key, names_no_numbers=false) -%}
{%- set relation = cryptocom.raw_relation(prefix, table) -%}
{%- set present = {} -%}
{%- if relation is not none -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do present.update({column.name | lower: column}) -%}
    {%- endfor -%}
{%- endif -%}
select
        cast('{{ dbt.escape_single_quotes(account) }}' as {{ dbt.type_string() }}) as source_account,
        {%- for column, kind in columns.items() %}
        {{ cryptocom.typed(present.get(column), kind, column in cryptocom.ids_of_others() and column not in key) }} as {{ column }},
        {%- endfor %}
        {%- if names_no_numbers %}
        {{ cryptocom.no_number(present, columns) }} as no_number,
        {%- endif %}
        {{ cryptocom.typed(present.get('_airbyte_extracted_at'), 'time') }} as extracted_at
    {%- if relation is none %}
    from (select 1 as nothing) as absent
    where 1 = 0
    {%- else %}
    from {{ relation }}
    {%- endif %}
{%- endmacro %}

{#- The raw table, or none where there is none. -#}
{% macro raw_relation(prefix, table) -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- set usual = 'main' if target.type == 'duckdb' else target.schema -%}
    {%- set schema = prefix.split('.')[0] if '.' in prefix else (var('cryptocom_raw_schema') or usual) -%}
    {%- set identifier = prefix.split('.')[-1] ~ table -%}
    {%- set uppercase = target.type == 'snowflake' -%}
    {{ return(adapter.get_relation(
        database=var('cryptocom_raw_database') or target.database,
        schema=schema | upper if uppercase else schema,
        identifier=identifier | upper if uppercase else identifier,
    )) }}
{%- endmacro %}

{#- Ids of another row. The exchange writes "0" where there is none. -#}
{% macro ids_of_others() -%}
    {{ return(['order_id', 'trade_id', 'trade_match_id', 'exchange_order_id', 'attach_order_id', 'list_id']) }}
{%- endmacro %}

{% macro kinds_of_numbers() -%}{{ return(['quantity', 'price', 'amount', 'charge', 'integer', 'nanoseconds']) }}{%- endmacro %}

{#- What stands in a column of numbers and is none: the name of the first such column, and its text. -#}
{% macro no_number(present, columns) -%}
    {%- set texts = [] -%}
    {%- for name, kind in columns.items() if kind in cryptocom.kinds_of_numbers() -%}
        {%- if name in present and cryptocom.is_text(present[name].dtype) -%}{%- do texts.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {%- if texts -%}
    case
            {%- for name in texts %}
            {%- set raw = adapter.quote(present[name].name) %}
            when {{ raw }} is not null and {{ cryptocom.number_of(raw, columns[name], present[name].dtype) }} is null
            then {{ dbt.concat(["'" ~ name ~ " of \"'", raw, "'\"'"]) }}
            {%- endfor %}
        end
    {%- else -%}cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{% macro typed(column, kind, zero_is_none=false) -%}
    {%- if column is none -%}cast(null as {{ cryptocom.type_of(kind) }})
    {%- else -%}
        {%- set name = adapter.quote(column.name) -%}
        {%- if kind == 'time' -%}{{ cryptocom.as_utc(name, column.dtype) }}
        {%- elif kind == 'json' -%}{{ cryptocom.json_text(name) }}
        {%- elif zero_is_none -%}nullif(cast({{ name }} as {{ cryptocom.type_of(kind) }}), '0')
        {%- elif kind == 'charge' -%}-{{ cryptocom.number_of(name, kind, column.dtype) }}
        {%- elif kind in cryptocom.kinds_of_numbers() -%}{{ cryptocom.number_of(name, kind, column.dtype) }}
        {%- else -%}cast({{ name }} as {{ cryptocom.type_of(kind) }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
