{{ config(alias='tax_events_explain_the_ledger') }}
{#- Per currency, what the tax events send and receive is what the ledger booked in the same time. -#}
with event as (
    select source_account, happened_at, received_currency as currency, received_place as place, received_amount as amount
    from {{ ref('cryptocom', 'cryptocom__tax_event') }}
    where received_currency is not null
    union all
    select source_account, happened_at, sent_currency as currency, sent_place as place, -sent_amount as amount
    from {{ ref('cryptocom', 'cryptocom__tax_event') }}
    where sent_currency is not null
    union all
    select source_account, happened_at, fee_currency as currency, 'wallet' as place, -fee_amount as amount
    from {{ ref('cryptocom', 'cryptocom__tax_event') }}
    where fee_currency is not null
    union all
    {# A withdrawal that is under way is debited, and no event yet. #}
    select source_account, happened_at, currency, 'wallet' as place, -amount as amount
    from {{ ref('cryptocom', 'cryptocom__transfer') }}
    where is_pending
    union all
    select source_account, happened_at, fee_currency as currency, 'wallet' as place, -fee as amount
    from {{ ref('cryptocom', 'cryptocom__transfer') }}
    where is_pending
    union all
    {# Nor is one that was debited before the first entry and came back after it. #}
    select refused.source_account, refund.event_time, refused.currency, 'wallet' as place, refund.amount
    from {{ ref('cryptocom', 'cryptocom__transfer') }} as refused
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading
        on reading.source_account = refused.source_account and refused.happened_at < reading.ledger_from
    inner join {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as refund
        on refund.source_account = refused.source_account
        and refund.currency = refused.currency
        and refund.amount = refused.amount + refused.fee
        and refund.journal_type in ({{ cryptocom.transfer_journal_types() }})
        and refund.event_time > refused.happened_at
    where refused.direction = 'out' and not refused.is_complete and not refused.is_pending
),

explained as (
    select event.source_account, event.currency, sum(event.amount) as amount
    from event
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading
        on reading.source_account = event.source_account
        and event.happened_at >= {{ cryptocom.minutes_later('reading.ledger_from', -1) }}
    {#- What is staked need not be in the ledger. #}
    where event.place = 'wallet'
        or exists (
            select 1 from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
            where entry.source_account = event.source_account
                and entry.currency = event.currency
                and {{ cryptocom.is_staked('entry.wallet_name') }}
        )
    group by event.source_account, event.currency
),

booked as (
    select source_account, currency, sum(amount) as amount, max(event_time) as event_time
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    group by source_account, currency
)

select
    {{ cryptocom.comparison(
        "'all entries'", 'booked.currency', 'booked.event_time', "'sum of the tax events'", 'booked.amount',
        'coalesce(explained.amount, ' ~ cryptocom.zero() ~ ')', 'false', tolerance=cryptocom.rounding(),
        account='booked.source_account'
    ) }}
from booked
left join explained on explained.source_account = booked.source_account and explained.currency = booked.currency
