{{ config(alias='otc_trade') }}
{#- Legs of OTC deals. Where the exchange has a leg among the fills as well, `trade_id` names the fill, the first one where it
    has several, of one order or of orders that follow one another. -#}
with leg as (
    {{ cryptocom.otc_legs(ref('cryptocom', 'stg_cryptocom__otc_deal')) }}
),

dealt as (
    select
        leg.source_account,
        leg.deal_id,
        leg.leg_number,
        {{ dbt.concat(["'otc_deal '", 'leg.deal_id', "' leg '", 'cast(leg.leg_number as ' ~ dbt.type_string() ~ ')']) }}
            as leg_key,
        deal.deal_status as status,
        deal.deal_status = 'SETTLED' as is_settled,
        {{ cryptocom.time_of_nanoseconds('deal.update_time_ns') }} as happened_at,
        leg.instrument_name,
        {{ dbt.split_part('leg.instrument_name', "'_'", 1) }} as base_currency,
        {{ dbt.split_part('leg.instrument_name', "'_'", 2) }} as quote_currency,
        leg.side,
        {{ cryptocom.number_or_null('leg.quantity', cryptocom.type_of('amount')) }} as quantity,
        {{ cryptocom.number_or_null('leg.price', cryptocom.type_of('price')) }} as price,
        {{ cryptocom.number_or_null('leg.notional', cryptocom.type_of('amount')) }} as value
    from leg
    inner join {{ ref('cryptocom', 'stg_cryptocom__otc_deal') }} as deal
        on deal.source_account = leg.source_account and deal.deal_id = leg.deal_id
),

numbered as (
    select
        dealt.*,
        row_number() over (
            partition by source_account, instrument_name, side, quantity order by happened_at, deal_id, leg_number
        ) as number_of_its_kind
    from dealt
),

fill as (
    select source_account, instrument_name, side, trade_id, filled_at, quantity, value
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
    union all
    select source_account, instrument_name, side, min(trade_id), min(filled_at), sum(quantity), sum(value)
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as part
    where exists (
        select 1 from dealt
        where dealt.source_account = part.source_account and dealt.instrument_name = part.instrument_name
    )
    group by source_account, instrument_name, side, order_id
    having count(*) > 1
),

{# Of several orders: fills that follow one another, and are together what was dealt, in quantity and in value. #}
near as (
    select
        dealt.source_account,
        dealt.leg_key,
        dealt.quantity as dealt_quantity,
        dealt.value as dealt_value,
        part.trade_id,
        part.filled_at,
        {{ cryptocom.as_amount('part.quantity') }} as quantity,
        part.value,
        row_number() over (
            partition by dealt.source_account, dealt.leg_key order by part.filled_at, part.trade_id
        ) as place,
        {%- for amount in ['quantity', 'value'] %}
        {{ cryptocom.as_amount('sum(part.' ~ amount ~ ') over (partition by dealt.source_account, dealt.leg_key '
            ~ 'order by part.filled_at, part.trade_id rows between unbounded preceding and current row)') }}
            as {{ amount }}_until{{ ',' if not loop.last }}
        {%- endfor %}
    from dealt
    inner join {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as part
        on part.source_account = dealt.source_account
        and part.instrument_name = dealt.instrument_name
        and part.side = dealt.side
        and {{ cryptocom.seconds_apart('dealt.happened_at', 'part.filled_at') }} <= 3600
    where dealt.is_settled
),

candidate_fill as (
    select dealt.source_account, dealt.leg_key, fill.trade_id, fill.filled_at
    from dealt
    inner join fill
        on fill.source_account = dealt.source_account
        and fill.instrument_name = dealt.instrument_name
        and fill.side = dealt.side
        and {{ cryptocom.as_amount('fill.quantity') }} = dealt.quantity
        and {{ cryptocom.seconds_apart('dealt.happened_at', 'fill.filled_at') }} <= 3600
    where dealt.is_settled and abs({{ cryptocom.as_amount('fill.value') }} - dealt.value) <= {{ cryptocom.rounding() }}
    union all
    select first_part.source_account, first_part.leg_key, first_part.trade_id, first_part.filled_at
    from near as first_part
    inner join near as last_part
        on last_part.source_account = first_part.source_account
        and last_part.leg_key = first_part.leg_key
        and last_part.quantity_until = first_part.quantity_until - first_part.quantity + first_part.dealt_quantity
        and last_part.place > first_part.place
    where abs(last_part.value_until - first_part.value_until + first_part.value - first_part.dealt_value)
        <= {{ cryptocom.rounding() }}
),

candidate as (
    select
        {{ dbt.concat(['dealt.source_account', "' '", 'dealt.leg_key']) }} as left_key,
        {{ dbt.concat(['dealt.source_account', "' '", 'dealt.instrument_name', "' '", 'candidate_fill.trade_id', "' '", 'cast(dealt.quantity as ' ~ dbt.type_string() ~ ')']) }}
            as right_key,
        {{ cryptocom.seconds_apart('dealt.happened_at', 'candidate_fill.filled_at') }} as distance,
        dealt.number_of_its_kind as left_number,
        row_number() over (
            partition by dealt.source_account, dealt.leg_key order by candidate_fill.filled_at, candidate_fill.trade_id
        ) as right_number,
        candidate_fill.trade_id
    from numbered as dealt
    inner join (select distinct source_account, leg_key, trade_id, filled_at from candidate_fill) as candidate_fill
        on candidate_fill.source_account = dealt.source_account and candidate_fill.leg_key = dealt.leg_key
),

{{ cryptocom.nearest_pairs('same', 'candidate') }},

as_fill as (
    select candidate.left_key, candidate.trade_id
    from candidate
    inner join same on same.left_key = candidate.left_key and same.right_key = candidate.right_key
)

select dealt.*, as_fill.trade_id
from dealt
left join as_fill on as_fill.left_key = {{ dbt.concat(['dealt.source_account', "' '", 'dealt.leg_key']) }}
