{#- Entries of the ledger that neither a fill nor a transfer makes. `link` names entries that belong together, some below
    and some above zero: of one order, of one journal, or of one type and moment. -#}
{%- set legs = "('staking', 'conversion', 'replacement', 'trade', 'unclassified')" -%}
{%- set text = dbt.type_string() -%}
{%- set in_two_currencies = '(min(currency) over (partition by {0}) <> max(currency) over (partition by {0})'
    ~ ' or sum(amount) over (partition by {0}) = 0)' -%}
{%- set below_and_above = 'min(amount) over (partition by {0}) < 0 and max(amount) over (partition by {0}) > 0 and '
    ~ in_two_currencies -%}
with entry as (
    select
        entry.*,
        {{ dbt.concat([
            'entry.source_account', "' '", "coalesce(entry.account_id, '')", "' '", 'entry.journal_id', "' '",
            'entry.journal_type', "' '", 'entry.instrument_name', "' '", "coalesce(entry.isolation_id, '0')", "' '",
            'cast(entry.event_timestamp_ns as ' ~ text ~ ')',
        ]) }} as entry_key,
        {{ dbt.concat([
            "'ledger '", 'entry.journal_id', "' '", 'entry.journal_type', "' '", 'entry.instrument_name',
            "case when coalesce(entry.isolation_id, '0') = '0' then '' else ' isolated ' end",
            "case when coalesce(entry.isolation_id, '0') = '0' then '' else entry.isolation_id end",
        ]) }} as short_key,
        {{ cryptocom.place_of('entry.wallet_name') }} as place,
        entry.kind in {{ legs }} and entry.instrument_kind <> 'derivative' as is_leg
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }} as entry
    where entry.amount <> 0
        and entry.kind not in ('on-chain', 'bank', 'app', 'transfer fee', 'sub-account')
        and not (
            entry.kind in ('trade', 'trade fee')
            and entry.trade_id is not null
            and exists (
                select 1 from {{ ref('cryptocom', 'cryptocom__fill_with_order') }} as fill
                where fill.source_account = entry.source_account and fill.trade_id = entry.trade_id
            )
        )
),

of_order as (
    select
        entry.*,
        is_leg and order_id is not null and {{ below_and_above.format('source_account, is_leg, order_id') }} as by_order
    from entry
),

of_journal as (
    select
        of_order.*,
        is_leg and not by_order and {{ below_and_above.format('source_account, is_leg, by_order, journal_id') }} as by_journal
    from of_order
),

of_moment as (
    select
        of_journal.*,
        is_leg and not by_order and not by_journal and {{ below_and_above.format(
            'source_account, is_leg, by_order, by_journal, journal_type, event_timestamp_ns'
        ) }} as by_moment
    from of_journal
)

select
    of_moment.*,
    case when count(*) over (partition by source_account, short_key) = 1 then short_key
        else {{ dbt.concat(["'ledger '", 'entry_key']) }}
    end as event_key,
    case
        when by_order then {{ dbt.concat(["'order '", 'order_id']) }}
        when by_journal then {{ dbt.concat(["'journal '", 'journal_id']) }}
        when by_moment then {{ dbt.concat(["'moment '", 'journal_type', "' '", 'cast(event_timestamp_ns as ' ~ text ~ ')']) }}
    end as link
from of_moment
