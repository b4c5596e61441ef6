{{ config(alias='settlements_come_regularly') }}
{#- An open position is settled, and pays funding, at the same hours every day; a staked coin pays its reward in equal steps.
    Whether the live exchange is as regular is not known, so this warns.

    An hour is the nearest one. At which hours an instrument settles, its own entries tell; on which days, those of all. -#}
with settled as (
    select distinct
        source_account,
        journal_type,
        instrument_name,
        coalesce(isolation_id, '0') as isolation_id,
        {{ cryptocom.nearest_day('event_time') }} as day,
        {{ cryptocom.nearest_hour('event_time') }} as hour
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    where journal_type in ('FUNDING', 'SESSION_SETTLE') and instrument_kind = 'derivative'
),

schedule as (
    select source_account, journal_type, instrument_name, hour
    from settled
    group by source_account, journal_type, instrument_name, hour
    having count(distinct day) > 2
),

first_and_last as (
    select
        reading.source_account,
        {{ cryptocom.nearest_day('reading.ledger_from') }} as first_day,
        {{ cryptocom.nearest_hour('reading.ledger_from') }} as first_hour,
        {{ cryptocom.nearest_day(cryptocom.minutes_later('reading.settled_until', -60)) }} as last_day,
        {{ cryptocom.nearest_hour(cryptocom.minutes_later('reading.settled_until', -60)) }} as last_hour
    from {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading
    where reading.ledger_from is not null
),

day as (
    select source_account, {{ cryptocom.nearest_day('event_time') }} as day
    from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    union distinct
    select source_account, {{ cryptocom.nearest_day('filled_at') }}
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
    union distinct
    select source_account, {{ cryptocom.nearest_day('timestamp') }}
    from {{ ref('cryptocom', 'stg_cryptocom__balance_history') }}
),

traded as (
    select
        source_account,
        instrument_name,
        isolation_id,
        {{ cryptocom.nearest_day('filled_at') }} as day,
        {{ cryptocom.nearest_hour('filled_at') }} as hour,
        sum(case side when 'BUY' then quantity else -quantity end) as quantity
    from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
    where instrument_kind = 'derivative'
    group by
        source_account, instrument_name, isolation_id, {{ cryptocom.nearest_day('filled_at') }},
        {{ cryptocom.nearest_hour('filled_at') }}
),

position as (
    select source_account, instrument_name, coalesce(isolation_id, '0') as isolation_id, quantity
    from {{ ref('cryptocom', 'stg_cryptocom__user_position') }}
),

place as (
    select source_account, instrument_name, isolation_id from traded
    union distinct
    select source_account, instrument_name, isolation_id from position
),

moment as (
    select source_account, instrument_name, isolation_id, day, hour, quantity, cast(null as {{ dbt.type_string() }}) as journal_type
    from traded
    union all
    select
        place.source_account, place.instrument_name, place.isolation_id, day.day, schedule.hour,
        {{ cryptocom.as_quantity(0) }}, schedule.journal_type
    from place
    inner join schedule
        on schedule.source_account = place.source_account and schedule.instrument_name = place.instrument_name
    inner join day on day.source_account = place.source_account
),

{# What was held at a moment: what is held now, less what was traded after it. #}
running as (
    select
        moment.*,
        coalesce(sum(moment.quantity) over (
            partition by moment.source_account, moment.instrument_name, moment.isolation_id order by moment.day, moment.hour
        ), {{ cryptocom.as_quantity(0) }}) as traded_until,
        coalesce(sum(moment.quantity) over (
            partition by moment.source_account, moment.instrument_name, moment.isolation_id
        ), {{ cryptocom.as_quantity(0) }}) as traded_in_all,
        coalesce(max(case when moment.journal_type is null then 1 else 0 end) over (
            partition by moment.source_account, moment.instrument_name, moment.isolation_id, moment.day, moment.hour
        ), 0) as is_traded_in
    from moment
),

expected as (
    select
        running.source_account,
        running.journal_type,
        running.instrument_name,
        running.isolation_id,
        running.day,
        running.hour,
        coalesce(position.quantity, {{ cryptocom.as_quantity(0) }}) - running.traded_in_all + running.traded_until as quantity
    from running
    inner join first_and_last
        on first_and_last.source_account = running.source_account
        and (
            running.day > first_and_last.first_day
            or (running.day = first_and_last.first_day and running.hour > first_and_last.first_hour)
        )
        and (
            running.day < first_and_last.last_day
            or (running.day = first_and_last.last_day and running.hour <= first_and_last.last_hour)
        )
    left join position
        on position.source_account = running.source_account
        and position.instrument_name = running.instrument_name
        and position.isolation_id = running.isolation_id
    where running.journal_type is not null and running.is_traded_in = 0
),

reward as (
    select
        source_account,
        staking_inst_name,
        reward_inst_name,
        event_time,
        lead(event_time) over (partition by source_account, staking_inst_name, reward_inst_name order by event_time)
            as next_at
    from {{ ref('cryptocom', 'stg_cryptocom__staking_reward') }}
),

stepped as (
    select reward.*, {{ dbt.datediff('event_time', 'next_at', 'hour') }} as hours
    from reward
),

counted as (
    select source_account, staking_inst_name, reward_inst_name, hours, count(*) as times
    from stepped
    where next_at is not null and hours > 0
    group by source_account, staking_inst_name, reward_inst_name, hours
),

usual as (
    select source_account, staking_inst_name, reward_inst_name, max(hours) as hours
    from counted
    where times = (
        select max(other.times) from counted as other
        where other.source_account = counted.source_account
            and other.staking_inst_name = counted.staking_inst_name
            and other.reward_inst_name = counted.reward_inst_name
    ) and times > 1
    group by source_account, staking_inst_name, reward_inst_name
),

newest as (
    select source_account, max(event_time) as event_time from reward group by source_account
),

paid as (
    select
        stepped.source_account,
        stepped.staking_inst_name,
        stepped.reward_inst_name,
        coalesce(stepped.next_at, newest.event_time) as next_at,
        usual.hours as usual_hours,
        {{ dbt.datediff('stepped.event_time', 'coalesce(stepped.next_at, newest.event_time)', 'hour') }} as hours,
        stepped.event_time
    from stepped
    inner join usual
        on usual.source_account = stepped.source_account
        and usual.staking_inst_name = stepped.staking_inst_name
        and usual.reward_inst_name = stepped.reward_inst_name
    inner join newest on newest.source_account = stepped.source_account
    where not exists (
        select 1 from {{ ref('cryptocom', 'stg_cryptocom__stake_history') }} as request
        where request.source_account = stepped.source_account
            and request.instrument_name = stepped.staking_inst_name
            and request.side = 'UNSTAKE'
            and request.create_time between stepped.event_time and coalesce(stepped.next_at, newest.event_time)
    )
),

{# The newest is as old as that of other coins, and the step before it as usual. #}
fresh as (
    select
        paid.*,
        {#- Of a reward that is missing, when it should have come. #}
        case
            when hours > usual_hours + 1 then {{ dbt.dateadd('hour', 'usual_hours', 'event_time') }} else next_at
        end as happened_at,
        case
            when hours > usual_hours + 1
            then {{ dbt.concat([cryptocom.shown('hours'), "' hours without a reward, and '", cryptocom.shown('usual_hours'), "' are usual'"]) }}
            when hours < usual_hours - 1 and hours > 0
            then {{ dbt.concat(["'a reward '", cryptocom.shown('hours'), "case hours when 1 then ' hour' else ' hours' end", "' after the last, and '", cryptocom.shown('usual_hours'), "' are usual'"]) }}
        end as detail
    from paid
)

select
    {{ cryptocom.agreement(
        dbt.concat(['expected.journal_type', "' of '", 'expected.instrument_name', "case expected.isolation_id when '0' then '' else ' isolated' end", "' on '", cryptocom.shown('expected.day'), "' at '", cryptocom.shown('expected.hour'), "':00'"]),
        'expected.instrument_name', 'cast(expected.day as ' ~ dbt.type_timestamp() ~ ')',
        dbt.concat(['expected.journal_type', "' of an open position'"]), 'settled.hour is not null', 'false',
        "case when settled.hour is null then 'a position was open, and nothing was booked' end", account='expected.source_account',
        row_table="'transaction'",
        row_key=dbt.concat(['expected.journal_type', "' '", 'expected.instrument_name', "' '", 'expected.isolation_id', "' '", cryptocom.shown('expected.day'), "' '", cryptocom.shown('expected.hour')]),
        is_missing='settled.hour is null'
    ) }}
from expected
left join settled
    on settled.source_account = expected.source_account
    and settled.journal_type = expected.journal_type
    and settled.instrument_name = expected.instrument_name
    and settled.isolation_id = expected.isolation_id
    and settled.day = expected.day
    and settled.hour = expected.hour
where expected.quantity <> 0
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'reward in '", 'reward_inst_name', "' for '", 'staking_inst_name']), 'reward_inst_name', 'happened_at',
        "'step between rewards'", 'detail is null', 'false', 'detail', row_table="'staking_reward'",
        row_key=dbt.concat(['staking_inst_name', "' '", 'reward_inst_name', "' '", cryptocom.shown('happened_at')]),
        is_missing='hours > usual_hours + 1'
    ) }}
from fresh
