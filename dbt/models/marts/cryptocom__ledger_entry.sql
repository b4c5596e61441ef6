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
    {#- Of a derivative, what is no payment of funding and no fee is profit, whatever its type is called. #}
    case
        when instrument.kind = 'derivative' and entry.journal_type not in ('FUNDING', 'TRADE_FEE', 'LIQUIDATION_FEE', 'SETTLEMENT_FEE')
        then 'derivative profit'
        else {{ cryptocom.kind_of_journal_type('entry.journal_type') | indent(4) }}
    end as kind,
    case when instrument.kind = 'derivative' then instrument.quote_currency else instrument.base_currency end as currency,
    {#- The name that the wallet has the balance under: X.staked where the coin X is staked. #}
    case when instrument.kind = 'derivative' then instrument.quote_currency else entry.instrument_name end as wallet_name,
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
