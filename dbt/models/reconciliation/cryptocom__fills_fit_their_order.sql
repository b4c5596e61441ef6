{{ config(alias='fills_fit_their_order') }}
{% call cryptocom.counted() -%}
{#- A fill and its order have one instrument, side and fee currency, and the fill lies in the order's life. A minute is
    allowed: the two times are taken at different places. -#}
with pair as (
    select
        fill.source_account,
        fill.trade_id,
        fill.order_id,
        fill.instrument_name,
        fill.filled_at,
        case
            when fill.instrument_name <> placed.instrument_name
            then {{ dbt.concat(["'its order is one in '", cryptocom.shown('placed.instrument_name')]) }}
            when fill.side <> placed.side
            then {{ dbt.concat(["'its side is '", cryptocom.shown('fill.side'), "', that of its order '", cryptocom.shown('placed.side')]) }}
            when fill.fee_currency <> placed.fee_instrument_name and placed.cumulative_fee <> 0
            then {{ dbt.concat(["'its fee is in '", cryptocom.shown('fill.fee_currency'), "', that of its order in '", cryptocom.shown('placed.fee_instrument_name')]) }}
            when fill.filled_at < {{ cryptocom.minutes_later('placed.create_time', -1) }}
            then {{ dbt.concat(["'it lies before its order was placed at '", cryptocom.shown('placed.create_time')]) }}
            when not placed.is_open and fill.filled_at > {{ cryptocom.minutes_later('placed.update_time', 1) }}
            then {{ dbt.concat(["'it lies after its order ended at '", cryptocom.shown('placed.update_time')]) }}
        end as detail
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
    inner join {{ ref('cryptocom', 'cryptocom__account_order') }} as placed
        on placed.source_account = fill.source_account and placed.order_id = fill.order_id
)

select
    {{ cryptocom.agreement(
        dbt.concat(["'fill '", 'trade_id', "' of order '", "coalesce(order_id, '?')"]), 'instrument_name', 'filled_at',
        "'fits its order'", 'detail is null', 'true', 'detail',
        row_table="'user_trade'", row_key='trade_id', order_id='order_id',
        of_each_fill=true
    ) }}
from pair
{%- endcall %}
