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
        {{ time or 'extracted_at' }} as happened_at,
        no_number
        {%- for column, condition in columns.items() %},
        {{ column }} is null{% if condition %} and {{ condition }}{% endif %} as lacks_{{ column }}
        {%- endfor %}
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    where no_number is not null or {{ columns.keys() | join(' is null or ') }} is null
),

judged_{{ table }} as (
    select
        lacking.source_account,
        lacking.row_key,
        lacking.instrument_name,
        lacking.happened_at,
        case
            when lacking.no_number is not null then {{ dbt.concat(["'its '", 'lacking.no_number', "' is no number'"]) }}
            {%- for column in columns %}
            when lacking.lacks_{{ column }}{% if column not in needed.get(table, []) %} and every.filled_{{ column }} > 0{% endif %} then 'it has no {{ column }}'
            {%- endfor %}
        end as detail
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
        '1 = 0', 'true', 'detail', row_table="'" ~ table ~ "'",
        row_key='row_key', order_id='row_key' if key == 'order_id' else none
    ) }}
from judged_{{ table }}
where detail is not null
union all
{% endfor -%}
{#- Of a deal the numbers stand in its legs. #}
select
    {{ cryptocom.agreement(
        dbt.concat(["'otc_deal '", cryptocom.shown('deal_id')]), 'instrument_name', 'happened_at', "'every column'", '1 = 0',
        'false', "'a leg of it has no quantity or no value that is a number'", row_table="'otc_deal'", row_key='deal_id'
    ) }}
from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
where is_settled and (quantity is null or value is null)
