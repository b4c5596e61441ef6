{{ config(alias='lot_use') }}
{#- Which lot each disposal used up, by FIFO: one row per disposal and lot. Lots and disposals of a currency are laid end to
    end by quantity; where they overlap, the lot is the one that is sold. A disposal uses only what was acquired before it:
    what went out beyond that had no known cost, and uses up no later lot.

    What was borrowed and sold is a lot of its own kind, which what pays it back uses up: `covered`. Its proceeds were known
    first, at `sold_short_at`; its cost is that of the cover. -#}
{%- set in_order = 'order by happened_at, order_key, leg_number, movement_key' -%}
{%- set so_far = 'partition by pool, asset order by place rows between unbounded preceding and current row' -%}
{%- set steps = 5 -%}
with renamed as (
    {#- A coin that got another name, one for one, is the same coin. The last time counts. #}
    select currency, currency_after, happened_at
    from (
        select
            sent_currency as currency,
            received_currency as currency_after,
            happened_at,
            row_number() over (partition by sent_currency order by happened_at desc, event_key) as newest
        from {{ ref('cryptocom', 'cryptocom__tax_event') }}
        where kind = 'rename' and sent_amount = received_amount
    ) as one_for_one
    where newest = 1
),

replaced as (
    {#- Where next to nothing of it is left, what has the old name later is another coin: LUNA became LUNC, and LUNA a new one. #}
    select
        renamed.currency,
        renamed.currency_after,
        renamed.happened_at,
        {{ cryptocom.as_double("sum(case when movement.effect in ('acquired', 'arrived', 'moved in', 'renamed to') "
            ~ "then movement.quantity else -movement.quantity end)") }}
        <= 0.001 * {{ cryptocom.as_double("sum(case when movement.effect = 'renamed from' then movement.quantity end)") }}
            as is_whole
    from renamed
    inner join {{ ref('cryptocom', 'cryptocom__coin_movement') }} as movement
        on movement.currency = renamed.currency and movement.happened_at <= renamed.happened_at
    group by renamed.currency, renamed.currency_after, renamed.happened_at
),

{# By each name that was given later, one after the other. #}
{%- for step in range(1, steps + 1) %}
named_{{ step }} as (
    select
        named.currency,
        coalesce(replaced.currency_after, named.asset) as asset,
        coalesce(replaced.happened_at, named.named_at) as named_at
    from {% if loop.first %}(
        select currency, currency as asset, happened_at as named_at from replaced
    ){% else %}named_{{ step - 1 }}{% endif %} as named
    left join replaced on replaced.currency = named.asset and replaced.happened_at >= named.named_at
),
{% endfor %}
named_movement as (
    select
        movement.source_account,
        movement.movement_key,
        movement.event_key,
        movement.happened_at,
        movement.order_key,
        movement.leg_number,
        movement.effect,
        movement.currency,
        movement.quantity,
        movement.value,
        coalesce(named.asset, movement.currency) as asset,
        named.asset is not null as is_named,
        borrowed.quantity as borrowed
    from {{ ref('cryptocom', 'cryptocom__coin_movement') }} as movement
    left join replaced
        on replaced.currency = movement.currency
        and (movement.happened_at <= replaced.happened_at or not replaced.is_whole)
    left join named_{{ steps }} as named on named.currency = replaced.currency
    left join {{ ref('cryptocom', 'int_cryptocom__borrowed_movement') }} as borrowed
        on borrowed.source_account = movement.source_account
        and borrowed.movement_key = movement.movement_key
),

{#- Of a movement, what was borrowed or paid back. #}
{%- set borrowed_value = "case when borrowed = quantity then value else "
    ~ cryptocom.rounded_amount(cryptocom.as_double('value') ~ ' * ' ~ cryptocom.ratio('borrowed', 'quantity')) ~ ' end' %}
movement as (
    select
        source_account, movement_key, event_key, happened_at, order_key, leg_number, effect, currency, asset,
        {{ cryptocom.pool() }} as pool,
        case when borrowed is null then quantity else quantity - borrowed end as quantity,
        case when borrowed is null then value else value - {{ borrowed_value }} end as value,
        case
            when effect = 'acquired' and value is not null then 'lot'
            when effect in ('disposed', 'left') then 'use'
            {#- Between accounts lots stay in the pool of all accounts; from account to account books/gains.py carries them. #}
            when effect = 'moved out' and {{ 'true' if var('cryptocom_lots_of') == 'account' else 'false' }} then 'use'
            when effect = 'renamed from' and not is_named then 'use'
        end as role
    from named_movement
    where borrowed is null or borrowed < quantity
    union all
    {#- Under a name that no currency has: these lots are not those of coins that were there. #}
    select
        source_account, movement_key, event_key, happened_at, order_key, leg_number,
        case when effect = 'disposed' then 'sold short' else 'covered' end,
        currency,
        {{ dbt.concat(['asset', "' borrowed'"]) }},
        {{ cryptocom.pool() }},
        borrowed,
        {{ borrowed_value }},
        case
            when effect = 'disposed' and value is not null then 'lot'
            when effect in ('acquired', 'arrived', 'moved in') then 'use'
        end
    from named_movement
    where borrowed is not null
),

placed as (
    select
        movement.*,
        row_number() over (partition by pool, asset {{ in_order }}) as place
    from movement
    where role is not null
),

summed as (
    select
        placed.*,
        sum(case when role = 'lot' then quantity else {{ cryptocom.as_amount(0) }} end) over ({{ so_far }}) as bought,
        sum(case when role = 'use' then quantity else {{ cryptocom.as_amount(0) }} end) over ({{ so_far }}) as sold
    from placed
),

edge as (
    select
        summed.*,
        case
            when role = 'lot' then bought
            else sold - greatest({{ cryptocom.as_amount(0) }}, max(sold - bought) over ({{ so_far }}))
        end as position,
        case when role = 'lot' then place end as lot_place,
        case when role = 'use' then place end as use_place
    from summed
),

slice as (
    select
        pool,
        asset,
        position,
        position - coalesce(
            lag(position) over (partition by pool, asset order by position, role, place), {{ cryptocom.as_amount(0) }}
        ) as quantity,
        min(lot_place) over (
            partition by pool, asset order by position, role, place rows between current row and unbounded following
        ) as lot_place,
        min(use_place) over (
            partition by pool, asset order by position, role, place rows between current row and unbounded following
        ) as use_place
    from edge
),

used as (
    select
        slice.*,
        sum(quantity) over (
            partition by pool, asset, lot_place order by position rows between unbounded preceding and current row
        ) as used_until
    from slice
    where quantity > 0 and lot_place is not null and use_place is not null
),

{# What is cut off a part of a cost is in the next one: the parts are the whole. #}
cost as (
    select
        used.pool,
        used.asset,
        used.lot_place,
        used.use_place,
        used.quantity,
        case
            when used.used_until = lot.quantity then lot.value
            else {{ cryptocom.rounded_amount(
                cryptocom.as_double('lot.value') ~ ' * ' ~ cryptocom.ratio('used.used_until', 'lot.quantity')
            ) }}
        end
        - case
            when used.used_until = used.quantity then {{ cryptocom.as_amount(0) }}
            else {{ cryptocom.rounded_amount(
                cryptocom.as_double('lot.value') ~ ' * ' ~ cryptocom.ratio('(used.used_until - used.quantity)', 'lot.quantity')
            ) }}
        end as cost,
        lot.movement_key as lot_key,
        lot.source_account as lot_account,
        lot.happened_at as acquired_at
    from used
    inner join edge as lot
        on lot.pool = used.pool and lot.asset = used.asset and lot.place = used.lot_place
),
{%- set part = cryptocom.rounded_amount(
    cryptocom.as_double('disposal.value') ~ ' * ' ~ cryptocom.ratio('cost.quantity', 'disposal.quantity')
) %}

{#- Of what used the lot up: its part of the proceeds, or where that is a cover, of the cost. #}
parted as (
    select
        disposal.source_account,
        disposal.movement_key,
        disposal.event_key,
        disposal.happened_at,
        disposal.effect,
        disposal.currency,
        cost.lot_key,
        cost.lot_account,
        cost.acquired_at,
        cost.quantity,
        cost.cost as value_of_lot,
        case when cost.quantity = disposal.quantity then disposal.value else {{ part }} end as value_of_use
    from cost
    inner join edge as disposal
        on disposal.pool = cost.pool and disposal.asset = cost.asset and disposal.place = cost.use_place
)

select
    source_account,
    movement_key,
    event_key,
    happened_at as disposed_at,
    effect,
    currency,
    lot_key,
    lot_account,
    case when effect = 'covered' then happened_at else acquired_at end as acquired_at,
    quantity,
    case when effect = 'covered' then value_of_use else value_of_lot end as cost,
    case when effect = 'covered' then value_of_lot else value_of_use end as proceeds,
    case when effect = 'covered' then acquired_at end as sold_short_at
from parted
