{{ config(alias='no_row_comes_twice') }}
{#- No two rows are alike in all but their key. One comparison a table, and one for each such pair. -#}
{#- No common table expression for each table: the time to plan a query grows with the square of their number. -#}
with every as (
    {%- for table, (key, instrument, time, columns, condition, certain) in cryptocom.telling_columns().items() %}
    select source_account, '{{ table }}' as table_name, count(*) as number_of_rows, max({{ time }}) as happened_at
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    group by source_account
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

twin as (
    {%- for table, (key, instrument, time, columns, condition, certain) in cryptocom.telling_columns().items() %}
    {%- set numbers = cryptocom.telling_numbers().get(table, []) %}
    select
        source_account,
        '{{ table }}' as table_name,
        min(cast({{ key }} as {{ dbt.type_string() }})) as first_key,
        max(cast({{ key }} as {{ dbt.type_string() }})) as last_key,
        min(cast({{ instrument }} as {{ dbt.type_string() }})) as instrument_name,
        max({{ time }}) as happened_at,
        count(*) as alike,
        {{ certain }} as is_certain,
        {{ 'max(order_id)' if key == 'order_id' else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as order_id
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }} as staged
    where {{ condition }}
    {%- if numbers %}
        and exists (
            select 1 from (
                select
                    source_account
                    {%- for number in numbers %},
                    {{ number }} as number_{{ loop.index }}
                    {%- endfor %}
                from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
                where {{ condition }}
                group by source_account, {{ numbers | join(', ') }}
                having count(*) > 1
            ) as alike
            where alike.source_account = staged.source_account
                {%- for number in numbers %}
                and alike.number_{{ loop.index }} = {{ number }}
                {%- endfor %}
        )
    {%- endif %}
    group by source_account, {{ columns | join(', ') }}
    having count(*) > 1
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    {{ cryptocom.comparison(
        "'all rows'", 'cast(null as ' ~ dbt.type_string() ~ ')', 'happened_at', dbt.concat(["'rows of '", 'table_name']),
        'number_of_rows', 'number_of_rows', 'true'
    ) }}
from every
union all
select
    {{ cryptocom.comparison(
        dbt.concat(['table_name', "' '", 'first_key', "' and '", 'last_key']), 'instrument_name', 'happened_at',
        "'rows alike but for their key'", '1', 'alike', 'is_certain', row_table='table_name', row_key='last_key',
        order_id='order_id', detail=dbt.concat(["'it is the same as '", 'first_key'])
    ) }}
from twin
