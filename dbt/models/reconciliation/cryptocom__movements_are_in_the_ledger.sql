{{ config(alias='movements_are_in_the_ledger') }}
{#- No row names the other: the n-th stake, conversion, OTC leg or reward of an amount is the n-th entry of that amount that
    no fill and no transfer explains. Which types of entry the live exchange books for them is not known, so this warns.
    A reward is asked for where most entries of its type have one: soft staking may pay without a row.

    A request is booked when it is made or when it ends, which may be days later. One that is pending or was rejected may be
    booked or not, and so may the side of a conversion that is staked. -#}
with reading as (
    select
        reading.source_account,
        reading.ledger_from,
        reading.settled_until,
        max(case when found.table_name = 'otc_deal' and found.is_there then 1 else 0 end) = 1 as knows_deals,
        max(case when found.table_name in ('stake_history', 'convert_history') and found.is_there then 1 else 0 end) = 1
            as knows_requests
    from {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading
    inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found on found.source_account = reading.source_account
    group by reading.source_account, reading.ledger_from, reading.settled_until
),

movement as (
    select
        source_account,
        'otc_deal' as row_table,
        deal_id as row_key,
        base_currency as currency,
        case side when 'BUY' then quantity else -quantity end as amount,
        happened_at as moved_at,
        12 as hours,
        1 as is_booked
    from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
    where is_settled and trade_id is null
    union all
    select
        source_account, 'otc_deal', deal_id, quote_currency, case side when 'BUY' then -value else value end, happened_at, 12, 1
    from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
    where is_settled and trade_id is null
    union all
    select source_account, 'convert_history', convert_id, from_instrument_name, -from_quantity, create_time, 24 * 40, 1
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED' and from_instrument_name not like '%.staked'
    union all
    select source_account, 'convert_history', convert_id, to_instrument_name, to_quantity, create_time, 24 * 40, 1
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED' and to_instrument_name not like '%.staked'
    union all
    {#- What is staked leaves the wallet at once, and comes back after the time of unstaking. #}
    select
        source_account, 'stake_history', staking_id, underlying_inst_name, -quantity, create_time, 12,
        case when status = 'REJECTED' then 0 else 1 end
    from {{ ref('cryptocom', 'stg_cryptocom__stake_history') }}
    where side = 'STAKE'
    union all
    select
        source_account, 'stake_history', staking_id, underlying_inst_name, quantity, create_time, 24 * 40,
        case when status = 'REJECTED' then 0 else 1 end
    from {{ ref('cryptocom', 'stg_cryptocom__stake_history') }}
    where (side = 'STAKE' and status = 'REJECTED') or (side = 'UNSTAKE' and status = 'COMPLETED')
    union all
    select source_account, 'open_stake', staking_id, underlying_inst_name, -quantity, create_time, 12, 0
    from {{ ref('cryptocom', 'stg_cryptocom__open_stake') }} as still_open
    where side = 'STAKE'
        and not exists (
            select 1 from {{ ref('cryptocom', 'stg_cryptocom__stake_history') }} as ended
            where ended.source_account = still_open.source_account and ended.staking_id = still_open.staking_id
        )
    union all
    select
        source_account,
        'staking_reward',
        {{ dbt.concat(['staking_inst_name', "' '", 'reward_inst_name', "' '", cryptocom.shown('event_time')]) }},
        reward_inst_name,
        reward_quantity,
        event_time,
        12,
        1
    from {{ ref('cryptocom', 'stg_cryptocom__staking_reward') }} as reward
    {#- Whether what a staked coin pays in itself is booked, other such entries tell. #}
    where reward_inst_name not like '%.staked'
        or exists (
            select 1 from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as booked
            where booked.source_account = reward.source_account
                and booked.kind = 'reward'
                and booked.instrument_name = reward.reward_inst_name
        )
),

entry as (
    select
        source_account,
        journal_id,
        journal_type,
        kind,
        instrument_name as currency,
        transaction_qty as amount,
        event_time,
        event_timestamp_ns
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    where trade_id is null
        and transaction_qty <> 0
        and instrument_kind <> 'derivative'
        and (instrument_name not like '%.staked' or kind = 'reward')
        and journal_type not in ({{ cryptocom.transfer_journal_types() }}, 'SUBACCOUNT_TX', 'TRADE_FEE')
),

expected as (
    select movement.*
    from movement
    inner join reading on reading.source_account = movement.source_account
    {#- Without a single entry the ledger was not read, and what was requested before it began is not in it. #}
    where movement.amount <> 0 and movement.moved_at >= {{ cryptocom.minutes_later('reading.ledger_from', -1) }}
),

counted as (
    select source_account, currency, amount, sum(movements) as movements, sum(entries) as entries
    from (
        select source_account, currency, amount, 1 as movements, 0 as entries from expected
        union all
        select source_account, currency, amount, 0, 1 from entry
    ) as either
    group by source_account, currency, amount
),

numbered as (
    {#- What may be booked or not is looked for where there are as many entries as all of them need. #}
    select
        expected.*,
        row_number() over (
            partition by expected.source_account, expected.currency, expected.amount
            order by expected.moved_at, expected.row_key
        ) as number_of_amount
    from expected
    inner join counted
        on counted.source_account = expected.source_account
        and counted.currency = expected.currency
        and counted.amount = expected.amount
    where expected.is_booked = 1 or counted.entries >= counted.movements
),

numbered_entry as (
    select
        entry.*,
        row_number() over (
            partition by source_account, currency, amount order by event_timestamp_ns, journal_id
        ) as number_of_amount
    from entry
),

pair as (
    {#- The two sides of one booking are a deal, or a conversion that only the ledger has. #}
    select distinct one.source_account, one.journal_id
    from entry as one
    inner join entry as other
        on other.source_account = one.source_account
        and other.event_timestamp_ns = one.event_timestamp_ns
        and other.journal_type = one.journal_type
        and other.currency <> one.currency
        and (other.amount < 0) <> (one.amount < 0)
),

matched as (
    select
        coalesce(numbered.source_account, numbered_entry.source_account) as source_account,
        coalesce(numbered.currency, numbered_entry.currency) as currency,
        coalesce(numbered.amount, numbered_entry.amount) as amount,
        coalesce(numbered.moved_at, numbered_entry.event_time) as happened_at,
        numbered.row_table,
        numbered.row_key,
        numbered.moved_at,
        numbered.hours,
        numbered_entry.event_time,
        numbered_entry.journal_id,
        numbered_entry.journal_type,
        numbered_entry.kind,
        pair.journal_id is not null as is_of_a_pair,
        count(numbered.row_key) over (partition by numbered_entry.source_account, numbered_entry.journal_type)
            as told_of_type,
        count(*) over (partition by numbered_entry.source_account, numbered_entry.journal_type)
            as entries_of_type
    from numbered
    full outer join numbered_entry
        on numbered_entry.source_account = numbered.source_account
        and numbered_entry.currency = numbered.currency
        and numbered_entry.amount = numbered.amount
        and numbered_entry.number_of_amount = numbered.number_of_amount
    left join pair
        on pair.source_account = numbered_entry.source_account and pair.journal_id = numbered_entry.journal_id
),

told as (
    select
        matched.*,
        case
            when matched.row_key is null or matched.journal_id is null then null
            when matched.event_time < {{ cryptocom.minutes_later('matched.moved_at', -60) }}
                or {{ dbt.datediff('matched.moved_at', 'matched.event_time', 'hour') }} > matched.hours
            then {{ dbt.concat(["'its time is '", cryptocom.shown('matched.moved_at'), "', that of its ledger entry '", cryptocom.shown('matched.event_time')]) }}
        end as detail
    from matched
    inner join reading on reading.source_account = matched.source_account
    where reading.ledger_from is not null
        and (
            matched.row_key is not null
            or (matched.kind = 'reward' and 2 * matched.told_of_type > matched.entries_of_type)
            or (
                (matched.journal_type = 'MANUAL_CONVERSION' or matched.kind = 'staking')
                and (
                    (matched.is_of_a_pair and reading.knows_deals)
                    or (
                        not matched.is_of_a_pair
                        and reading.knows_requests
                        {#- What arrives in the first days may have been requested before them. #}
                        and (
                            matched.amount < 0
                            or matched.event_time > {{ dbt.dateadd('day', 3, 'reading.ledger_from') }}
                        )
                    )
                )
            )
        )
)

select
    {{ cryptocom.comparison(
        "case when row_key is null then " ~ dbt.concat(["'ledger '", 'journal_id'])
            ~ " else " ~ dbt.concat(['row_table', "' '", 'row_key']) ~ " end",
        'currency', 'happened_at',
        "case when row_key is null and kind = 'reward' then 'reward of a ledger entry' "
            ~ "when row_key is null then 'stake, conversion or deal of a ledger entry' else 'ledger entry of a movement' end",
        'amount',
        'case when row_key is null or journal_id is null or detail is not null then ' ~ cryptocom.zero() ~ ' else amount end',
        'false',
        row_table="case when row_key is null and kind = 'reward' then 'staking_reward' when row_key is null then 'stake_history' when journal_id is null then 'transaction' else row_table end",
        row_key="case when row_key is null then " ~ dbt.concat(["'of ledger '", 'journal_id'])
            ~ " when journal_id is null then " ~ dbt.concat(["'of '", 'row_table', "' '", 'row_key']) ~ " else row_key end",
        is_missing='row_key is null or journal_id is null', detail='detail'
    ) }}
from told
