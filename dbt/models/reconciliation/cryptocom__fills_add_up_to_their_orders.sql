{{ config(alias='fills_add_up_to_their_orders') }}
{% call cryptocom.counted() -%}
with filled as (
    select
        source_account,
        order_id,
        sum(quantity) as quantity,
        sum(value) as value,
        sum(fee) as fee,
        max(fee_currency) as fee_currency,
        count(distinct fee_currency) as fee_currencies,
        max(filled_at) as last_filled_at,
        coalesce(max(abs(fee_credits)), {{ cryptocom.zero() }}) as fee_credits
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
    group by source_account, order_id
),

ended as (
    select
        placed.source_account,
        {{ dbt.concat(["'order '", 'placed.order_id']) }} as subject,
        placed.order_id,
        placed.instrument_name,
        placed.update_time,
        placed.cumulative_quantity,
        placed.cumulative_value,
        placed.cumulative_fee,
        placed.fee_instrument_name,
        coalesce(filled.quantity, {{ cryptocom.as_quantity(0) }}) as quantity,
        coalesce(filled.value, {{ cryptocom.zero() }}) as value,
        coalesce(filled.fee, {{ cryptocom.zero() }}) as fee,
        coalesce(filled.fee_credits, {{ cryptocom.zero() }}) as fee_credits,
        coalesce(filled.fee_currencies, 0) as fee_currencies,
        {#- What was filled before the first row that was read, no fill tells. #}
        placed.create_time >= coalesce(
            case when reading.ledger_from < reading.fills_from then reading.ledger_from else reading.fills_from end,
            reading.ledger_from, placed.create_time
        ) as is_proved,
        placed.create_time >= reading.fills_from
        and placed.update_time <= reading.settled_until
        {#- An open order and the fills are asked for seconds apart. #}
        and (not placed.is_open or filled.last_filled_at is null or filled.last_filled_at <= reading.settled_until) as is_certain
    from {{ ref('cryptocom', 'cryptocom__account_order') }} as placed
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = placed.source_account
    left join filled on filled.source_account = placed.source_account and filled.order_id = placed.order_id
    {#- An advanced order whose child is unknown has no fills of its own. #}
    where placed.cumulative_quantity is not null
        and (placed.advanced_order_id is null or placed.advanced_order_id <> placed.order_id)
)

select
    {{ cryptocom.comparison(
        'subject', 'instrument_name', 'update_time', "'quantity'", 'cumulative_quantity', 'quantity', 'is_certain',
        order_id='order_id', proved='is_proved',
        of_each_fill=true
    ) }}
from ended
union all
select
    {{ cryptocom.comparison(
        'subject', 'instrument_name', 'update_time', "'value'", 'cumulative_value', 'value', 'is_certain',
        tolerance=cryptocom.rounding(), order_id='order_id', proved='is_proved',
        of_each_fill=true
    ) }}
from ended
where cumulative_value is not null
union all
select
    {{ cryptocom.comparison(
        'subject', 'instrument_name', 'update_time', dbt.concat(["'fee in '", "coalesce(fee_instrument_name, '?')"]),
        'cumulative_fee', 'fee', 'is_certain and fee_credits = 0', tolerance=cryptocom.rounding(),
        order_id='order_id', proved='is_proved',
        of_each_fill=true
    ) }}
from ended
where cumulative_fee is not null and fee_currencies <= 1
{%- endcall %}
