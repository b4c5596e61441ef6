{#- No row names the other. The n-th deposit of an amount is the n-th entry of that amount; what is debited for a
    withdrawal is its amount and its fee. -#}
with recorded as (
    select
        source_account,
        transfer_key,
        network_kind,
        currency,
        happened_at,
        is_complete,
        case direction when 'in' then amount - fee else -amount - fee end as amount
    from {{ ref('transfer') }}
    {#- A withdrawal is debited when it is made; one that failed was debited and refunded. #}
    where network_kind in ('on-chain', 'bank')
        and (is_complete or is_pending)
        and (fee = 0 or fee_currency = currency)
        and transfer_key not like 'ledger %'
),

numbered as (
    select
        recorded.*,
        row_number() over (partition by source_account, currency, amount order by happened_at, transfer_key) as number_of_amount
    from recorded
),

booked as (
    {#- A fee may be booked beside the amount, at the same time. #}
    select
        source_account,
        currency,
        event_timestamp_ns,
        min(event_time) as event_time,
        min(journal_id) as journal_id,
        max(case when journal_type like '%WITHDRAW%' then 1 else 0 end) = 1 as is_withdrawal,
        sum(amount) as amount
    from {{ ref('ledger_entry') }}
    where journal_type in ({{ cryptocom.transfer_journal_types() }})
    group by source_account, currency, event_timestamp_ns
),

numbered_booking as (
    select
        booked.*,
        row_number() over (
            partition by source_account, currency, amount order by event_timestamp_ns, journal_id
        ) as number_of_booking
    from booked
    where exists (select 1 from recorded where recorded.source_account = booked.source_account)
),

refund as (
    select source_account, currency, -amount as amount, count(*) as refunds
    from booked
    where is_withdrawal and amount > 0
    group by source_account, currency, amount
),

numbered_entry as (
    {#- Without the refunds, and without as many debits of the same amount. #}
    select
        numbered_booking.*,
        numbered_booking.number_of_booking - coalesce(refund.refunds, 0) as number_of_amount
    from numbered_booking
    left join refund
        on refund.source_account = numbered_booking.source_account
        and refund.currency = numbered_booking.currency
        and refund.amount = numbered_booking.amount
    where numbered_booking.number_of_booking > coalesce(refund.refunds, 0)
        and not (numbered_booking.is_withdrawal and numbered_booking.amount > 0)
),

matched as (
    select
        coalesce(numbered.source_account, numbered_entry.source_account) as source_account,
        coalesce(numbered.transfer_key, {{ dbt.concat(["'ledger '", 'numbered_entry.journal_id']) }}) as subject,
        coalesce(numbered.currency, numbered_entry.currency) as currency,
        coalesce(numbered.happened_at, numbered_entry.event_time) as happened_at,
        case
            when numbered.transfer_key is null then 'deposit or withdrawal of a ledger entry'
            else 'ledger entry of a transfer'
        end as what,
        coalesce(numbered.is_complete, true) as is_settled,
        case when numbered.transfer_key is null then numbered_entry.amount else numbered.amount end as expected,
        case when numbered.transfer_key is null then numbered.amount else numbered_entry.amount end as found
    from numbered
    full outer join numbered_entry
        on numbered_entry.source_account = numbered.source_account
        and numbered_entry.currency = numbered.currency
        and numbered_entry.amount = numbered.amount
        and numbered_entry.number_of_amount = numbered.number_of_amount
)

select
    {{ cryptocom.comparison(
        'matched.subject', 'matched.currency', 'matched.happened_at', 'matched.what', 'matched.expected',
        'coalesce(matched.found, ' ~ cryptocom.zero() ~ ')',
        'matched.is_settled and matched.happened_at >= reading.ledger_from '
            ~ 'and matched.happened_at <= reading.settled_until',
        account='matched.source_account'
    ) }}
from matched
inner join {{ ref('int_cryptocom__reading') }} as reading on reading.source_account = matched.source_account
where reading.ledger_from is not null
