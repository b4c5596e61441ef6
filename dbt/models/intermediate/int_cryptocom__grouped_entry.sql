{#- Entries that are legs of one exchange of currencies, with the shape of their group: `internal` (one currency, nothing
    came or went), `many to one`, `one to many`, or `pairs` (the first below zero with the first above). Where nothing
    links the legs, those of one type within a minute of each other belong together. -#}
{%- set group = 'source_account, group_key' -%}
with entry as (
    select other_entry.*
    from {{ ref('cryptocom', 'int_cryptocom__other_entry') }} as other_entry
    left join {{ ref('cryptocom', 'int_cryptocom__explained_entry') }} as explained
        on explained.entry_key = other_entry.entry_key
    where other_entry.is_leg and explained.entry_key is null
),

step as (
    select
        entry.*,
        case
            when event_timestamp_ns - lag(event_timestamp_ns) over (
                partition by source_account, journal_type, link order by event_timestamp_ns, journal_id, entry_key
            ) <= 60000000000 then 0
            else 1
        end as is_first
    from entry
),

run as (
    select
        step.*,
        sum(is_first) over (
            partition by source_account, journal_type, link order by event_timestamp_ns, journal_id, entry_key
            rows between unbounded preceding and current row
        ) as run_number
    from step
),

keyed as (
    select
        run.*,
        coalesce(
            link,
            case
                when kind in ('conversion', 'replacement', 'trade')
                then {{ dbt.concat(["'near '", 'journal_type', "' '", 'cast(run_number as ' ~ dbt.type_string() ~ ')']) }}
                else entry_key
            end
        ) as group_key
    from run
),

measured as (
    select
        keyed.*,
        sum(amount) over (partition by {{ group }}) as remainder,
        count(*) over (partition by {{ group }}) as entries,
        count(case when amount < 0 then 1 end) over (partition by {{ group }}) as sent_entries,
        min(currency) over (partition by {{ group }}) as first_currency,
        max(currency) over (partition by {{ group }}) as last_currency,
        min(case when amount < 0 then currency end) over (partition by {{ group }}) as first_sent,
        max(case when amount < 0 then currency end) over (partition by {{ group }}) as last_sent,
        min(case when amount > 0 then currency end) over (partition by {{ group }}) as first_received,
        max(case when amount > 0 then currency end) over (partition by {{ group }}) as last_received,
        row_number() over (
            partition by source_account, group_key, case when amount < 0 then 1 else 0 end
            order by event_timestamp_ns, journal_id, entry_key
        ) as number_in_group
    from keyed
)

select
    measured.*,
    case
        when sent_entries = 0 or sent_entries = entries then null
        when first_currency = last_currency then case when remainder = 0 then 'internal' end
        when first_received = last_received then 'many to one'
        when first_sent = last_sent then 'one to many'
        when 2 * sent_entries = entries then 'pairs'
    end as shape
from measured
