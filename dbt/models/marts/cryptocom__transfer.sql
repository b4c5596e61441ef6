{{ config(alias='transfer') }}
{%- set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
{%- set nothing = cryptocom.as_amount(0) -%}
with deposit as (
    select
        source_account,
        {{ dbt.concat(["'deposit '", 'id']) }} as transfer_key,
        'in' as direction,
        'on-chain' as network_kind,
        network_id as network,
        currency,
        amount,
        coalesce(fee, {{ nothing }}) as fee,
        currency as fee_currency,
        status,
        status = '1' as is_complete,
        false as is_pending,
        update_time as happened_at,
        address,
        txid as tx_hash
    from {{ ref('cryptocom', 'stg_cryptocom__deposit') }}
),

withdrawal as (
    select
        source_account,
        {{ dbt.concat(["'withdrawal '", 'id']) }} as transfer_key,
        'out' as direction,
        'on-chain' as network_kind,
        network_id as network,
        currency,
        amount,
        coalesce(fee, {{ nothing }}) as fee,
        currency as fee_currency,
        status,
        status = '5' as is_complete,
        status in ('0', '1', '3') as is_pending,
        create_time as happened_at,
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
        coalesce(completed_at, updated_at) as happened_at,
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
        created_at as happened_at,
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

booked as (
    {#- The exchange shows deposits and withdrawals to a master account only. Elsewhere the ledger is all there is. #}
    select
        entry.source_account,
        {{ dbt.concat(["'ledger '", 'entry.journal_id']) }} as transfer_key,
        case when entry.amount > 0 then 'in' else 'out' end as direction,
        'on-chain' as network_kind,
        {{ no_text }} as network,
        entry.currency,
        abs(entry.amount) as amount,
        {{ nothing }} as fee,
        entry.currency as fee_currency,
        entry.journal_type as status,
        true as is_complete,
        false as is_pending,
        entry.event_time as happened_at,
        {{ no_text }} as address,
        {{ no_text }} as tx_hash
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
    where entry.journal_type in ({{ cryptocom.transfer_journal_types() }})
        and entry.amount <> 0
        and not exists (select 1 from recorded where recorded.source_account = entry.source_account)
),

moved as (
    {#- Between sub-accounts: booked in both ledgers. The n-th of an amount that left one account in a minute is the
        n-th that arrived in another, where both are in the books. #}
    select
        source_account,
        journal_id,
        currency,
        amount,
        event_time,
        row_number() over (
            partition by currency, abs(amount), case when amount > 0 then 1 else 0 end
            order by event_time, journal_id
        ) as number_of_amount
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    where journal_type = 'SUBACCOUNT_TX' and amount <> 0
),

between_accounts as (
    select
        coalesce(sent.source_account, received.source_account) as source_account,
        {{ dbt.concat(["'ledger '", 'coalesce(sent.journal_id, received.journal_id)']) }} as transfer_key,
        case
            when received.source_account is null then 'out'
            when sent.source_account is null then 'in'
            else 'between accounts'
        end as direction,
        'sub-account' as network_kind,
        received.source_account as network,
        coalesce(sent.currency, received.currency) as currency,
        abs(coalesce(sent.amount, received.amount)) as amount,
        {{ nothing }} as fee,
        coalesce(sent.currency, received.currency) as fee_currency,
        'SUBACCOUNT_TX' as status,
        true as is_complete,
        false as is_pending,
        coalesce(sent.event_time, received.event_time) as happened_at,
        {{ no_text }} as address,
        {{ no_text }} as tx_hash
    from (select * from moved where amount < 0) as sent
    full outer join (select * from moved where amount > 0) as received
        on received.currency = sent.currency
        and received.amount = -sent.amount
        and received.number_of_amount = sent.number_of_amount
        and received.source_account <> sent.source_account
)

select * from recorded
union all
select * from booked
union all
select * from between_accounts
