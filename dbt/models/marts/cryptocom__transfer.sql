{{ config(alias='transfer') }}
{#- What came and went, each once: the rows of deposits and withdrawals; the entries of the ledger that are no such row's;
    and what moved between accounts. A withdrawal that is the deposit of another account of the books, by the hash on the
    chain, stays two rows: both have the withdrawal's key as `pair_key`. -#}
{%- set text = dbt.type_string() -%}
{%- set no_text = 'cast(null as ' ~ text ~ ')' -%}
{%- set nothing = cryptocom.as_amount(0) -%}
{%- set day = 86400 -%}
{%- set from_or_to_app = "('INTERNAL_DEPOSIT', 'INTERNAL_WITHDRAWAL', 'EARLY_SWAP_BONUS_DEPOSIT')" -%}
with deposit as (
    select
        source_account,
        {{ dbt.concat(["'deposit '", 'id']) }} as transfer_key,
        'in' as direction,
        case when address in {{ from_or_to_app }} then 'app' else 'on-chain' end as network_kind,
        network_id as network,
        currency,
        amount,
        coalesce(fee, {{ nothing }}) as fee,
        currency as fee_currency,
        status,
        status = '1' as is_complete,
        false as is_pending,
        coalesce(update_time, create_time) as happened_at,
        address,
        txid as tx_hash
    from {{ ref('cryptocom', 'stg_cryptocom__deposit') }}
),

withdrawal as (
    select
        source_account,
        {{ dbt.concat(["'withdrawal '", 'id']) }} as transfer_key,
        'out' as direction,
        case when address in {{ from_or_to_app }} then 'app' else 'on-chain' end as network_kind,
        network_id as network,
        currency,
        amount,
        coalesce(fee, {{ nothing }}) as fee,
        currency as fee_currency,
        status,
        status = '5' as is_complete,
        status in ('0', '1', '3') as is_pending,
        coalesce(create_time, update_time) as happened_at,
        address,
        txid as tx_hash
    from {{ ref('cryptocom', 'stg_cryptocom__withdrawal') }}
),

fiat_deposit as (
    select
        source_account,
        {{ dbt.concat(["'fiat deposit '", 'id']) }} as transfer_key,
        'in' as direction,
        'bank' as network_kind,
        payment_network as network,
        currency,
        amount,
        coalesce(fee_amount, {{ nothing }}) as fee,
        coalesce(fee_currency, currency) as fee_currency,
        status,
        status = 'completed' as is_complete,
        false as is_pending,
        coalesce(completed_at, updated_at, created_at) as happened_at,
        {{ no_text }} as address,
        {{ no_text }} as tx_hash
    from {{ ref('cryptocom', 'stg_cryptocom__fiat_deposit') }}
),

fiat_withdrawal as (
    select
        source_account,
        {{ dbt.concat(["'fiat withdrawal '", 'id']) }} as transfer_key,
        'out' as direction,
        'bank' as network_kind,
        payment_network as network,
        currency,
        amount,
        coalesce(fee_amount, {{ nothing }}) as fee,
        coalesce(fee_currency, currency) as fee_currency,
        status,
        status = 'completed' as is_complete,
        status not in ('completed', 'failed', 'refunded', 'cancelled') as is_pending,
        coalesce(created_at, updated_at) as happened_at,
        {{ no_text }} as address,
        {{ no_text }} as tx_hash
    from {{ ref('cryptocom', 'stg_cryptocom__fiat_withdrawal') }}
),

recorded as (
    select * from deposit
    union all
    select * from withdrawal
    union all
    select * from fiat_deposit
    union all
    select * from fiat_withdrawal
),

hashed as (
    select
        recorded.*,
        {{ dbt.concat(['source_account', "' '", 'transfer_key']) }} as row_key,
        {#- The exchange adds the number of the output: hash/1. #}
        {{ dbt.split_part('tx_hash', "'/'", 1) }} as bare_hash
    from recorded
    where network_kind = 'on-chain' and is_complete and amount > 0 and tx_hash is not null
),

numbered_hash as (
    select
        hashed.*,
        row_number() over (
            partition by source_account, direction, currency, amount, bare_hash order by happened_at, transfer_key
        ) as number_of_hash
    from hashed
    where bare_hash <> ''
),

hash_candidate as (
    select
        sent.row_key as left_key,
        received.row_key as right_key,
        {{ cryptocom.seconds_apart('sent.happened_at', 'received.happened_at') }} as distance,
        sent.number_of_hash as left_number,
        received.number_of_hash as right_number
    from numbered_hash as sent
    inner join numbered_hash as received
        on received.bare_hash = sent.bare_hash
        and received.currency = sent.currency
        and received.amount = sent.amount
        and received.source_account <> sent.source_account
    where sent.direction = 'out' and received.direction = 'in'
),

{{ cryptocom.nearest_pairs('of_one_hash', 'hash_candidate') }},

hash_pair as (
    select pair.left_key as row_key, sent.transfer_key as pair_key
    from of_one_hash as pair
    inner join numbered_hash as sent on sent.row_key = pair.left_key
    union all
    select pair.right_key, sent.transfer_key
    from of_one_hash as pair
    inner join numbered_hash as sent on sent.row_key = pair.left_key
),

entry as (
    select
        entry.*,
        {{ dbt.concat([
            'entry.source_account', "' '", "coalesce(entry.account_id, '')", "' '", 'entry.journal_id', "' '",
            'entry.journal_type', "' '", 'entry.instrument_name', "' '", 'cast(entry.event_timestamp_ns as ' ~ text ~ ')',
        ]) }} as entry_key,
        row_number() over (
            partition by source_account, event_timestamp_ns, kind order by journal_id, instrument_name
        ) as number_at_once
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
    where entry.amount <> 0 and entry.kind in ('on-chain', 'bank', 'app', 'transfer fee', 'sub-account')
),

booking as (
    {#- A fee may be booked beside the withdrawal. #}
    select
        entry.*,
        case when fee.currency = entry.currency then entry.amount + fee.amount else entry.amount end as debit,
        coalesce(-fee.amount, {{ nothing }}) as fee,
        coalesce(fee.currency, entry.currency) as fee_currency,
        fee.entry_key as fee_key
    from entry
    left join entry as fee
        on fee.source_account = entry.source_account
        and fee.event_timestamp_ns = entry.event_timestamp_ns
        and fee.kind = 'transfer fee'
        and fee.number_at_once = entry.number_at_once
        and entry.amount < 0
    where entry.kind in ('on-chain', 'bank', 'app')
),

numbered_booking as (
    select
        booking.*,
        row_number() over (
            partition by source_account, currency, debit order by event_timestamp_ns, entry_key
        ) as number_of_amount
    from booking
),

{# What the ledger has of a row: the debit of a withdrawal with its fee, and where it failed what came back. #}
movement as (
    select
        source_account,
        transfer_key,
        {{ dbt.concat(['source_account', "' '", 'transfer_key']) }} as movement_key,
        currency,
        happened_at,
        case direction when 'in' then 1 else -1 end * amount
            - case when fee_currency = currency then fee else {{ nothing }} end as amount,
        fee
    from recorded
    where is_complete or is_pending or direction = 'out'
    union all
    select
        source_account,
        transfer_key,
        {{ dbt.concat(['source_account', "' '", 'transfer_key', "' back'"]) }},
        currency,
        happened_at,
        amount + case when fee_currency = currency then fee else {{ nothing }} end,
        fee
    from recorded
    where direction = 'out' and not is_complete and not is_pending
),

numbered_movement as (
    select
        movement.*,
        row_number() over (partition by source_account, currency, amount order by happened_at, movement_key) as number_of_amount
    from movement
),

candidate as (
    select
        movement.movement_key as left_key,
        booking.entry_key as right_key,
        {{ cryptocom.seconds_apart('movement.happened_at', 'booking.event_time') }} as distance,
        movement.number_of_amount as left_number,
        booking.number_of_amount as right_number
    from numbered_movement as movement
    inner join numbered_booking as booking
        on booking.source_account = movement.source_account
        and booking.currency = movement.currency
        and booking.debit = movement.amount
        and {{ cryptocom.seconds_apart('movement.happened_at', 'booking.event_time') }} <= {{ 7 * day }}
),

{{ cryptocom.nearest_pairs('told_exactly', 'candidate', rounds=6) }},

{# Whether an amount is with or without its fee is not known of every network. What is left and nearly equal on one day is one
   transfer, and a check says that the two differ. #}
near_candidate as (
    select
        movement.movement_key as left_key,
        booking.entry_key as right_key,
        {{ cryptocom.seconds_apart('movement.happened_at', 'booking.event_time') }} as distance,
        movement.number_of_amount as left_number,
        booking.number_of_amount as right_number
    from numbered_movement as movement
    inner join numbered_booking as booking
        on booking.source_account = movement.source_account
        and booking.currency = movement.currency
        and (booking.debit > 0) = (movement.amount > 0)
        and abs(booking.debit - movement.amount)
            <= greatest(2 * {{ cryptocom.as_double('abs(movement.fee)') }}, 0.1 * {{ cryptocom.as_double('abs(movement.amount)') }})
        and {{ cryptocom.seconds_apart('movement.happened_at', 'booking.event_time') }} <= {{ day }}
    left join told_exactly as told_movement on told_movement.left_key = movement.movement_key
    left join told_exactly as told_booking on told_booking.right_key = booking.entry_key
    where told_movement.left_key is null and told_booking.right_key is null
),

{{ cryptocom.nearest_pairs('told_nearly', 'near_candidate') }},

told as (
    select left_key, right_key from told_exactly
    union all
    select left_key, right_key from told_nearly
),

untold as (
    select booking.*
    from numbered_booking as booking
    left join told on told.right_key = booking.entry_key
    where told.right_key is null
),

{# Of what no row tells: a withdrawal that came back. #}
return_candidate as (
    select
        debit.entry_key as left_key,
        refund.entry_key as right_key,
        {{ cryptocom.seconds_apart('debit.event_time', 'refund.event_time') }} as distance,
        debit.number_of_amount as left_number,
        refund.number_of_amount as right_number
    from untold as debit
    inner join untold as refund
        on refund.source_account = debit.source_account
        and refund.currency = debit.currency
        and refund.kind = debit.kind
        and (refund.amount = -debit.amount or refund.amount = -debit.debit)
        and refund.event_timestamp_ns > debit.event_timestamp_ns
        and {{ cryptocom.seconds_apart('debit.event_time', 'refund.event_time') }} <= {{ 30 * day }}
    where debit.debit < 0 and refund.journal_type like '%WITHDRAW%'
),

{{ cryptocom.nearest_pairs('returned', 'return_candidate') }},

booked as (
    select
        untold.source_account,
        {{ dbt.concat(["'ledger '", 'untold.journal_id', "' '", 'untold.journal_type', "' '", 'untold.currency']) }} as transfer_key,
        case when untold.amount > 0 then 'in' else 'out' end as direction,
        untold.kind as network_kind,
        {{ no_text }} as network,
        untold.currency,
        {#- What came back leaves its fee behind. #}
        case when debited.left_key is not null then {{ nothing }} else abs(untold.amount) end as amount,
        case
            when debited.left_key is not null and refund.amount <> -untold.amount then {{ nothing }}
            else untold.fee
        end as fee,
        untold.fee_currency,
        untold.journal_type as status,
        true as is_complete,
        false as is_pending,
        untold.event_time as happened_at,
        {{ no_text }} as address,
        {{ no_text }} as tx_hash
    from untold
    left join returned as debited on debited.left_key = untold.entry_key
    left join untold as refund on refund.entry_key = debited.right_key
    left join returned as refunded on refunded.right_key = untold.entry_key
    where refunded.right_key is null
),

stray_fee as (
    {#- A fee without its withdrawal. #}
    select
        entry.source_account,
        {{ dbt.concat(["'ledger '", 'entry.journal_id', "' '", 'entry.journal_type', "' '", 'entry.currency']) }} as transfer_key,
        'out' as direction,
        'on-chain' as network_kind,
        {{ no_text }} as network,
        entry.currency,
        {{ nothing }} as amount,
        -entry.amount as fee,
        entry.currency as fee_currency,
        entry.journal_type as status,
        true as is_complete,
        false as is_pending,
        entry.event_time as happened_at,
        {{ no_text }} as address,
        {{ no_text }} as tx_hash
    from entry
    where entry.kind = 'transfer fee'
        and not exists (select 1 from booking where booking.fee_key = entry.entry_key)
),

{# Between sub-accounts: booked in both ledgers. What left one account is what arrived in another within minutes. #}
moved as (
    select
        entry.*,
        row_number() over (
            partition by source_account, currency, amount order by event_timestamp_ns, journal_id
        ) as number_of_amount
    from entry
    where kind = 'sub-account'
),

move_candidate as (
    select
        sent.entry_key as left_key,
        received.entry_key as right_key,
        {{ cryptocom.seconds_apart('sent.event_time', 'received.event_time') }} as distance,
        sent.number_of_amount as left_number,
        received.number_of_amount as right_number
    from moved as sent
    inner join moved as received
        on received.currency = sent.currency
        and received.amount = -sent.amount
        and received.source_account <> sent.source_account
        and {{ cryptocom.seconds_apart('sent.event_time', 'received.event_time') }} <= 300
    where sent.amount < 0
),

{{ cryptocom.nearest_pairs('moved_between', 'move_candidate', rounds=6) }},

between_accounts as (
    select
        moved.source_account,
        {{ dbt.concat(["'ledger '", 'moved.journal_id']) }} as transfer_key,
        case when received.entry_key is not null then 'between accounts' when moved.amount > 0 then 'in' else 'out' end
            as direction,
        'sub-account' as network_kind,
        received.source_account as network,
        moved.currency,
        abs(moved.amount) as amount,
        {{ nothing }} as fee,
        moved.currency as fee_currency,
        'SUBACCOUNT_TX' as status,
        true as is_complete,
        false as is_pending,
        moved.event_time as happened_at,
        {{ no_text }} as address,
        {{ no_text }} as tx_hash
    from moved
    left join moved_between as pair on pair.left_key = moved.entry_key
    left join moved as received on received.entry_key = pair.right_key
    left join moved_between as arrived on arrived.right_key = moved.entry_key
    where arrived.right_key is null
)

select recorded.*, hash_pair.pair_key
from recorded
left join hash_pair
    on hash_pair.row_key = {{ dbt.concat(['recorded.source_account', "' '", 'recorded.transfer_key']) }}
union all
select booked.*, {{ no_text }} from booked where amount > 0 or fee > 0
union all
select stray_fee.*, {{ no_text }} from stray_fee
union all
select between_accounts.*, {{ no_text }} from between_accounts
