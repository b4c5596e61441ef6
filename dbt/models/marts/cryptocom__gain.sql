{{ config(alias='gain') }}
{#- What each disposal of a coin gained by FIFO, over all pairs, in the reporting currency, fees in cost and proceeds. The gain
    is that of `quantity_with_cost`; what has no known cost is `quantity_without_cost`, and in no gain. -#}
with used as (
    select
        movement_key,
        source_account,
        sum(quantity) as quantity,
        sum(cost) as cost,
        min(acquired_at) as first_acquired_at,
        max(acquired_at) as last_acquired_at
    from {{ ref('cryptocom', 'cryptocom__lot_use') }}
    where effect = 'disposed'
    group by movement_key, source_account
)

select
    movement.source_account,
    movement.movement_key,
    movement.event_key,
    movement.happened_at as disposed_at,
    movement.kind,
    movement.instrument_name,
    movement.currency,
    '{{ var('cryptocom_reporting_currency') }}' as reporting_currency,
    movement.quantity,
    movement.value as proceeds,
    coalesce(used.quantity, {{ cryptocom.as_amount(0) }}) as quantity_with_cost,
    movement.quantity - coalesce(used.quantity, {{ cryptocom.as_amount(0) }}) as quantity_without_cost,
    used.cost,
    case
        when used.quantity = movement.quantity then movement.value
        else {{ cryptocom.rounded_amount(
            cryptocom.as_double('movement.value') ~ ' * ' ~ cryptocom.ratio('used.quantity', 'movement.quantity')
        ) }}
    end - used.cost as gain,
    used.first_acquired_at,
    used.last_acquired_at,
    movement.value is null as is_unvalued
from {{ ref('cryptocom', 'cryptocom__coin_movement') }} as movement
left join used on used.movement_key = movement.movement_key and used.source_account = movement.source_account
where movement.effect = 'disposed'
