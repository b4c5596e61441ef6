{{ config(alias='columns_are_filled') }}
{#- Columns that the exchange always fills are filled. One that is empty in every row is not judged: an edition of the
    exchange, or of the connector, may not have it. One comparison a table, and one for each row with an empty column. -#}
with
{%- for table, (key, instrument, time, columns) in cryptocom.filled_columns().items() %}
every_{{ table }} as (
    select
        source_account,
        count(*) as number_of_rows,
        max({{ time or 'extracted_at' }}) as happened_at
        {%- for column in columns %},
        count({{ column }}) as filled_{{ column }}
        {%- endfor %}
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    group by source_account
),

{# Few rows lack anything, so this reads the columns once and keeps next to nothing. #}
lacking_{{ table }} as (
    select
        source_account,
        cast({{ key }} as {{ dbt.type_string() }}) as row_key,
        cast({{ instrument or 'null' }} as {{ dbt.type_string() }}) as instrument_name,
        {{ time or 'extracted_at' }} as happened_at
        {%- for column, condition in columns.items() %},
        {{ column }} is null{% if condition %} and {{ condition }}{% endif %} as lacks_{{ column }}
        {%- endfor %}
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    where {{ columns.keys() | join(' is null or ') }} is null
),

judged_{{ table }} as (
    select
        lacking.source_account,
        lacking.row_key,
        lacking.instrument_name,
        lacking.happened_at,
        case
            {%- for column in columns %}
            when lacking.lacks_{{ column }} and every.filled_{{ column }} > 0 then '{{ column }}'
            {%- endfor %}
        end as empty_column
    from lacking_{{ table }} as lacking
    inner join every_{{ table }} as every on every.source_account = lacking.source_account
){{ ',' if not loop.last }}
{% endfor %}
{% for table, (key, instrument, time, columns) in cryptocom.filled_columns().items() -%}
select
    {{ cryptocom.comparison(
        "'all rows'", 'cast(null as ' ~ dbt.type_string() ~ ')', 'happened_at', "'rows of " ~ table ~ "'", 'number_of_rows',
        'number_of_rows', 'true'
    ) }}
from every_{{ table }}
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'" ~ table ~ " '", cryptocom.shown('row_key')]), 'instrument_name', 'happened_at', "'every column'",
        '1 = 0', 'true', dbt.concat(["'it has no '", 'empty_column']), row_table="'" ~ table ~ "'",
        row_key='row_key', order_id='row_key' if key == 'order_id' else none
    ) }}
from judged_{{ table }}
where empty_column is not null
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
