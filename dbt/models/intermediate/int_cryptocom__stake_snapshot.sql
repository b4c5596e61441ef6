{#- Staked quantities of every sync, kept here because most destinations hold the newest snapshot only. -#}
{{ config(alias='stake_snapshot', materialized='incremental', unique_key=['source_account', 'instrument_name', 'observed_at'], full_refresh=false) }}
with observed as (
    {#- A row without a time of its own; where snapshots are appended, one of an earlier sync may be left over. #}
    select
        source_account,
        instrument_name,
        staked_quantity,
        extracted_at,
        max(extracted_at) over (partition by source_account) as observed_at
    from {{ ref('cryptocom', 'stg_cryptocom__staking_position') }}
)

select
    source_account,
    instrument_name,
    observed_at,
    max(staked_quantity) as quantity
from observed
where extracted_at >= {{ cryptocom.minutes_later('observed_at', -5) }}
group by source_account, instrument_name, observed_at
