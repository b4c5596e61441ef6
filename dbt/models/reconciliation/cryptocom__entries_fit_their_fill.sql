{{ config(alias='entries_fit_their_fill') }}
{% call cryptocom.counted() -%}
{#- An entry of the ledger that names a fill has its order, side and moment. Of a derivative it has the contracts, and its
    cost where it says one; there is one such entry a fill. -#}
with uneven as (
    select distinct source_account, trade_id from {{ ref('cryptocom', 'int_cryptocom__booked_fill') }} where not is_even
),

entry as (
    select
        entry.source_account,
        entry.journal_id,
        entry.journal_type,
        entry.instrument_name,
        entry.instrument_kind,
        entry.event_time,
        entry.side,
        entry.order_id,
        entry.trade_id,
        entry.transaction_qty,
        entry.transaction_cost
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
    inner join uneven on uneven.source_account = entry.source_account and uneven.trade_id = entry.trade_id
    where entry.journal_type in ('TRADING', 'TRADE_FEE')
),

pair as (
    select
        entry.*,
        fill.instrument_name as fill_instrument_name,
        fill.order_id as fill_order_id,
        case
            when coalesce(entry.order_id, '?') <> coalesce(fill.order_id, '?')
            then {{ dbt.concat(["'its order is '", cryptocom.shown('entry.order_id'), "', that of its fill '", cryptocom.shown('fill.order_id')]) }}
            when entry.side <> fill.side
            then {{ dbt.concat(["'its side is '", cryptocom.shown('entry.side'), "', that of its fill '", cryptocom.shown('fill.side')]) }}
            when abs({{ dbt.datediff('fill.filled_at', 'entry.event_time', 'second') }}) > 60
            then {{ dbt.concat(["'its time is '", cryptocom.shown('entry.event_time'), "', that of its fill '", cryptocom.shown('fill.filled_at')]) }}
            when entry.journal_type = 'TRADING' and entry.instrument_kind = 'derivative' and entry.instrument_name <> fill.instrument_name
            then {{ dbt.concat(["'its contract is '", cryptocom.shown('entry.instrument_name'), "', that of its fill '", cryptocom.shown('fill.instrument_name')]) }}
            when entry.journal_type = 'TRADING' and entry.instrument_kind = 'derivative' and abs(entry.transaction_qty) <> fill.quantity
            then {{ dbt.concat(["'its contracts are '", cryptocom.shown('entry.transaction_qty'), "', those of its fill '", cryptocom.shown('fill.quantity')]) }}
        end as detail,
        case
            when entry.journal_type = 'TRADING' and entry.instrument_kind = 'derivative'
                and (entry.transaction_qty < 0) <> (fill.side = 'SELL')
            then 'its sign is not that of the side of its fill'
            when entry.journal_type = 'TRADING' and entry.transaction_cost <> 0
                and abs(abs(entry.transaction_cost) - fill.value) > {{ cryptocom.rounding() }}
                and (entry.instrument_kind = 'derivative' or abs(entry.transaction_cost) <> abs(entry.transaction_qty))
            then {{ dbt.concat(["'its cost is '", cryptocom.shown('entry.transaction_cost'), "', the value of its fill '", cryptocom.shown('fill.value')]) }}
        end as cost_detail
    from entry
    inner join {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
        on fill.source_account = entry.source_account and fill.trade_id = entry.trade_id
    inner join {{ ref('cryptocom', 'int_cryptocom__booked_fill') }} as beside
        on beside.source_account = fill.source_account
        and coalesce(beside.trade_id, '?') = coalesce(fill.trade_id, '?')
        and coalesce(beside.instrument_name, '?') = coalesce(fill.instrument_name, '?')
        and not beside.is_even
),

contract as (
    select
        source_account,
        trade_id,
        min(instrument_name) as instrument_name,
        min(event_time) as event_time,
        min(order_id) as order_id,
        count(*) as entries
    from entry
    where journal_type = 'TRADING' and instrument_kind = 'derivative'
    group by source_account, trade_id
    having count(*) > 1
)

select
    {{ cryptocom.agreement(
        dbt.concat(["'ledger '", 'journal_id', "' of fill '", 'trade_id']), 'fill_instrument_name', 'event_time',
        "'fits its fill'", 'detail is null and cost_detail is null', 'detail is not null', 'coalesce(detail, cost_detail)',
        row_table="'transaction'", row_key='journal_id', order_id='fill_order_id',
        of_each_fill=true
    ) }}
from pair
union all
select
    {{ cryptocom.comparison(
        dbt.concat(["'fill '", 'trade_id']), 'instrument_name', 'event_time', "'TRADING entries of a derivative'", '1',
        'entries', 'true', row_table="'transaction'", row_key='trade_id', order_id='order_id',
        of_each_fill=true
    ) }}
from contract
union all
select
    {{ cryptocom.even('entry_comparisons') }}
from {{ ref('cryptocom', 'int_cryptocom__booked_fill') }}
where is_even and entry_comparisons > 0
{%- endcall %}
