{{ config(alias='spot_gain') }}
{#- Each sale of a pair beside the purchases of the same pair. Purchases and sales are laid end to end by quantity;
    where they overlap, the purchase is the one that FIFO sells. -#}
with trade as (
    select
        source_account,
        instrument_name,
        trade_id,
        filled_at,
        side,
        base_currency,
        quote_currency,
        quantity,
        price,
        value,
        {{ cryptocom.as_quantity("sum(quantity) over (partition by source_account, instrument_name, side "
            ~ "order by filled_at, trade_id rows between unbounded preceding and current row)") }} as quantity_so_far,
        sum(case when side = 'BUY' then value else {{ cryptocom.as_amount(0) }} end) over (
            partition by source_account, instrument_name
            order by filled_at, trade_id
            rows between unbounded preceding and current row
        ) as bought_value,
        sum(case when side = 'BUY' then quantity else {{ cryptocom.as_quantity(0) }} end) over (
            partition by source_account, instrument_name
            order by filled_at, trade_id
            rows between unbounded preceding and current row
        ) as bought_quantity
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
    where instrument_kind = 'spot'
),

covered as (
    select
        sale.source_account,
        sale.instrument_name,
        sale.trade_id,
        sum(
            least(sale.quantity_so_far, purchase.quantity_so_far)
            - greatest(sale.quantity_so_far - sale.quantity, purchase.quantity_so_far - purchase.quantity)
        ) as quantity,
        sum({{ cryptocom.as_amount(
            cryptocom.as_quantity(
                'least(sale.quantity_so_far, purchase.quantity_so_far) '
                ~ '- greatest(sale.quantity_so_far - sale.quantity, purchase.quantity_so_far - purchase.quantity)'
            ) ~ ' * purchase.price'
        ) }}) as cost
    from trade as sale
    inner join trade as purchase
        on purchase.source_account = sale.source_account
        and purchase.instrument_name = sale.instrument_name
        and purchase.side = 'BUY'
        and purchase.quantity_so_far > sale.quantity_so_far - sale.quantity
        and purchase.quantity_so_far - purchase.quantity < sale.quantity_so_far
        and purchase.filled_at <= sale.filled_at
    where sale.side = 'SELL'
    group by sale.source_account, sale.instrument_name, sale.trade_id
)

select
    sale.source_account,
    sale.trade_id,
    sale.filled_at as sold_at,
    sale.instrument_name,
    sale.base_currency,
    sale.quote_currency,
    sale.quantity,
    sale.value as proceeds,
    coalesce(covered.quantity, {{ cryptocom.as_quantity(0) }}) as quantity_with_cost,
    covered.cost as fifo_cost,
    {#- The part of the proceeds that belongs to what has a cost, less that cost. #}
    {{ cryptocom.as_amount(cryptocom.as_quantity('covered.quantity') ~ ' * sale.price') }} - covered.cost as fifo_gain,
    {{ cryptocom.ratio('sale.bought_value', 'sale.bought_quantity') }} as average_price,
    case
        when sale.bought_quantity > 0
        then {{ cryptocom.as_double('sale.value') }}
            - {{ cryptocom.as_double('sale.quantity') }}
            * {{ cryptocom.ratio('sale.bought_value', 'sale.bought_quantity') }}
    end as average_cost_gain
from trade as sale
left join covered
    on covered.source_account = sale.source_account
    and covered.instrument_name = sale.instrument_name
    and covered.trade_id = sale.trade_id
where sale.side = 'SELL'
