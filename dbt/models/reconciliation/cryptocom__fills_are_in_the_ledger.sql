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
        (reading.ledger_from is null or fill.filled_at >= reading.ledger_from)
        and fill.filled_at <= reading.settled_until as is_certain,
        {{ dbt.concat(["'fill '", 'fill.trade_id', "' of order '", "coalesce(fill.order_id, '?')"]) }} as subject
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = fill.source_account
    inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
        on found.source_account = fill.source_account and found.table_name = 'transaction' and found.is_there
),

expected as (
    select
        source_account, trade_id, order_id, subject, instrument_name, filled_at, is_certain,
        'TRADING' as journal_type,
        base_currency as currency,
        {{ cryptocom.as_amount('sign * quantity') }} as amount,
        cast(null as {{ cryptocom.type_of('amount') }}) as whole_fee
    from fill
    where instrument_kind = 'spot'
    union all
    select
        source_account, trade_id, order_id, subject, instrument_name, filled_at, is_certain,
        'TRADING' as journal_type,
        quote_currency as currency,
        -sign * value as amount,
        null as whole_fee
    from fill
    where instrument_kind = 'spot'
    union all
    select
        source_account, trade_id, order_id, subject, instrument_name, filled_at,
        is_certain and instrument_kind = 'spot' as is_certain,
        'TRADE_FEE' as journal_type,
        fee_currency as currency,
        -fee_paid as amount,
        {#- Fee credits may be booked apart from what they pay for. #}
        -fee as whole_fee
    from fill
    where fee_currency is not null and fee <> 0
)

select
    {{ cryptocom.comparison(
        'expected.subject', 'expected.instrument_name', 'expected.filled_at',
        dbt.concat(['expected.journal_type', "' in '", 'expected.currency']),
        'case when abs(entry.amount - expected.whole_fee) <= ' ~ cryptocom.rounding()
            ~ ' then entry.amount else expected.amount end',
        'coalesce(entry.amount, ' ~ cryptocom.zero() ~ ')', 'expected.is_certain',
        tolerance=cryptocom.rounding(), account='expected.source_account', row_table="'transaction'",
        row_key=dbt.concat(["'of fill '", 'expected.trade_id']), is_missing='entry.amount is null', order_id='expected.order_id'
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
        '1', 'case when contract.entries is null then 0 else 1 end', 'fill.is_certain', account='fill.source_account',
        row_table="'transaction'", row_key=dbt.concat(["'of fill '", 'fill.trade_id']), is_missing='contract.entries is null',
        order_id='fill.order_id'
    ) }}
from fill
left join contract on contract.source_account = fill.source_account and contract.trade_id = fill.trade_id
where fill.instrument_kind = 'derivative'
union all
{#- And back: an entry of a trade, or of its fee, has its fill. #}
select
    {{ cryptocom.comparison(
        dbt.concat(["'fill '", 'entry.trade_id', "' of order '", "coalesce(entry.order_id, '?')"]),
        'entry.instrument_name', 'entry.event_time', dbt.concat(["'fill of a ledger entry in '", 'entry.currency']),
        'case when entry.amount = 0 then 1 else entry.amount end', cryptocom.zero(),
        '(reading.fills_from is null or entry.event_time > reading.fills_from) and entry.event_time <= reading.settled_until',
        account='entry.source_account', row_table="'user_trade'", row_key='entry.trade_id', is_missing='true',
        order_id='entry.order_id'
    ) }}
from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = entry.source_account
inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
    on found.source_account = entry.source_account and found.table_name = 'user_trade' and found.is_there
where entry.journal_type in ('TRADING', 'TRADE_FEE')
    and entry.trade_id is not null
    and not exists (
        select 1 from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as known
        where known.source_account = entry.source_account and known.trade_id = entry.trade_id
    )
