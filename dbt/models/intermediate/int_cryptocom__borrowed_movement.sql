{#- Movements of coins that an account borrowed, or paid back: of what went out, `quantity` is the part that the account did
    not have and owed from then on; of what came in, the part that paid such a debt back. -#}
{%- set nothing = cryptocom.as_amount(0) -%}
with held as (
    select
        movement.source_account,
        movement.movement_key,
        movement.effect,
        movement.quantity,
        movement.effect in ('acquired', 'arrived', 'moved in', 'renamed to') as is_in,
        borrowed.quantity_before + sum(
            case when movement.effect in ('acquired', 'arrived', 'moved in', 'renamed to') then movement.quantity else -movement.quantity end
        ) over (
            partition by movement.source_account, movement.currency
            order by movement.happened_at, movement.order_key, movement.leg_number, movement.movement_key
            rows between unbounded preceding and current row
        ) as balance
    from {{ ref('cryptocom', 'cryptocom__coin_movement') }} as movement
    inner join {{ ref('cryptocom', 'int_cryptocom__borrowed_currency') }} as borrowed
        on borrowed.source_account = movement.source_account and borrowed.currency = movement.currency
),

owed as (
    select
        source_account,
        movement_key,
        effect,
        case
            when is_in then greatest({{ nothing }}, quantity - balance) - greatest({{ nothing }}, -balance)
            else greatest({{ nothing }}, -balance) - greatest({{ nothing }}, -balance - quantity)
        end as quantity
    from held
)

select source_account, movement_key, quantity
from owed
where quantity > 0 and effect not in ('renamed from', 'renamed to')
