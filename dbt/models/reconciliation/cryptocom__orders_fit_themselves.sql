{{ config(alias='orders_fit_themselves') }}
{% call cryptocom.counted() -%}
{#- What an order says of itself: mean price times quantity is the value, FILLED is filled, it ends after it was placed.
    The mean price is rounded: a millionth of the value is allowed. -#}
with placed as (
    {% for table, is_open in [
        ('order_history', 'false'), ('open_order', 'true'), ('advanced_order_history', 'false'),
        ('advanced_open_order', 'true'),
    ] -%}
    select
        '{{ table }}' as table_name, {{ is_open }} as is_open, source_account, order_id, instrument_name, status, quantity,
        limit_price, order_value, avg_price, cumulative_quantity, cumulative_value, cumulative_fee, create_time, update_time,
        order_type
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

judged as (
    select
        placed.*,
        case
            when cumulative_quantity > 0 and abs({{ cryptocom.as_double('avg_price') }} * {{ cryptocom.as_double('cumulative_quantity') }} - {{ cryptocom.as_double('cumulative_value') }})
                > 0.000001 * abs({{ cryptocom.as_double('cumulative_value') }}) + 0.000001
            then {{ dbt.concat(["'its mean price of '", cryptocom.shown('avg_price'), "' times '", cryptocom.shown('cumulative_quantity'), "' is not its value of '", cryptocom.shown('cumulative_value')]) }}
            when cumulative_quantity = 0 and (avg_price <> 0 or cumulative_value <> 0 or cumulative_fee <> 0)
            then 'nothing of it was filled, yet it has a mean price, a value or a fee'
            when status = 'FILLED' and quantity > 0 and cumulative_quantity < quantity
            then {{ dbt.concat(["'it is FILLED, with '", cryptocom.shown('cumulative_quantity'), "' of '", cryptocom.shown('quantity')]) }}
            when quantity > 0 and cumulative_quantity > quantity
            then {{ dbt.concat(["'more of it was filled than ordered: '", cryptocom.shown('cumulative_quantity'), "' of '", cryptocom.shown('quantity')]) }}
            when update_time < {{ cryptocom.minutes_later('create_time', -1) }}
            then {{ dbt.concat(["'it ended before it was placed at '", cryptocom.shown('create_time')]) }}
            when order_type = 'LIMIT' and limit_price > 0 and order_value > 0 and quantity > 0
                and abs({{ cryptocom.as_double('quantity') }} * {{ cryptocom.as_double('limit_price') }} - {{ cryptocom.as_double('order_value') }})
                    > 0.000001 * {{ cryptocom.as_double('order_value') }} + 0.000001
            then {{ dbt.concat(["'its quantity times its limit price is not its order value of '", cryptocom.shown('order_value')]) }}
            when is_open and status in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED') and table_name = 'open_order'
            then {{ dbt.concat(["'it is listed as open, and is '", 'status']) }}
            when not is_open and status in ('NEW', 'PENDING', 'ACTIVE') and table_name = 'order_history'
            then {{ dbt.concat(["'it is listed as ended, and is '", 'status']) }}
        end as detail
    from placed
)

select
    {{ cryptocom.agreement(
        dbt.concat(["case when table_name like 'advanced%' then 'advanced order ' else 'order ' end", 'order_id']),
        'instrument_name', 'update_time', "'fits itself'", 'detail is null', "table_name = 'order_history'", 'detail',
        row_table='table_name', row_key='order_id', order_id='order_id',
        of_each_fill=true
    ) }}
from judged
{%- endcall %}
