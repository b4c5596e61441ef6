{{ config(alias='no_row_comes_twice') }}
{#- No two rows are alike in all but their key. One comparison a table, and one for each such pair. -#}
{% for table, (key, instrument, time, columns, condition, certain) in cryptocom.telling_columns().items() -%}
select
    {{ cryptocom.comparison(
        "'all rows'", 'cast(null as ' ~ dbt.type_string() ~ ')', 'max(happened_at)', "'rows of " ~ table ~ "'", 'count(*)',
        'count(*)', 'true'
    ) }}
from (
    select source_account, {{ time }} as happened_at from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
) as every
group by source_account
union all
select
    {{ cryptocom.comparison(
        dbt.concat(["'" ~ table ~ " '", 'first_key', "' and '", 'last_key']), 'instrument_name', 'happened_at',
        "'rows alike but for their key'", '1', 'alike', certain, row_table="'" ~ table ~ "'", row_key='last_key',
        order_id='last_key' if key == 'order_id' else none,
        detail=dbt.concat(["'it is the same as '", 'first_key'])
    ) }}
from (
    select
        source_account,
        min(cast({{ key }} as {{ dbt.type_string() }})) as first_key,
        max(cast({{ key }} as {{ dbt.type_string() }})) as last_key,
        min(cast({{ instrument }} as {{ dbt.type_string() }})) as instrument_name,
        max({{ time }}) as happened_at,
        count(*) as alike
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    where {{ condition }}
    group by source_account, {{ columns | join(', ') }}
    having count(*) > 1
) as twin
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
