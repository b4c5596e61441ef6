{{ config(alias='ledger_entry') }}
select
    entry.source_account,
    entry.account_id,
    entry.journal_id,
    entry.journal_type,
    entry.event_time,
    entry.event_date,
    entry.event_timestamp_ns,
    entry.instrument_name,
    entry.isolation_id,
    instrument.kind as instrument_kind,
    case when instrument.kind = 'derivative' then instrument.quote_currency else instrument.base_currency end as currency,
    {#- An entry of a derivative counts contracts; what it does to the balance is the profit that it realizes. #}
    coalesce(
        case when instrument.kind = 'derivative' then entry.realized_pnl else entry.transaction_qty end,
        {{ cryptocom.as_amount(0) }}
    ) as amount,
    entry.transaction_qty,
    entry.transaction_cost,
    entry.realized_pnl,
    entry.side,
    entry.order_id,
    entry.trade_id,
    entry.extracted_at
from {{ ref('cryptocom', 'stg_cryptocom__transaction') }} as entry
left join {{ ref('cryptocom', 'int_cryptocom__instrument') }} as instrument on instrument.instrument_name = entry.instrument_name
