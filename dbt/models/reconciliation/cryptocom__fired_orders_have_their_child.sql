{{ config(alias='fired_orders_have_their_child') }}
{#- An advanced order that fired and the ordinary order that it placed have one instrument, side, quantity, value and fee, and
    end together. A list of orders has all its legs, where the legs name it. -#}
with advanced as (
    {% for table in ['advanced_order_history', 'advanced_open_order'] -%}
    select
        '{{ table }}' as table_name, source_account, order_id, exchange_order_id, instrument_name, side, create_time,
        update_time, cumulative_quantity, cumulative_value, cumulative_fee, list_id, contingency_type
    from {{ ref('cryptocom', 'stg_cryptocom__' ~ table) }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

fired as (
    select * from advanced where exchange_order_id is not null and exchange_order_id <> '0'
),

ordinary as (
    {#- Not from account_order, where the advanced order stands for a child that is missing. #}
    select source_account, order_id, instrument_name, side, update_time, cumulative_quantity, cumulative_value, cumulative_fee
    from {{ ref('cryptocom', 'cryptocom__account_order') }}
    where advanced_order_id is null or advanced_order_id <> order_id
),

pair as (
    select
        fired.*,
        child.order_id is null as is_childless,
        child.cumulative_quantity as child_quantity,
        case
            when fired.instrument_name <> child.instrument_name
            then {{ dbt.concat(["'its child is one in '", cryptocom.shown('child.instrument_name')]) }}
            when fired.side <> child.side
            then {{ dbt.concat(["'its side is '", cryptocom.shown('fired.side'), "', that of its child '", cryptocom.shown('child.side')]) }}
            when abs(fired.cumulative_value - child.cumulative_value) > {{ cryptocom.rounding() }}
            then {{ dbt.concat(["'its value is '", cryptocom.shown('fired.cumulative_value'), "', that of its child '", cryptocom.shown('child.cumulative_value')]) }}
            when abs(fired.cumulative_fee - child.cumulative_fee) > {{ cryptocom.rounding() }}
            then {{ dbt.concat(["'its fee is '", cryptocom.shown('fired.cumulative_fee'), "', that of its child '", cryptocom.shown('child.cumulative_fee')]) }}
            when abs({{ dbt.datediff('child.update_time', 'fired.update_time', 'hour') }}) > 1
            then {{ dbt.concat(["'its time is '", cryptocom.shown('fired.update_time'), "', that of its child '", cryptocom.shown('child.update_time')]) }}
        end as detail
    from fired
    left join ordinary as child
        on child.source_account = fired.source_account and child.order_id = fired.exchange_order_id
),

legs as (
    select
        source_account,
        list_id,
        contingency_type,
        min(instrument_name) as instrument_name,
        min(create_time) as create_time,
        max(order_id) as order_id,
        count(distinct order_id) as found,
        case contingency_type when 'OTOCO' then 3 else 2 end as expected
    from advanced
    where list_id is not null and contingency_type in ('OCO', 'OTO', 'OTOCO')
    group by source_account, list_id, contingency_type
)

select
    {{ cryptocom.comparison(
        dbt.concat(["'advanced order '", 'pair.order_id', "' and its child '", 'pair.exchange_order_id']),
        'pair.instrument_name', 'pair.update_time', "'quantity filled by the child'",
        'coalesce(pair.cumulative_quantity, ' ~ cryptocom.as_quantity(0) ~ ')',
        'coalesce(pair.child_quantity, ' ~ cryptocom.as_quantity(0) ~ ')',
        'pair.update_time >= reading.orders_from and pair.update_time <= reading.settled_until',
        account='pair.source_account',
        row_table="case when pair.is_childless then 'order_history' else pair.table_name end",
        row_key='case when pair.is_childless then pair.exchange_order_id else pair.order_id end',
        is_missing='pair.is_childless', order_id='pair.exchange_order_id'
    ) }}
from pair
inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = pair.source_account
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'advanced order '", 'order_id', "' and its child '", 'exchange_order_id']), 'instrument_name',
        'update_time', "'fits its child'", 'detail is null', 'false', 'detail', row_table='table_name', row_key='order_id',
        order_id='exchange_order_id'
    ) }}
from pair
where not is_childless
union all
select
    {{ cryptocom.comparison(
        dbt.concat(["'list '", 'list_id', "' of '", 'contingency_type']), 'instrument_name', 'create_time', "'legs of the list'",
        'expected', 'found', 'false', row_table="'advanced_order_history'", row_key=dbt.concat(["'of list '", 'list_id']),
        is_missing='found < expected'
    ) }}
from legs
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'advanced order '", 'order_id']), 'instrument_name', 'update_time', "'child of one that was filled'",
        'cumulative_quantity = 0 or cumulative_quantity is null', 'false',
        "case when cumulative_quantity > 0 then 'it was filled, and names no order that it placed' end", row_table='table_name',
        row_key='order_id'
    ) }}
from advanced
where exchange_order_id is null or exchange_order_id = '0'
