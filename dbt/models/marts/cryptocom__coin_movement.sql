{{ config(alias='coin_movement') }}
{#- What each event does to what the account holds of each currency beside the reporting one, with its value in that: the
    cost of what was acquired, the proceeds of what was disposed of, fees in them. `effect`:

    acquired, disposed      bought, earned; sold, paid
    arrived, left           deposited, withdrawn: nothing is gained, and the cost of what arrived is not known; a reward
                            that was taken back has left
    moved in, moved out     to another account of the books
    renamed to, renamed from  the coin got another name

    The last two pairs have one link in both rows: lots go from one to the other with their dates and costs. -#}
{%- set reporting = var('cryptocom_reporting_currency') -%}
{%- set nothing = cryptocom.as_amount(0) -%}
with event as (
    select
        event.*,
        event.sent_amount
            + case when event.fee_currency = event.sent_currency then event.fee_amount else {{ nothing }} end as net_sent,
        event.received_amount
            - case
                when event.fee_currency = event.received_currency
                    and (event.sent_currency is null or event.fee_currency <> event.sent_currency)
                then event.fee_amount else {{ nothing }}
            end as net_received,
        event.fee_amount is not null
            and event.fee_currency <> coalesce(event.sent_currency, '')
            and event.fee_currency <> coalesce(event.received_currency, '') as is_third_fee,
        event.side = 'BUY' or (event.side is null and event.received_currency not in ({{ cryptocom.money() }})) as is_purchase,
        of_sent.price as sent_price,
        of_received.price as received_price,
        of_fee.price as fee_price
    from {{ ref('cryptocom', 'cryptocom__tax_event') }} as event
    {%- for leg in ['sent', 'received', 'fee'] %}
    left join {{ ref('cryptocom', 'int_cryptocom__price_by_day') }} as of_{{ leg }}
        on of_{{ leg }}.currency = event.{{ leg }}_currency
        and of_{{ leg }}.day = {{ cryptocom.day_of('event.happened_at') }}
    {%- endfor %}
    where event.kind not in ('staking', 'internal')
),

valued as (
    select
        event.*,
        {{ cryptocom.valued('net_sent', 'sent_currency', 'sent_price') }} as sent_value,
        {{ cryptocom.valued('net_received', 'received_currency', 'received_price') }} as received_value,
        {{ cryptocom.valued('fee_amount', 'fee_currency', 'fee_price') }} as fee_value
    from event
),

{# The value of a trade is that of its money: what was paid for a purchase, what a sale brought. #}
worth as (
    select
        valued.*,
        case
            when sent_currency = '{{ reporting }}' then sent_value
            when received_currency = '{{ reporting }}' then received_value
            when is_purchase and (side = 'BUY' or sent_currency in ({{ cryptocom.money() }})) then coalesce(sent_value, received_value)
            else coalesce(received_value, sent_value)
        end as value
    from valued
),

trade as (
    select worth.* from worth
    where sent_amount is not null and received_amount is not null and kind <> 'rename'
),

leg as (
    select
        trade.*,
        1 as leg_number,
        'disposed' as effect,
        sent_currency as currency,
        net_sent as quantity,
        value - case when is_third_fee and not is_purchase then coalesce(fee_value, {{ nothing }}) else {{ nothing }} end as leg_value,
        cast(null as {{ dbt.type_string() }}) as link
    from trade
    union all
    select
        trade.*,
        3,
        'acquired',
        received_currency,
        net_received,
        value + case when is_third_fee and is_purchase then coalesce(fee_value, {{ nothing }}) else {{ nothing }} end,
        cast(null as {{ dbt.type_string() }})
    from trade
    union all
    select
        worth.*,
        2,
        case when sent_amount is not null and received_amount is not null then 'disposed' else 'left' end,
        fee_currency,
        fee_amount,
        case when sent_amount is not null and received_amount is not null then fee_value end,
        cast(null as {{ dbt.type_string() }})
    from worth
    where is_third_fee
    union all
    select
        worth.*,
        1,
        case
            when kind = 'rename' then 'renamed from'
            when kind = 'between accounts' then 'moved out'
            when kind in ('transfer', 'reward', 'unclassified') then 'left'
            else 'disposed'
        end,
        sent_currency,
        net_sent,
        case when kind not in ('rename', 'between accounts', 'transfer', 'reward', 'unclassified') then sent_value end,
        case when kind = 'between accounts' then replace(event_key, ' sent', '') when kind = 'rename' then event_key end
    from worth
    where sent_amount is not null and (received_amount is null or kind = 'rename')
    union all
    select
        worth.*,
        3,
        case
            when kind = 'rename' then 'renamed to'
            when kind = 'between accounts' then 'moved in'
            when kind = 'transfer' and received_currency in ({{ cryptocom.currencies_of_states() }}) then 'acquired'
            when kind in ('transfer', 'unclassified') then 'arrived'
            else 'acquired'
        end,
        received_currency,
        net_received,
        case
            when kind in ('rename', 'between accounts', 'unclassified') then null
            when kind = 'transfer' and received_currency not in ({{ cryptocom.currencies_of_states() }}) then null
            else received_value
        end,
        case when kind = 'between accounts' then replace(event_key, ' received', '') when kind = 'rename' then event_key end
    from worth
    where received_amount is not null and (sent_amount is null or kind = 'rename')
)

select
    source_account,
    {{ dbt.concat(['event_key', "' '", 'cast(leg_number as ' ~ dbt.type_string() ~ ')']) }} as movement_key,
    event_key,
    happened_at,
    order_key,
    leg_number,
    kind,
    effect,
    currency,
    {{ cryptocom.as_amount('quantity') }} as quantity,
    {{ cryptocom.as_amount('leg_value') }} as value,
    is_third_fee and fee_value is null as is_fee_unvalued,
    link,
    instrument_name,
    side
from leg
where currency <> '{{ reporting }}' and quantity > 0
