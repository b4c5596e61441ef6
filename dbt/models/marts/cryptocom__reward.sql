{{ config(alias='reward') }}
{#- What was earned, from the table of rewards and from the ledger, each once, with its value on that day. What was taken
    back is below zero. -#}
with earned as (
    select
        source_account,
        {{ dbt.concat(["'staking_reward '", 'staking_inst_name', "' '", 'reward_inst_name', "' '", 'cast(event_time as ' ~ dbt.type_string() ~ ')']) }}
            as reward_key,
        event_time as happened_at,
        staking_inst_name as source,
        {{ cryptocom.currency_of('reward_inst_name') }} as currency,
        {{ cryptocom.place_of('reward_inst_name') }} as place,
        reward_quantity as amount
    from {{ ref('cryptocom', 'stg_cryptocom__staking_reward') }}
    where reward_quantity > 0
    union all
    select
        entry.source_account,
        entry.event_key as reward_key,
        entry.event_time as happened_at,
        entry.journal_type as source,
        entry.currency,
        entry.place,
        entry.amount
    from {{ ref('cryptocom', 'int_cryptocom__other_entry') }} as entry
    left join {{ ref('cryptocom', 'int_cryptocom__explained_entry') }} as explained
        on explained.entry_key = entry.entry_key
    where entry.kind = 'reward' and entry.amount <> 0 and explained.entry_key is null
)

select
    earned.*,
    {{ cryptocom.as_double('earned.amount') }} * {{ cryptocom.as_double('price.price_usd') }} as value_usd
from earned
left join {{ ref('cryptocom', 'int_cryptocom__price_by_day') }} as price
    on price.currency = earned.currency and price.day = {{ cryptocom.day_of('earned.happened_at') }}
