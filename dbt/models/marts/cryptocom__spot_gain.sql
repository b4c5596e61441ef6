{{ config(alias='spot_gain') }}
{#- Each sale of a pair beside what it gained by FIFO, in the reporting currency: the rows of `gain` that are fills. -#}
select
    gain.source_account,
    fill.trade_id,
    gain.disposed_at as sold_at,
    fill.instrument_name,
    fill.base_currency,
    fill.quote_currency,
    gain.quantity,
    gain.reporting_currency,
    gain.proceeds,
    gain.quantity_with_cost,
    gain.cost as fifo_cost,
    gain.gain as fifo_gain
from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
inner join {{ ref('cryptocom', 'cryptocom__gain') }} as gain
    on gain.source_account = fill.source_account
    and gain.event_key = {{ dbt.concat(["'user_trade '", 'fill.trade_id', "' '", 'fill.instrument_name']) }}
    and gain.currency = fill.base_currency
    and gain.effect = 'disposed'
where fill.side = 'SELL' and fill.instrument_kind = 'spot'
