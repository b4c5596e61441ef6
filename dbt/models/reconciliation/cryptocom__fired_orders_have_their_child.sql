{{ config(alias='fired_orders_have_their_child') }}
with fired as (
    select
        source_account, order_id, exchange_order_id, instrument_name, update_time, quantity, cumulative_quantity
    from {{ ref('cryptocom', 'stg_cryptocom__advanced_order_history') }}
    where exchange_order_id is not null and exchange_order_id <> '0'
)

select
    {{ cryptocom.comparison(
        dbt.concat(["'advanced order '", 'fired.order_id', "' and its child '", 'fired.exchange_order_id']),
        'fired.instrument_name', 'fired.update_time', "'quantity filled by the child'",
        'coalesce(fired.cumulative_quantity, ' ~ cryptocom.as_quantity(0) ~ ')',
        'coalesce(child.cumulative_quantity, ' ~ cryptocom.as_quantity(0) ~ ')',
        'fired.update_time >= reading.orders_from and fired.update_time <= reading.settled_until',
        account='fired.source_account'
    ) }}
from fired
inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = fired.source_account
left join {{ ref('cryptocom', 'cryptocom__account_order') }} as child
    on child.source_account = fired.source_account and child.order_id = fired.exchange_order_id
