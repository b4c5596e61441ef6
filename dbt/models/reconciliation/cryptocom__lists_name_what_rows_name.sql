{{ config(alias='lists_name_what_rows_name') }}
{#- An account that rows name is in the list of accounts, and an instrument has its fee rate where the others have one. A
    reward has its staked coin. Lists hold what is true now, so this warns. -#}
with named as (
    select distinct source_account, account_id as row_key from {{ ref('cryptocom', 'stg_cryptocom__order_history') }}
    union distinct
    select distinct source_account, account from {{ ref('cryptocom', 'stg_cryptocom__sub_account_balance') }}
),

account as (
    select source_account, uuid from {{ ref('cryptocom', 'stg_cryptocom__account') }}
),

listed as (
    select source_account, symbol as instrument_name from {{ ref('cryptocom', 'stg_cryptocom__instrument') }}
),

rate as (
    select source_account, instrument_name, extracted_at from {{ ref('cryptocom', 'stg_cryptocom__instrument_fee_rate') }}
),

share as (
    select listed.source_account, count(*) as instruments, count(rate.instrument_name) as rates
    from listed
    left join rate on rate.source_account = listed.source_account and rate.instrument_name = listed.instrument_name
    group by listed.source_account
),

staked as (
    select source_account, instrument_name from {{ ref('cryptocom', 'stg_cryptocom__staking_position') }}
),

rewarded as (
    select
        reward.source_account,
        reward.staking_inst_name,
        max(reward.event_time) as event_time
    from {{ ref('cryptocom', 'stg_cryptocom__staking_reward') }} as reward
    inner join {{ ref('cryptocom', 'cryptocom__table_reading') }} as found
        on found.source_account = reward.source_account
        and found.table_name = 'staking_position'
        and found.is_there
    where reward.staked_balance > 0
    group by reward.source_account, reward.staking_inst_name, found.moment_at
    having max(reward.event_time) > {{ dbt.dateadd('day', -2, 'found.moment_at') }}
)

select
    {{ cryptocom.agreement(
        dbt.concat(["'account '", 'named.row_key']), 'cast(null as ' ~ dbt.type_string() ~ ')',
        'cast(null as ' ~ dbt.type_timestamp() ~ ')', "'account that rows name'", 'account.uuid is not null', 'false',
        "case when account.uuid is null then 'rows name this account, and it is in no list' end",
        account='named.source_account', row_table="'account'", row_key='named.row_key', is_missing='account.uuid is null'
    ) }}
from named
left join account on account.source_account = named.source_account and account.uuid = named.row_key
where named.row_key is not null
    and exists (select 1 from account as any_account where any_account.source_account = named.source_account)
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'fee rate of '", 'listed.instrument_name']), 'listed.instrument_name',
        'cast(null as ' ~ dbt.type_timestamp() ~ ')', "'fee rate of an instrument'", 'rate.instrument_name is not null', 'false',
        "case when rate.instrument_name is null then 'this instrument has no fee rate, and the others have' end",
        account='listed.source_account', row_table="'instrument_fee_rate'", row_key='listed.instrument_name',
        is_missing='rate.instrument_name is null'
    ) }}
from listed
inner join share
    on share.source_account = listed.source_account and share.rates < share.instruments and 10 * share.rates >= 9 * share.instruments
left join rate on rate.source_account = listed.source_account and rate.instrument_name = listed.instrument_name
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'fee rate of '", 'rate.instrument_name']), 'rate.instrument_name', 'rate.extracted_at',
        "'instrument of a fee rate'", 'listed.instrument_name is not null', 'false',
        "case when listed.instrument_name is null then 'it is the fee rate of an instrument that is not listed' end",
        account='rate.source_account', row_table="'instrument_fee_rate'", row_key='rate.instrument_name'
    ) }}
from rate
inner join share on share.source_account = rate.source_account and share.instruments > 0
left join listed on listed.source_account = rate.source_account and listed.instrument_name = rate.instrument_name
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'staked coin '", 'rewarded.staking_inst_name']), 'rewarded.staking_inst_name', 'rewarded.event_time',
        "'position behind a reward'", 'staked.instrument_name is not null', 'false',
        "case when staked.instrument_name is null then 'it paid a reward, and is in no position' end",
        account='rewarded.source_account', row_table="'staking_position'", row_key='rewarded.staking_inst_name',
        is_missing='staked.instrument_name is null'
    ) }}
from rewarded
left join staked
    on staked.source_account = rewarded.source_account and staked.instrument_name = rewarded.staking_inst_name
