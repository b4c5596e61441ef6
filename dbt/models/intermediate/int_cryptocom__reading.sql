{#- How far the rows of an account reach. What happened in the last minutes before they were read may still be on its way;
    what happened before the first row of a table is not in it. Orders are read from the first that ended: it may have been
    placed weeks before. -#}
{#- Of all versions of a row, which saves the time to find out which of them counts. -#}
{%- set no_time = 'cast(null as ' ~ dbt.type_timestamp() ~ ')' -%}
{%- set tables = {
    'user_trade': {'fill_time': 'create_time'},
    'transaction': {'ledger_time': 'event_time'},
    'order_history': {'order_time': 'update_time'},
    'user_balance': {},
} -%}
with
{%- for table, times in tables.items() %}
{{ table }} as (
    {%- set columns = {} -%}
    {%- for column in times.values() -%}{%- do columns.update({column: 'time'}) -%}{%- endfor %}
    {{ cryptocom.staging(table, key=[], columns=columns, versions='all') | indent(4) }}
),
{%- endfor %}

reading as (
    {%- for table, times in tables.items() %}
    select
        source_account,
        extracted_at,
        {%- for name in ['fill_time', 'ledger_time', 'order_time'] %}
        {{ times.get(name, no_time) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ table }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
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
