{{ config(alias='columns_are_filled') }}
{#- Columns that the exchange always fills are filled, and what stands in a column of numbers is one. A column that is empty
    in every row is not judged: an edition of the exchange, or of the connector, may not have it; but the books need amount
    and time of each fill, entry and transfer. One comparison a table, and one for each row that lacks something. -#}
{%- set needed = {
    'user_trade': ['instrument_name', 'side', 'traded_price', 'traded_quantity', 'create_time'],
    'transaction': ['journal_type', 'instrument_name', 'transaction_qty', 'event_time'],
    'deposit': ['currency', 'amount'],
    'withdrawal': ['currency', 'amount'],
    'fiat_deposit': ['currency', 'amount'],
    'fiat_withdrawal': ['currency', 'amount'],
} -%}
{#- No common table expression for each table: the time to plan a query grows with the square of their number. -#}
with every as (
    {%- for table, (key, instrument, time, columns) in cryptocom.filled_columns().items() %}
    select
        source_account,
        '{{ table }}' as table_name,
        count(*) as number_of_rows,
        max({{ time or 'extracted_at' }}) as happened_at,
        {%- set empty = [] %}
        {%- for column in columns if column not in needed.get(table, []) %}
        {%- do empty.append("case when count(" ~ column ~ ") = 0 then ' " ~ column ~ " ' else '' end") %}
        {%- endfor %}
        {{ dbt.concat(["' '"] + empty) }} as empty_columns
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    group by source_account
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

{# Few rows lack anything, so this reads the columns once and keeps next to nothing. #}
judged as (
    {%- for table, (key, instrument, time, columns) in cryptocom.filled_columns().items() %}
    select
        lacking.source_account,
        '{{ table }}' as table_name,
        lacking.row_key,
        lacking.instrument_name,
        lacking.happened_at,
        {{ 'lacking.row_key' if key == 'order_id' else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as order_id,
        true as is_certain,
        case
            when lacking.no_number is not null then {{ dbt.concat(["'its '", 'lacking.no_number', "' is no number'"]) }}
            {%- for column in columns %}
            when lacking.lacks_{{ column }}
                {%- if column not in needed.get(table, []) %} and {{ dbt.position("' " ~ column ~ " '", 'every.empty_columns') }} = 0{% endif %}
            then 'it has no {{ column }}'
            {%- endfor %}
        end as detail
    from (
        select
            source_account,
            cast({{ key }} as {{ dbt.type_string() }}) as row_key,
            cast({{ instrument or 'null' }} as {{ dbt.type_string() }}) as instrument_name,
            {{ time or 'extracted_at' }} as happened_at,
            no_number
            {%- for column, condition in columns.items() %},
            {{ column }} is null{% if condition %} and {{ condition }}{% endif %} as lacks_{{ column }}
            {%- endfor %}
        from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
        where no_number is not null or {{ columns.keys() | join(' is null or ') }} is null
    ) as lacking
    inner join every on every.source_account = lacking.source_account and every.table_name = '{{ table }}'
    union all
    {%- endfor %}
    {#- Of a deal the numbers stand in its legs. #}
    select
        source_account, 'otc_deal', deal_id, instrument_name, happened_at, cast(null as {{ dbt.type_string() }}), false,
        'a leg of it has no quantity or no value that is a number'
    from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
    where is_settled and (quantity is null or value is null)
)

select
    {{ cryptocom.comparison(
        "'all rows'", 'cast(null as ' ~ dbt.type_string() ~ ')', 'happened_at', dbt.concat(["'rows of '", 'table_name']),
        'number_of_rows', 'number_of_rows', 'true'
    ) }}
from every
union all
select
    {{ cryptocom.agreement(
        dbt.concat(['table_name', "' '", cryptocom.shown('row_key')]), 'instrument_name', 'happened_at', "'every column'",
        '1 = 0', 'is_certain', 'detail', row_table='table_name', row_key='row_key', order_id='order_id'
    ) }}
from judged
where detail is not null
