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
        and amount is not null
        and (fee = 0 or fee_currency = currency)
        and transfer_key not like 'ledger %'
),

numbered as (
    select
        recorded.*,
        row_number() over (partition by source_account, currency, amount order by happened_at, transfer_key) as number_of_amount
    from recorded
),

entry as (
    select
        ledger.*,
        row_number() over (
            partition by source_account, currency, event_timestamp_ns, case when kind = 'transfer fee' then 1 else 0 end
            order by journal_id
        ) as number_at_once
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as ledger
    where journal_type in ({{ cryptocom.transfer_journal_types() }})
),

booked as (
    {#- A fee may be booked beside the amount, at the same time; and so may another transfer. #}
    select
        source_account,
        currency,
        event_timestamp_ns,
        min(event_time) as event_time,
        min(journal_id) as journal_id,
        max(case when journal_type like '%WITHDRAW%' then 1 else 0 end) = 1 as is_withdrawal,
        min(case when kind = 'app' then 1 else 0 end) = 1 as is_app,
        sum(amount) as amount
    from entry
    group by source_account, currency, event_timestamp_ns, number_at_once
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
        case when numbered.transfer_key is null then numbered.amount else numbered_entry.amount end as found,
        numbered.transfer_key,
        numbered_entry.journal_id,
        numbered_entry.event_time
    from numbered
    full outer join numbered_entry
        on numbered_entry.source_account = numbered.source_account
        and numbered_entry.currency = numbered.currency
        and numbered_entry.amount = numbered.amount
        and numbered_entry.number_of_amount = numbered.number_of_amount
        and not numbered_entry.is_before_all
),

failed as (
    select
        source_account,
        transfer_key,
        currency,
        -amount - fee as amount,
        row_number() over (partition by source_account, currency, amount + fee order by happened_at, transfer_key)
            as number_of_amount
    from {{ ref('cryptocom', 'cryptocom__transfer') }}
    where network_kind in ('on-chain', 'bank', 'app')
        and direction = 'out'
        and not is_complete
        and not is_pending
        and (fee = 0 or fee_currency = currency)
),

refunded as (
    {#- What came back was debited before, all in the days that were read. #}
    select
        booked.source_account,
        booked.journal_id,
        booked.currency,
        booked.amount,
        booked.event_time,
        row_number() over (
            partition by booked.source_account, booked.currency, booked.amount order by booked.event_timestamp_ns, booked.journal_id
        ) as number_of_amount
    from booked
    inner join first_debit
        on first_debit.source_account = booked.source_account
        and first_debit.currency = booked.currency
        and first_debit.amount = -booked.amount
        and first_debit.event_time < booked.event_time
    where booked.is_withdrawal and booked.amount > 0
),

account as (
    {#- The exchange shows deposits and withdrawals to a master account only. Elsewhere the ledger is all there is. #}
    select
        reading.source_account,
        reading.ledger_from,
        reading.settled_until,
        count(distinct transfer.transfer_key) > 0 as knows_transfers
    from {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading
    left join {{ ref('cryptocom', 'cryptocom__transfer') }} as transfer
        on transfer.source_account = reading.source_account
        and transfer.network_kind in ('on-chain', 'bank', 'app')
        and transfer.transfer_key not like 'ledger %'
    group by reading.source_account, reading.ledger_from, reading.settled_until
)

select
    {{ cryptocom.comparison(
        'matched.subject', 'matched.currency', 'matched.happened_at', 'matched.what', 'matched.expected',
        'coalesce(matched.found, ' ~ cryptocom.zero() ~ ')',
        'matched.is_settled and (account.ledger_from is null or matched.happened_at >= account.ledger_from) '
            ~ 'and matched.happened_at <= account.settled_until',
        account='matched.source_account',
        row_table="case when matched.transfer_key is null then 'transfer' else 'transaction' end",
        row_key=dbt.concat(["'of '", 'matched.subject']), is_missing='matched.found is null', proved='account.knows_transfers'
    ) }}
from matched
inner join account on account.source_account = matched.source_account
inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
    on found.source_account = matched.source_account and found.table_name = 'transaction' and found.is_there
where not matched.is_explained
union all
{#- No row names the other, so a time that does not fit only warns. #}
select
    {{ cryptocom.agreement(
        'matched.subject', 'matched.currency', 'matched.happened_at', "'time of the ledger entry'",
        'abs(' ~ dbt.datediff('matched.happened_at', 'matched.event_time', 'hour') ~ ') <= 12', 'false',
        "case when abs(" ~ dbt.datediff('matched.happened_at', 'matched.event_time', 'hour') ~ ") > 12 then "
            ~ dbt.concat(["'its time is '", cryptocom.shown('matched.happened_at'), "', that of its ledger entry '", cryptocom.shown('matched.event_time')]) ~ " end",
        account='matched.source_account', row_table="'transfer'", row_key='matched.subject'
    ) }}
from matched
where matched.transfer_key is not null and matched.journal_id is not null
union all
select
    {{ cryptocom.comparison(
        dbt.concat(["'ledger '", 'refunded.journal_id']), 'refunded.currency', 'refunded.event_time',
        "'withdrawal that came back'", 'refunded.amount',
        'case when failed.transfer_key is null then ' ~ cryptocom.zero() ~ ' else refunded.amount end',
        'refunded.event_time <= account.settled_until', account='refunded.source_account', row_table="'transfer'",
        row_key=dbt.concat(["'of ledger '", 'refunded.journal_id']), is_missing='failed.transfer_key is null',
        proved='account.knows_transfers'
    ) }}
from refunded
inner join account on account.source_account = refunded.source_account
left join failed
    on failed.source_account = refunded.source_account
    and failed.currency = refunded.currency
    and failed.amount = -refunded.amount
    and failed.number_of_amount = refunded.number_of_amount
