{{ config(alias='fee_by_month') }}
select
    source_account,
    {{ cryptocom.month_of('filled_at') }} as month,
    fee_currency,
    instrument_name,
    count(*) as fills,
    sum(fee_paid) as fee
from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
group by source_account, {{ cryptocom.month_of('filled_at') }}, fee_currency, instrument_name
