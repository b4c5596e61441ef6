{{ config(alias='positions_cost_what_was_paid') }}
{#- A position that began at zero is the sum of its fills, and what it cost is what they paid and what was realised since. It
    began at zero where it has no settlement before its first fill, eight hours after the ledger begins at the soonest: by
    then every open position has one. What live positions cost is not known for sure, so this warns. -#}
with fill as (
    select
        source_account,
        instrument_name,
        isolation_id,
        sum(case side when 'BUY' then quantity else -quantity end) as quantity,
        sum(case side when 'BUY' then value else -value end) as value,
        min(filled_at) as first_filled_at,
        max(filled_at) as last_filled_at
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
    where instrument_kind = 'derivative'
    group by source_account, instrument_name, isolation_id
),

realised as (
    select
        entry.source_account,
        entry.instrument_name,
        coalesce(entry.isolation_id, '0') as isolation_id,
        sum(case when entry.journal_type in ('TRADING', 'SESSION_SETTLE') then entry.realized_pnl end) as amount,
        min(case when entry.journal_type in ('FUNDING', 'SESSION_SETTLE') and entry.realized_pnl <> 0 then entry.event_time end)
            as first_settled_at
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
    where entry.instrument_kind = 'derivative'
    group by entry.source_account, entry.instrument_name, coalesce(entry.isolation_id, '0')
),

position as (
    select source_account, instrument_name, coalesce(isolation_id, '0') as isolation_id, quantity, open_pos_cost
    from {{ ref('cryptocom', 'stg_cryptocom__user_position') }}
),

judged as (
    select
        fill.source_account,
        fill.instrument_name,
        fill.isolation_id,
        fill.last_filled_at,
        fill.quantity,
        fill.value + coalesce(realised.amount, {{ cryptocom.zero() }}) as cost,
        coalesce(position.quantity, {{ cryptocom.as_quantity(0) }}) as quantity_held,
        coalesce(position.open_pos_cost, {{ cryptocom.zero() }}) as cost_held,
        position.instrument_name is not null and position.open_pos_cost is null as cost_is_unknown,
        reading.ledger_from is not null
        and fill.first_filled_at > {{ dbt.dateadd('hour', 8, 'reading.ledger_from') }}
        and (realised.first_settled_at is null or realised.first_settled_at > fill.first_filled_at) as began_at_zero
    from fill
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading on reading.source_account = fill.source_account
    inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
        on found.source_account = fill.source_account
        and found.table_name = 'user_position'
        and found.is_there
        {#- A fill of the last minutes may be in one of the two answers only. #}
        and fill.last_filled_at < {{ cryptocom.minutes_later('found.moment_at', -1) }}
    left join realised
        on realised.source_account = fill.source_account
        and realised.instrument_name = fill.instrument_name
        and realised.isolation_id = fill.isolation_id
    left join position
        on position.source_account = fill.source_account
        and position.instrument_name = fill.instrument_name
        and position.isolation_id = fill.isolation_id
),

unexpected as (
    {#- One without a fill was there before the first. #}
    select position.*, found.moment_at
    from position
    inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
        on found.source_account = position.source_account and found.table_name = 'user_position'
    left join realised
        on realised.source_account = position.source_account
        and realised.instrument_name = position.instrument_name
        and realised.isolation_id = position.isolation_id
    where position.quantity <> 0
        and not exists (
            select 1 from fill
            where fill.source_account = position.source_account
                and fill.instrument_name = position.instrument_name
                and fill.isolation_id = position.isolation_id
        )
        and realised.first_settled_at is null
        and exists (
            select 1 from realised as any_settled
            where any_settled.source_account = position.source_account and any_settled.first_settled_at is not null
        )
)
{%- set subject = dbt.concat(["'position in '", 'instrument_name', "case isolation_id when '0' then '' else ' isolated ' end", "case isolation_id when '0' then '' else isolation_id end"]) %}

select
    {{ cryptocom.comparison(
        subject, 'instrument_name', 'last_filled_at', "'quantity since it began at zero'", 'quantity', 'quantity_held',
        'false', row_table="'user_position'", row_key='instrument_name', proved='began_at_zero or quantity = quantity_held'
    ) }}
from judged
union all
select
    {{ cryptocom.comparison(
        subject, 'instrument_name', 'last_filled_at', "'cost'", 'cost', 'cost_held', 'false',
        tolerance=cryptocom.as_amount("'0.01'"), row_table="'user_position'", row_key='instrument_name',
        proved='began_at_zero or quantity = quantity_held'
    ) }}
from judged
where not cost_is_unknown
union all
select
    {{ cryptocom.comparison(
        subject, 'instrument_name', 'moment_at', "'quantity of a position without a fill and a settlement'", '0', 'quantity',
        'false', row_table="'user_position'", row_key='instrument_name'
    ) }}
from unexpected
