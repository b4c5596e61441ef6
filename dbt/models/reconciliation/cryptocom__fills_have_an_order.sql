{{ config(alias='fills_have_an_order') }}
{% call cryptocom.counted() -%}
select
    {{ cryptocom.agreement(
        dbt.concat(["'fill '", 'trade_id', "' of order '", "coalesce(order_id, '?')"]),
        'instrument_name', 'filled_at', "'order'", 'order_status is not null', 'false',
        "case when order_status is null then 'the order of this fill is missing' end",
        row_table="'order_history'", row_key='order_id', is_missing='order_status is null', order_id='order_id',
        of_each_fill=true
    ) }}
from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
{%- endcall %}
