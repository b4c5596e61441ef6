{#- Entries of the ledger that another table tells more about. No row names the other: the n-th movement of an amount is the
    n-th entry of that amount. -#}
with movement as (
    select
        source_account,
        base_currency as currency,
        case side when 'BUY' then quantity else -quantity end as amount,
        'otc trade' as explained_by,
        happened_at as moved_at
    from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
    where is_settled
    union all
    select
        source_account, quote_currency, case side when 'BUY' then -value else value end, 'otc trade', happened_at
    from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
    where is_settled
    union all
    select source_account, from_instrument_name, -from_quantity, 'conversion', create_time
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED'
    union all
    select source_account, to_instrument_name, to_quantity, 'conversion', create_time
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED'
    union all
    {#- What is staked leaves the wallet, and is the account's all the same. #}
    select
        source_account, underlying_inst_name, case side when 'STAKE' then -quantity else quantity end, 'staking', create_time
    from {{ ref('cryptocom', 'stg_cryptocom__stake_history') }}
    where status <> 'REJECTED'
    union all
    select
        source_account, underlying_inst_name, case side when 'STAKE' then -quantity else quantity end, 'staking', create_time
    from {{ ref('cryptocom', 'stg_cryptocom__open_stake') }} as still_open
    where not exists (
        select 1 from {{ ref('cryptocom', 'stg_cryptocom__stake_history') }} as ended
        where ended.source_account = still_open.source_account and ended.staking_id = still_open.staking_id
    )
    union all
    select source_account, reward_inst_name, reward_quantity, 'reward', event_time
    from {{ ref('cryptocom', 'stg_cryptocom__staking_reward') }}
),

numbered as (
    select
        movement.*,
        row_number() over (partition by source_account, currency, amount order by moved_at) as number_of_amount
    from movement
),

numbered_entry as (
    select
        entry.source_account,
        entry.journal_id,
        entry.journal_type,
        entry.event_timestamp_ns,
        entry.instrument_name,
        entry.currency,
        entry.amount,
        row_number() over (
            partition by entry.source_account, entry.currency, entry.amount
            order by entry.event_timestamp_ns, entry.journal_id
        ) as number_of_amount
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
    where entry.trade_id is null
        and entry.amount <> 0
        and entry.journal_type in (
            'TRADING', 'MANUAL_CONVERSION', 'AUTO_CONVERSION', 'SOFT_STAKE_REWARD', 'ADJUSTMENT', 'ADMIN_ADJUSTMENT'
        )
)

select
    numbered_entry.source_account,
    numbered_entry.journal_id,
    numbered_entry.journal_type,
    numbered_entry.event_timestamp_ns,
    numbered_entry.instrument_name,
    numbered.explained_by
from numbered_entry
inner join numbered
    on numbered.source_account = numbered_entry.source_account
    and numbered.currency = numbered_entry.currency
    and numbered.amount = numbered_entry.amount
    and numbered.number_of_amount = numbered_entry.number_of_amount
