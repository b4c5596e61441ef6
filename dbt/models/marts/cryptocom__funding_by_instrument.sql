{{ config(alias='funding_by_instrument') }}
select
    source_account,
    instrument_name,
    currency,
    {{ cryptocom.month_of('event_time') }} as month,
    count(*) as payments,
    sum(case when amount > 0 then amount else {{ cryptocom.as_amount(0) }} end) as received,
    sum(case when amount < 0 then -amount else {{ cryptocom.as_amount(0) }} end) as paid,
    sum(amount) as funding
from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
where journal_type = 'FUNDING'
group by source_account, instrument_name, currency, {{ cryptocom.month_of('event_time') }}
