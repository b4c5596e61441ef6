{{ config(alias='balance_history_has_no_gap') }}
{#- An hour follows an hour and a day a day, up to the sync; the point of a midnight is that of its hour. -#}
with point as (
    select
        source_account,
        instrument_name,
        timeframe,
        timestamp,
        total_cash_balance,
        case timeframe when 'H1' then 60 else 1440 end as step,
        lead(timestamp) over (partition by source_account, instrument_name, timeframe order by timestamp) as next_timestamp,
        {{ dbt.dateadd('minute', "case timeframe when 'H1' then 60 else 1440 end", 'timestamp') }} as follows_at,
        extracted_at
    from {{ ref('cryptocom', 'stg_cryptocom__balance_history') }}
    where timeframe in ('H1', 'D1')
),

newest as (
    select source_account, instrument_name, timeframe, step, max(timestamp) as timestamp, max(extracted_at) as extracted_at
    from point
    group by source_account, instrument_name, timeframe, step
),

hourly as (
    select source_account, instrument_name, min(timestamp) as first_timestamp
    from point
    where timeframe = 'H1'
    group by source_account, instrument_name
),

missing_hour as (
    {#- Both have the moments of every midnight. #}
    select day.source_account, day.instrument_name, day.timestamp, day.total_cash_balance, hour.total_cash_balance as of_the_hour,
        hour.timestamp is null as is_missing
    from point as day
    inner join hourly
        on hourly.source_account = day.source_account
        and hourly.instrument_name = day.instrument_name
        and hourly.first_timestamp <= day.timestamp
    left join point as hour
        on hour.source_account = day.source_account
        and hour.instrument_name = day.instrument_name
        and hour.timeframe = 'H1'
        and hour.timestamp = day.timestamp
    where day.timeframe = 'D1'
),

timeframe as (
    select found.source_account, found.moment_at, wanted.timeframe
    from {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
    cross join (select 'H1' as timeframe union all select 'D1' as timeframe) as wanted
    where found.table_name = 'balance_history' and found.row_count > 26
)

select
    {{ cryptocom.comparison(
        dbt.concat(["'balance history '", 'timeframe']), 'instrument_name', 'follows_at', "'minutes to the next point'", 'step',
        dbt.datediff('timestamp', 'next_timestamp', 'minute'), 'false', row_table="'balance_history'",
        row_key=dbt.concat(['timeframe', "' '", cryptocom.shown('follows_at')]),
        is_missing=dbt.datediff('timestamp', 'next_timestamp', 'minute') ~ ' > step',
        detail="case when " ~ dbt.datediff('timestamp', 'next_timestamp', 'minute') ~ " <> step then "
            ~ dbt.concat(["'after the point of '", cryptocom.shown('timestamp'), "' comes that of '", cryptocom.shown('next_timestamp')])
            ~ " end"
    ) }}
from point
where next_timestamp is not null
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'balance history '", 'timeframe']), 'instrument_name', 'timestamp', "'newest point'",
        dbt.datediff('timestamp', 'extracted_at', 'minute') ~ ' <= step + 120', 'false',
        dbt.concat(["'the newest point is of '", cryptocom.shown('timestamp')]), row_table="'balance_history'",
        row_key=dbt.concat(['timeframe', "' after '", cryptocom.shown('timestamp')]),
        is_missing=dbt.datediff('timestamp', 'extracted_at', 'minute') ~ ' > step + 120'
    ) }}
from newest
union all
select
    {{ cryptocom.comparison(
        "'balance history D1'", 'instrument_name', 'timestamp', "'point of its hour'", 'total_cash_balance',
        'coalesce(of_the_hour, ' ~ cryptocom.zero() ~ ')', 'false', tolerance=cryptocom.rounding(),
        row_table="'balance_history'", row_key=dbt.concat(["'D1 '", cryptocom.shown('timestamp')]), is_missing='is_missing'
    ) }}
from missing_hour
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'balance history '", 'timeframe.timeframe']), "'USD'", 'timeframe.moment_at', "'points of a timeframe'",
        'newest.timeframe is not null', 'false', "case when newest.timeframe is null then 'it has no point of that timeframe' end",
        account='timeframe.source_account', row_table="'balance_history'", row_key='timeframe.timeframe',
        is_missing='newest.timeframe is null'
    ) }}
from timeframe
left join newest on newest.source_account = timeframe.source_account and newest.timeframe = timeframe.timeframe
