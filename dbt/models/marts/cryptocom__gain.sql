{{ config(alias='gain') }}
{#- What each disposal of a coin gained by FIFO, over all pairs, in the reporting currency, fees in cost and proceeds. The gain
    is that of `quantity_with_cost`; what has no known cost is `quantity_without_cost`, and in no gain.

    What was borrowed and sold is `quantity_sold_short` of the sale. Its gain stands in a row of its own, that of the purchase
    which covers it (`effect` covered). What pays back a debt that no sale made has no known gain. -#}
{%- set nothing = cryptocom.as_amount(0) -%}
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
),

covered as (
    select
        movement_key,
        source_account,
        sum(quantity) as quantity,
        sum(cost) as cost,
        sum(proceeds) as proceeds
    from {{ ref('cryptocom', 'cryptocom__lot_use') }}
    where effect = 'covered' and cost is not null
    group by movement_key, source_account
)

select
    movement.source_account,
    movement.movement_key,
    movement.event_key,
    movement.happened_at as disposed_at,
    movement.kind,
    movement.effect,
    movement.instrument_name,
    movement.currency,
    '{{ var('cryptocom_reporting_currency') }}' as reporting_currency,
    movement.quantity,
    movement.value as proceeds,
    coalesce(used.quantity, {{ nothing }}) as quantity_with_cost,
    movement.quantity - coalesce(used.quantity, {{ nothing }}) - coalesce(borrowed.quantity, {{ nothing }})
        as quantity_without_cost,
    coalesce(borrowed.quantity, {{ nothing }}) as quantity_sold_short,
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
left join {{ ref('cryptocom', 'int_cryptocom__borrowed_movement') }} as borrowed
    on borrowed.movement_key = movement.movement_key and borrowed.source_account = movement.source_account
where movement.effect = 'disposed'
union all
select
    movement.source_account,
    movement.movement_key,
    movement.event_key,
    movement.happened_at,
    movement.kind,
    'covered',
    movement.instrument_name,
    movement.currency,
    '{{ var('cryptocom_reporting_currency') }}',
    borrowed.quantity,
    covered.proceeds,
    coalesce(covered.quantity, {{ nothing }}),
    borrowed.quantity - coalesce(covered.quantity, {{ nothing }}),
    {{ nothing }},
    covered.cost,
    covered.proceeds - covered.cost,
    case when covered.quantity > 0 then movement.happened_at end,
    case when covered.quantity > 0 then movement.happened_at end,
    movement.effect = 'acquired' and movement.value is null
from {{ ref('cryptocom', 'int_cryptocom__borrowed_movement') }} as borrowed
inner join {{ ref('cryptocom', 'cryptocom__coin_movement') }} as movement
    on movement.movement_key = borrowed.movement_key and movement.source_account = borrowed.source_account
left join covered on covered.movement_key = borrowed.movement_key and covered.source_account = borrowed.source_account
where movement.effect in ('acquired', 'arrived', 'moved in')
