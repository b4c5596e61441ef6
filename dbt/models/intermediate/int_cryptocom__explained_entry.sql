{#- Entries of the ledger that another table tells more about. No row names the other: a movement is the entry of the same
    amount that is nearest in time. -#}
{%- set hours = 3600 -%}
{%- set day = 86400 -%}
with movement as (
    select
        source_account,
        leg_key as movement_key,
        base_currency as name,
        case side when 'BUY' then quantity else -quantity end as amount,
        'otc trade' as explained_by,
        happened_at as moved_at
    from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
    where is_settled and trade_id is null
    union all
    select
        source_account,
        {{ dbt.concat(['leg_key', "' value'"]) }},
        quote_currency,
        case side when 'BUY' then -value else value end,
        'otc trade',
        happened_at
    from {{ ref('cryptocom', 'cryptocom__otc_trade') }}
    where is_settled and trade_id is null
    union all
    select
        source_account, {{ dbt.concat(["'convert_history '", 'convert_id', "' from'"]) }}, from_instrument_name,
        -from_quantity, 'conversion', create_time
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED'
    union all
    select
        source_account, {{ dbt.concat(["'convert_history '", 'convert_id', "' to'"]) }}, to_instrument_name,
        to_quantity, 'conversion', create_time
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED'
    union all
    select
        source_account, {{ dbt.concat(["'stake_history '", 'staking_id']) }}, underlying_inst_name,
        case side when 'STAKE' then -quantity else quantity end, 'staking', create_time
    from {{ ref('cryptocom', 'stg_cryptocom__stake_history') }}
    where status <> 'REJECTED'
    union all
    select
        source_account, {{ dbt.concat(["'open_stake '", 'staking_id']) }}, underlying_inst_name,
        case side when 'STAKE' then -quantity else quantity end, 'staking', create_time
    from {{ ref('cryptocom', 'stg_cryptocom__open_stake') }} as still_open
    where not exists (
        select 1 from {{ ref('cryptocom', 'stg_cryptocom__stake_history') }} as ended
        where ended.source_account = still_open.source_account and ended.staking_id = still_open.staking_id
    )
    union all
    select
        source_account,
        {{ dbt.concat(["'staking_reward '", 'staking_inst_name', "' '", 'reward_inst_name', "' '", 'cast(event_time as ' ~ dbt.type_string() ~ ')']) }},
        reward_inst_name, reward_quantity, 'reward', event_time
    from {{ ref('cryptocom', 'stg_cryptocom__staking_reward') }}
),

named as (
    select
        movement.*,
        {{ cryptocom.currency_of('name') }} as currency,
        {{ cryptocom.place_of('name') }} as place,
        row_number() over (
            partition by source_account, name, amount, explained_by, moved_at order by movement_key
        ) as number_at_once
    from movement
),

entry as (
    select
        other_entry.*,
        row_number() over (
            partition by source_account, currency, amount, event_timestamp_ns order by journal_id, entry_key
        ) as number_at_once
    from {{ ref('cryptocom', 'int_cryptocom__other_entry') }} as other_entry
    where is_leg or kind = 'reward'
),

{# Two legs that belong together are an exchange of currencies, and nothing that was staked or earned. An amount that comes
   back to the wallet may have been asked for weeks before. #}
candidate as (
    select
        {{ dbt.concat(['named.source_account', "' '", 'named.movement_key']) }} as left_key,
        entry.entry_key as right_key,
        {{ cryptocom.seconds_apart('named.moved_at', 'entry.event_time') }} as distance,
        named.number_at_once as left_number,
        entry.number_at_once as right_number,
        named.explained_by
    from named
    inner join entry
        on entry.source_account = named.source_account
        and entry.currency = named.currency
        and entry.amount = named.amount
    where (
            named.explained_by = 'reward'
            and entry.kind in ('reward', 'replacement', 'unclassified')
            and entry.link is null
            and {{ cryptocom.seconds_apart('named.moved_at', 'entry.event_time') }} <= {{ 12 * hours }}
        )
        or (
            named.explained_by in ('otc trade', 'conversion')
            and entry.kind in ('trade', 'conversion', 'replacement', 'unclassified')
            and entry.place = named.place
            and {{ cryptocom.seconds_apart('named.moved_at', 'entry.event_time') }} <= {{ 3 * day }}
        )
        or (
            named.explained_by = 'staking'
            and entry.kind in ('staking', 'conversion', 'replacement', 'unclassified')
            and entry.link is null
            and entry.place = named.place
            and (
                {{ cryptocom.seconds_apart('named.moved_at', 'entry.event_time') }} <= {{ day }}
                or (
                    named.amount > 0
                    and entry.event_time > named.moved_at
                    and {{ cryptocom.seconds_apart('named.moved_at', 'entry.event_time') }} <= {{ 30 * day }}
                )
            )
        )
),

{{ cryptocom.nearest_pairs('same', 'candidate') }}

select same.right_key as entry_key, same.left_key as movement_key, candidate.explained_by
from same
inner join candidate on candidate.left_key = same.left_key and candidate.right_key = same.right_key
