{{ config(alias='transfers_are_in_the_ledger') }}
{#- No row names the other. The n-th deposit of an amount is the n-th entry of that amount; what is debited for a
    withdrawal is its amount and its fee.

    A sync reads the transfers that were made since its first day. What was made before and arrived, or came back, in the
    days after it, only the ledger has. -#}
{%- set is_early = 'booked.amount > 0 and booked.event_time < ' ~ dbt.dateadd('day', 7, 'reading.ledger_from') -%}
with recorded as (
    select
        source_account,
        transfer_key,
        network_kind,
        currency,
        happened_at,
        is_complete,
        case direction when 'in' then amount - fee else -amount - fee end as amount
    from {{ ref('cryptocom', 'cryptocom__transfer') }}
    {#- A withdrawal is debited when it is made; one that failed was debited and refunded. #}
    where network_kind in ('on-chain', 'bank', 'app')
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
        min(case when kind = 'app' then 1 else 0 end) = 1 as is_app,
        sum(amount) as amount
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    where journal_type in ({{ cryptocom.transfer_journal_types() }})
    group by source_account, currency, event_timestamp_ns
),

first_recorded as (
    select source_account, currency, amount, min(happened_at) as happened_at
    from recorded
    group by source_account, currency, amount
),

dated_booking as (
    {#- Entries of the first days, and among them those that come before every deposit of their amount. #}
    select
        booked.*,
        {{ is_early }} as is_early,
        {{ is_early }}
        and booked.event_time < {{ cryptocom.minutes_later('first_recorded.happened_at', -60) }} as is_before_all
    from booked
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = booked.source_account
    left join first_recorded
        on first_recorded.source_account = booked.source_account
        and first_recorded.currency = booked.currency
        and first_recorded.amount = booked.amount
    where exists (select 1 from recorded where recorded.source_account = booked.source_account)
),

numbered_booking as (
    select
        dated_booking.*,
        row_number() over (
            partition by source_account, currency, amount, is_before_all order by event_timestamp_ns, journal_id
        ) as number_of_booking
    from dated_booking
),

first_debit as (
    select source_account, currency, amount, min(event_time) as event_time
    from booked
    where is_withdrawal and amount < 0
    group by source_account, currency, amount
),

refund as (
    select booked.source_account, booked.currency, -booked.amount as amount, count(*) as refunds
    from booked
    inner join first_debit
        on first_debit.source_account = booked.source_account
        and first_debit.currency = booked.currency
        and first_debit.amount = -booked.amount
        and first_debit.event_time < booked.event_time
    where booked.is_withdrawal and booked.amount > 0
    group by booked.source_account, booked.currency, booked.amount
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
        {#- What came from the Crypto.com App, or went there, need not be in the tables of deposits and withdrawals. #}
        numbered.transfer_key is null and numbered_entry.is_app as is_explained,
        case when numbered.transfer_key is null then not numbered_entry.is_early else numbered.is_complete end as is_settled,
        case when numbered.transfer_key is null then numbered_entry.amount else numbered.amount end as expected,
        case when numbered.transfer_key is null then numbered.amount else numbered_entry.amount end as found
    from numbered
    full outer join numbered_entry
        on numbered_entry.source_account = numbered.source_account
        and numbered_entry.currency = numbered.currency
        and numbered_entry.amount = numbered.amount
        and numbered_entry.number_of_amount = numbered.number_of_amount
        and not numbered_entry.is_before_all
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
inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = matched.source_account
where reading.ledger_from is not null and not matched.is_explained
