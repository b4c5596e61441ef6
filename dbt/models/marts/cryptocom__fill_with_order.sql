{{ config(alias='fill_with_order') }}
with placed as (
    select
        source_account,
        order_id,
        order_type,
        status,
        quantity,
        limit_price,
        create_time,
        advanced_order_id
    from {{ ref('cryptocom', 'cryptocom__account_order') }}
)

select
    fill.source_account,
    fill.trade_id,
    fill.create_time as filled_at,
    fill.create_time_ns as filled_at_ns,
    fill.instrument_name,
    instrument.kind as instrument_kind,
    instrument.base_currency,
    instrument.quote_currency,
    coalesce(fill.isolation_id, '0') as isolation_id,
    fill.side,
    fill.taker_side,
    fill.traded_quantity as quantity,
    fill.traded_price as price,
    {{ cryptocom.as_amount('fill.traded_quantity * fill.traded_price') }} as value,
    coalesce(fill.fees, {{ cryptocom.as_amount(0) }}) as fee,
    fill.fee_instrument_name as fee_currency,
    fill.fee_credits,
    {#- Of the fee, what was not paid with fee credits. #}
    case
        when coalesce(fill.fees, {{ cryptocom.as_amount(0) }}) > 0
        then greatest(
            {{ cryptocom.as_amount('fill.fees') }} - abs(coalesce(fill.fee_credits, {{ cryptocom.as_amount(0) }})),
            {{ cryptocom.as_amount(0) }}
        )
        else coalesce(fill.fees, {{ cryptocom.as_amount(0) }})
    end as fee_paid,
    fill.order_id,
    placed.order_type,
    placed.status as order_status,
    placed.quantity as quantity_ordered,
    placed.limit_price,
    placed.advanced_order_id,
    case fill.side when 'BUY' then 1 else -1 end * (placed.limit_price - fill.traded_price) as improvement,
    {{ cryptocom.seconds_between('placed.create_time', 'fill.create_time') }} as seconds_after_order,
    fill.extracted_at
from {{ ref('cryptocom', 'stg_cryptocom__user_trade') }} as fill
left join placed on placed.source_account = fill.source_account and placed.order_id = fill.order_id
left join {{ ref('cryptocom', 'int_cryptocom__instrument') }} as instrument on instrument.instrument_name = fill.instrument_name
