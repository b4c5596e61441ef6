{{ config(alias='fills_are_in_the_ledger') }}
{#- A spot trade moves both currencies, and its fee is booked beside them, under the number of the fill. -#}
with entry as (
    select
        source_account,
        trade_id,
        currency,
        journal_type,
        sum(amount) as amount
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    where journal_type in ('TRADING', 'TRADE_FEE') and trade_id is not null and instrument_kind <> 'derivative'
    group by source_account, trade_id, currency, journal_type
),

contract as (
    select source_account, trade_id, count(*) as entries
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    where journal_type = 'TRADING' and trade_id is not null and instrument_kind = 'derivative'
    group by source_account, trade_id
),

fill as (
    select
        fill.*,
        case fill.side when 'BUY' then 1 else -1 end as sign,
        fill.filled_at >= reading.ledger_from and fill.filled_at <= reading.settled_until as is_certain,
        {{ dbt.concat(["'fill '", 'fill.trade_id', "' of order '", "coalesce(fill.order_id, '?')"]) }} as subject
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = fill.source_account
    {#- Without a single entry the ledger was not read. #}
    where reading.ledger_from is not null
),

expected as (
    select
        source_account, trade_id, subject, instrument_name, filled_at, is_certain,
        'TRADING' as journal_type,
        base_currency as currency,
        {{ cryptocom.as_amount('sign * quantity') }} as amount
    from fill
    where instrument_kind = 'spot'
    union all
    select
        source_account, trade_id, subject, instrument_name, filled_at, is_certain,
        'TRADING' as journal_type,
        quote_currency as currency,
        -sign * value as amount
    from fill
    where instrument_kind = 'spot'
    union all
    select
        source_account, trade_id, subject, instrument_name, filled_at,
        is_certain and instrument_kind = 'spot' as is_certain,
        'TRADE_FEE' as journal_type,
        fee_currency as currency,
        -fee_paid as amount
    from fill
    where fee_currency is not null and fee_paid <> 0
)

select
    {{ cryptocom.comparison(
        'expected.subject', 'expected.instrument_name', 'expected.filled_at',
        dbt.concat(['expected.journal_type', "' in '", 'expected.currency']),
        'expected.amount', 'coalesce(entry.amount, ' ~ cryptocom.zero() ~ ')', 'expected.is_certain',
        tolerance=cryptocom.rounding(), account='expected.source_account'
    ) }}
from expected
left join entry
    on entry.source_account = expected.source_account
    and entry.trade_id = expected.trade_id
    and entry.journal_type = expected.journal_type
    and entry.currency = expected.currency
union all
select
    {{ cryptocom.comparison(
        'fill.subject', 'fill.instrument_name', 'fill.filled_at', "'TRADING of a derivative'",
        '1', 'case when contract.entries is null then 0 else 1 end', 'fill.is_certain', account='fill.source_account'
    ) }}
from fill
left join contract on contract.source_account = fill.source_account and contract.trade_id = fill.trade_id
where fill.instrument_kind = 'derivative'
union all
{#- And back: an entry of a trade has its fill. #}
select
    {{ cryptocom.comparison(
        dbt.concat(["'fill '", 'entry.trade_id']), 'entry.instrument_name', 'entry.event_time',
        dbt.concat(["'fill of a ledger entry in '", 'entry.currency']), 'entry.amount', cryptocom.zero(),
        'entry.event_time > reading.fills_from and entry.event_time <= reading.settled_until',
        account='entry.source_account'
    ) }}
from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = entry.source_account
where entry.journal_type = 'TRADING'
    and entry.trade_id is not null
    and entry.amount <> 0
    and not exists (
        select 1 from fill where fill.source_account = entry.source_account and fill.trade_id = entry.trade_id
    )
