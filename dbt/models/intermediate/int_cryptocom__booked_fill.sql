{#- Fills beside their entries of the ledger, read once for two checks, without a text but the keys. What comes out even is
    one row of each account, with the number of comparisons; what does not is named, and the checks look at that again. -#}
with entry as (
    select
        source_account,
        trade_id,
        order_id,
        side,
        event_time,
        instrument_name,
        currency,
        amount,
        transaction_qty,
        transaction_cost,
        journal_type = 'TRADING' as is_trade,
        instrument_kind = 'derivative' as is_derivative
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    where journal_type in ('TRADING', 'TRADE_FEE') and trade_id is not null
),

fill as (
    select
        source_account,
        trade_id,
        order_id,
        side,
        filled_at,
        instrument_name,
        instrument_kind,
        base_currency,
        quote_currency,
        fee_currency,
        quantity,
        value,
        fee,
        fee_paid
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
),

beside as (
    select
        coalesce(fill.source_account, entry.source_account) as source_account,
        coalesce(fill.trade_id, entry.trade_id) as trade_id,
        fill.instrument_name,
        count(entry.trade_id) as entries,
        count(case when entry.is_trade and entry.is_derivative then 1 end) as contracts,
        {#- What entries_fit_their_fill says in words. #}
        count(case
            when coalesce(entry.order_id, '?') <> coalesce(fill.order_id, '?')
                or entry.side <> fill.side
                or abs({{ dbt.datediff('fill.filled_at', 'entry.event_time', 'second') }}) > 60
                or (
                    entry.is_trade and entry.is_derivative
                    and (
                        entry.instrument_name <> fill.instrument_name
                        or abs(entry.transaction_qty) <> fill.quantity
                        or (entry.transaction_qty < 0) <> (fill.side = 'SELL')
                    )
                )
                or (
                    entry.is_trade and entry.transaction_cost <> 0
                    and abs(abs(entry.transaction_cost) - fill.value) > {{ cryptocom.rounding() }}
                    and (entry.is_derivative or abs(entry.transaction_cost) <> abs(entry.transaction_qty))
                )
            then 1
        end) as entries_that_differ,
        sum(case
            when entry.is_trade and not entry.is_derivative and entry.currency = fill.base_currency then entry.amount
        end) as base_amount,
        sum(case
            when entry.is_trade and not entry.is_derivative and entry.currency = fill.quote_currency then entry.amount
        end) as quote_amount,
        sum(case
            when not entry.is_trade and not entry.is_derivative and entry.currency = fill.fee_currency then entry.amount
        end) as fee_amount,
        max(case when fill.instrument_kind = 'spot' then 1 else 0 end) as is_spot,
        max(case when fill.instrument_kind = 'derivative' then 1 else 0 end) as is_derivative,
        max(case fill.side when 'BUY' then fill.quantity else -fill.quantity end) as quantity,
        max(case fill.side when 'BUY' then -fill.value else fill.value end) as value,
        max(case when fill.fee_currency is not null and fill.fee <> 0 then fill.fee end) as fee,
        max(fill.fee_paid) as fee_paid
    from fill
    full outer join entry on entry.source_account = fill.source_account and entry.trade_id = fill.trade_id
    group by 1, 2, 3
),

judged as (
    select
        source_account,
        trade_id,
        instrument_name,
        entries,
        case when is_spot = 1 and quantity is not null then 1 else 0 end
        + case when is_spot = 1 and value is not null then 1 else 0 end
        + case when fee is not null then 1 else 0 end
        + is_derivative as comparisons,
        case
            when trade_id is null or instrument_name is null or entries_that_differ > 0 or contracts > 1 then false
            when is_derivative = 1 and contracts = 0 then false
            when is_spot = 1 and abs(coalesce(base_amount, {{ cryptocom.zero() }}) - quantity) > {{ cryptocom.rounding() }} then false
            when is_spot = 1 and abs(coalesce(quote_amount, {{ cryptocom.zero() }}) - value) > {{ cryptocom.rounding() }} then false
            when fee is null
                or abs(fee_amount + fee) <= {{ cryptocom.rounding() }}
                or abs(coalesce(fee_amount, {{ cryptocom.zero() }}) + fee_paid) <= {{ cryptocom.rounding() }}
            then true
            else false
        end as is_even
    from beside
)

select
    source_account,
    case when not is_even then trade_id end as trade_id,
    case when not is_even then instrument_name end as instrument_name,
    is_even,
    sum(comparisons) as fill_comparisons,
    sum(entries) as entry_comparisons
from judged
group by 1, 2, 3, 4
