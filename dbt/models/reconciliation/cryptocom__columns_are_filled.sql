{{ config(alias='columns_are_filled') }}
{#- Columns that the exchange always fills are filled. One that is empty in every row is not judged: an edition of the
    exchange, or of the connector, may not have it. One comparison a table, and one for each row with an empty column. -#}
{% for table, (key, instrument, time, columns) in cryptocom.filled_columns().items() -%}
select
    {{ cryptocom.comparison(
        "'all rows'", 'cast(null as ' ~ dbt.type_string() ~ ')', 'max(happened_at)', "'rows of " ~ table ~ "'", 'count(*)',
        'count(*)', 'true'
    ) }}
from (
    select source_account, {{ time or 'extracted_at' }} as happened_at
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
) as every
group by source_account
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'" ~ table ~ " '", cryptocom.shown('row_key')]), 'instrument_name', 'happened_at', "'every column'",
        '1 = 0', 'true', dbt.concat(["'it has no '", 'empty_column']), row_table="'" ~ table ~ "'",
        row_key='row_key', order_id='row_key' if key == 'order_id' else none
    ) }}
from (
    select
        source_account,
        cast({{ key }} as {{ dbt.type_string() }}) as row_key,
        cast({{ instrument or 'null' }} as {{ dbt.type_string() }}) as instrument_name,
        {{ time or 'extracted_at' }} as happened_at,
        case
            {%- for column, condition in columns.items() %}
            when {{ column }} is null and count({{ column }}) over (partition by source_account) > 0
            {%- if condition %} and {{ condition }}{% endif %} then '{{ column }}'
            {%- endfor %}
        end as empty_column
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
) as judged
where empty_column is not null
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
