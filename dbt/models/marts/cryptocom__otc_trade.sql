{{ config(alias='otc_trade') }}
with leg as (
    {{ cryptocom.otc_legs(ref('cryptocom', 'stg_cryptocom__otc_deal')) }}
)

select
    leg.source_account,
    leg.deal_id,
    leg.leg_number,
    deal.deal_status as status,
    deal.deal_status = 'SETTLED' as is_settled,
    {{ cryptocom.time_of_nanoseconds('deal.update_time_ns') }} as happened_at,
    leg.instrument_name,
    {{ dbt.split_part('leg.instrument_name', "'_'", 1) }} as base_currency,
    {{ dbt.split_part('leg.instrument_name', "'_'", 2) }} as quote_currency,
    leg.side,
    {{ cryptocom.as_amount('leg.quantity') }} as quantity,
    {{ cryptocom.as_price('leg.price') }} as price,
    {{ cryptocom.as_amount('leg.notional') }} as value
from leg
inner join {{ ref('cryptocom', 'stg_cryptocom__otc_deal') }} as deal
    on deal.source_account = leg.source_account and deal.deal_id = leg.deal_id
