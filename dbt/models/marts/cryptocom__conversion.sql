{{ config(alias='conversion') }}
{#- What was exchanged outside of the order book: conversions, dust, delistings, and coins that got another name. Each row
    is one currency for one other. Where several currencies became one, each has its part of it, by its value on that day;
    where one of them has no price, the parts are equal and `is_split_by_value` is false. -#}
{%- set group = 'source_account, group_key' -%}
{%- set so_far = 'partition by source_account, group_key order by event_timestamp_ns, journal_id, entry_key rows between unbounded preceding and ' -%}
with leg as (
    select
        entry.*,
        case when shape = 'many to one' then amount < 0 when shape = 'one to many' then amount > 0 end as is_part,
        {{ cryptocom.as_double('abs(entry.amount)') }} * {{ cryptocom.as_double('price.price_usd') }} as value_usd
    from {{ ref('cryptocom', 'int_cryptocom__grouped_entry') }} as entry
    left join {{ ref('cryptocom', 'int_cryptocom__price_by_day') }} as price
        on price.currency = entry.currency and price.day = entry.event_date
    where shape in ('many to one', 'one to many', 'pairs')
),

whole as (
    select
        source_account,
        group_key,
        sum(abs(amount)) as amount,
        min(currency) as currency,
        min(journal_id) as journal_id,
        count(*) as entries,
        min(case when kind = 'replacement' then 1 else 0 end) as is_replacement
    from leg
    where not is_part
    group by source_account, group_key
),

weighed as (
    select
        leg.*,
        count(*) over (partition by {{ group }}) as parts,
        case
            when min(currency) over (partition by {{ group }}) = max(currency) over (partition by {{ group }})
            then {{ cryptocom.as_double('abs(amount)') }}
            when count(value_usd) over (partition by {{ group }}) = count(*) over (partition by {{ group }})
                and sum(value_usd) over (partition by {{ group }}) > 0
            then value_usd
            else {{ cryptocom.as_double('1') }}
        end as weight,
        min(currency) over (partition by {{ group }}) = max(currency) over (partition by {{ group }})
        or (
            count(value_usd) over (partition by {{ group }}) = count(*) over (partition by {{ group }})
            and sum(value_usd) over (partition by {{ group }}) > 0
        ) as is_split_by_value
    from leg
    where is_part
),

placed as (
    select
        weighed.*,
        sum(weight) over ({{ so_far }} current row) / sum(weight) over (partition by {{ group }}) as share_until,
        coalesce(sum(weight) over ({{ so_far }} 1 preceding), 0) / sum(weight) over (partition by {{ group }}) as share_before,
        row_number() over (partition by {{ group }} order by event_timestamp_ns, journal_id, entry_key) as part_number
    from weighed
),

{# What is cut off a part is in the next one, so that the parts are the whole to the last digit. #}
parted as (
    select
        placed.*,
        whole.currency as whole_currency,
        whole.journal_id as whole_journal_id,
        whole.is_replacement = 1 and whole.entries = 1 and placed.parts = 1 and placed.kind = 'replacement' as is_replacement,
        {{ cryptocom.as_amount(
            'case when part_number = parts then whole.amount else '
            ~ cryptocom.as_amount(cryptocom.as_double('whole.amount') ~ ' * share_until') ~ ' end'
        ) }}
        - {{ cryptocom.as_amount(
            'case when part_number = 1 then ' ~ cryptocom.as_amount(0) ~ ' else '
            ~ cryptocom.as_amount(cryptocom.as_double('whole.amount') ~ ' * share_before') ~ ' end'
        ) }} as whole_amount
    from placed
    inner join whole on whole.source_account = placed.source_account and whole.group_key = placed.group_key
),

exchanged as (
    select
        source_account,
        event_key as conversion_key,
        event_time as happened_at,
        event_timestamp_ns as happened_at_ns,
        journal_type as source,
        case when amount < 0 then -amount else whole_amount end as sent_amount,
        case when amount < 0 then currency else whole_currency end as sent_currency,
        case when amount < 0 then place else 'wallet' end as sent_place,
        case when amount < 0 then whole_amount else amount end as received_amount,
        case when amount < 0 then whole_currency else currency end as received_currency,
        case when amount < 0 then 'wallet' else place end as received_place,
        is_replacement,
        is_split_by_value,
        {{ dbt.concat(['event_key', "' and journal '", 'whole_journal_id']) }} as description
    from parted
    union all
    select
        sent.source_account,
        sent.event_key,
        sent.event_time,
        sent.event_timestamp_ns,
        sent.journal_type,
        -sent.amount,
        sent.currency,
        sent.place,
        received.amount,
        received.currency,
        received.place,
        sent.kind = 'replacement' and received.kind = 'replacement',
        true,
        {{ dbt.concat(['sent.event_key', "' and journal '", 'received.journal_id']) }}
    from leg as sent
    inner join leg as received
        on received.source_account = sent.source_account
        and received.group_key = sent.group_key
        and received.number_in_group = sent.number_in_group
        and received.amount > 0
    where sent.shape = 'pairs' and sent.amount < 0
    union all
    select
        source_account,
        {{ dbt.concat(["'convert_history '", 'convert_id']) }},
        create_time,
        cast(null as {{ dbt.type_bigint() }}),
        'convert_history',
        from_quantity,
        {{ cryptocom.currency_of('from_instrument_name') }},
        {{ cryptocom.place_of('from_instrument_name') }},
        to_quantity,
        {{ cryptocom.currency_of('to_instrument_name') }},
        {{ cryptocom.place_of('to_instrument_name') }},
        false,
        true,
        {{ dbt.concat(["'convert_history '", 'convert_id']) }}
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED'
)

select
    exchanged.*,
    {#- A delisted coin that becomes money, or another quantity of another coin, was sold. #}
    case
        when is_replacement and received_currency not in ({{ cryptocom.money() }})
            and (source <> 'DELIST' or sent_amount = received_amount)
        then 'rename'
        else 'conversion'
    end as kind
from exchanged
