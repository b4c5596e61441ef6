{{ config(alias='fills_are_in_the_ledger') }}
{% call cryptocom.counted() -%}
{#- A spot trade moves both currencies, and its fee is booked beside them, under the number of the fill. -#}
with uneven as (
    select distinct source_account, trade_id from {{ ref('cryptocom', 'int_cryptocom__booked_fill') }} where not is_even
),

entry as (
    select
        entry.source_account,
        entry.trade_id,
        entry.order_id,
        entry.journal_type,
        entry.instrument_name,
        entry.event_time,
        entry.currency,
        entry.amount,
        entry.instrument_kind = 'derivative' as is_derivative
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
    inner join uneven on uneven.source_account = entry.source_account and uneven.trade_id = entry.trade_id
    where entry.journal_type in ('TRADING', 'TRADE_FEE')
),

fill as (
    select
        fill.source_account,
        fill.trade_id,
        fill.order_id,
        fill.instrument_name,
        fill.instrument_kind,
        fill.filled_at,
        fill.base_currency,
        fill.quote_currency,
        fill.fee_currency,
        case fill.side when 'BUY' then fill.quantity else -fill.quantity end as quantity,
        case fill.side when 'BUY' then -fill.value else fill.value end as value,
        fill.fee,
        fill.fee_paid,
        (reading.ledger_from is null or fill.filled_at >= reading.ledger_from)
        and fill.filled_at <= reading.settled_until as is_certain
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
    inner join {{ ref('cryptocom', 'int_cryptocom__booked_fill') }} as beside
        on beside.source_account = fill.source_account
        and coalesce(beside.trade_id, '?') = coalesce(fill.trade_id, '?')
        and coalesce(beside.instrument_name, '?') = coalesce(fill.instrument_name, '?')
        and not beside.is_even
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = fill.source_account
    inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
        on found.source_account = fill.source_account and found.table_name = 'transaction' and found.is_there
),

booked as (
    select
        fill.source_account,
        fill.trade_id,
        fill.instrument_name,
        sum(case
            when entry.journal_type = 'TRADING' and not entry.is_derivative and entry.currency = fill.base_currency
            then entry.amount
        end) as base_amount,
        sum(case
            when entry.journal_type = 'TRADING' and not entry.is_derivative and entry.currency = fill.quote_currency
            then entry.amount
        end) as quote_amount,
        sum(case
            when entry.journal_type = 'TRADE_FEE' and not entry.is_derivative and entry.currency = fill.fee_currency
            then entry.amount
        end) as fee_amount,
        count(case when entry.journal_type = 'TRADING' and entry.is_derivative then 1 end) as contracts
    from fill
    inner join entry on entry.source_account = fill.source_account and entry.trade_id = fill.trade_id
    group by fill.source_account, fill.trade_id, fill.instrument_name
),

judged as (
    select
        fill.*,
        {{ dbt.concat(["'fill '", 'fill.trade_id', "' of order '", "coalesce(fill.order_id, '?')"]) }} as subject,
        booked.base_amount,
        booked.quote_amount,
        booked.fee_amount,
        coalesce(booked.contracts, 0) as contracts
    from fill
    left join booked
        on booked.source_account = fill.source_account
        and booked.trade_id = fill.trade_id
        and booked.instrument_name = fill.instrument_name
),

known as (
    select distinct fill.source_account, fill.trade_id
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
    inner join uneven on uneven.source_account = fill.source_account and uneven.trade_id = fill.trade_id
)

{% for currency, expected, found in [
    ('base_currency', 'quantity', 'base_amount'), ('quote_currency', 'value', 'quote_amount'),
] -%}
select
    {{ cryptocom.comparison(
        'subject', 'instrument_name', 'filled_at', dbt.concat(["'TRADING in '", currency]), expected,
        'coalesce(' ~ found ~ ', ' ~ cryptocom.zero() ~ ')', 'is_certain', tolerance=cryptocom.rounding(),
        row_table="'transaction'", row_key=dbt.concat(["'of fill '", 'trade_id']), is_missing=found ~ ' is null',
        order_id='order_id',
        of_each_fill=true
    ) }}
from judged
where instrument_kind = 'spot' and {{ expected }} is not null
union all
{% endfor -%}
{#- Fee credits may be booked apart from what they pay for. #}
select
    {{ cryptocom.comparison(
        'subject', 'instrument_name', 'filled_at', dbt.concat(["'TRADE_FEE in '", 'fee_currency']),
        'case when abs(fee_amount + fee) <= ' ~ cryptocom.rounding() ~ ' then fee_amount else -fee_paid end',
        'coalesce(fee_amount, ' ~ cryptocom.zero() ~ ')', "is_certain and instrument_kind = 'spot'",
        tolerance=cryptocom.rounding(), row_table="'transaction'", row_key=dbt.concat(["'of fill '", 'trade_id']),
        is_missing='fee_amount is null', order_id='order_id',
        of_each_fill=true
    ) }}
from judged
where fee_currency is not null and fee <> 0
union all
select
    {{ cryptocom.comparison(
        'subject', 'instrument_name', 'filled_at', "'TRADING of a derivative'", '1',
        'case when contracts = 0 then 0 else 1 end', 'is_certain', row_table="'transaction'",
        row_key=dbt.concat(["'of fill '", 'trade_id']), is_missing='contracts = 0', order_id='order_id',
        of_each_fill=true
    ) }}
from judged
where instrument_kind = 'derivative'
union all
{#- And back: an entry of a trade, or of its fee, has its fill. #}
select
    {{ cryptocom.comparison(
        dbt.concat(["'fill '", 'entry.trade_id', "' of order '", "coalesce(entry.order_id, '?')"]),
        'entry.instrument_name', 'entry.event_time', dbt.concat(["'fill of a ledger entry in '", 'entry.currency']),
        'case when entry.amount = 0 then 1 else entry.amount end', cryptocom.zero(),
        '(reading.fills_from is null or entry.event_time > reading.fills_from) and entry.event_time <= reading.settled_until',
        account='entry.source_account', row_table="'user_trade'", row_key='entry.trade_id', is_missing='true',
        order_id='entry.order_id',
        of_each_fill=true
    ) }}
from entry
left join known on known.source_account = entry.source_account and known.trade_id = entry.trade_id
inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = entry.source_account
inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
    on found.source_account = entry.source_account and found.table_name = 'user_trade' and found.is_there
where known.trade_id is null
union all
select
    {{ cryptocom.even('beside.fill_comparisons', 'beside.source_account') }}
from {{ ref('cryptocom', 'int_cryptocom__booked_fill') }} as beside
inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = beside.source_account
inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
    on found.source_account = beside.source_account and found.table_name = 'transaction' and found.is_there
where beside.is_even and beside.fill_comparisons > 0
{%- endcall %}
