{{ config(alias='reward') }}
select
    source_account,
    {{ dbt.concat(["'staking_reward '", 'staking_inst_name', "' '", 'cast(event_time as ' ~ dbt.type_string() ~ ')']) }}
        as reward_key,
    event_time as happened_at,
    staking_inst_name as source,
    reward_inst_name as currency,
    reward_quantity as amount
from {{ ref('cryptocom', 'stg_cryptocom__staking_reward') }}
where reward_quantity > 0
union all
select
    source_account,
    {{ dbt.concat(["'ledger '", 'journal_id']) }} as reward_key,
    event_time as happened_at,
    journal_type as source,
    currency,
    amount
from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
where journal_type = 'SOFT_STAKE_REWARD'
    and amount > 0
    {#- A reward in a plain coin is in both tables. #}
    and not exists (
        select 1 from {{ ref('cryptocom', 'int_cryptocom__explained_entry') }} as explained
        where explained.source_account = entry.source_account
            and explained.journal_id = entry.journal_id
            and explained.event_timestamp_ns = entry.event_timestamp_ns
            and explained.instrument_name = entry.instrument_name
    )
