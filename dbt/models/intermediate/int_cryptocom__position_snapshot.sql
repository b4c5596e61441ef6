{#- Positions of every sync, kept here because most destinations hold the newest snapshot only. -#}
{{ config(
    alias='position_snapshot',
    materialized='incremental',
    unique_key=['source_account', 'instrument_name', 'isolation_id', 'observed_at'],
    full_refresh=false,
) }}
with observed as (
    {{ cryptocom.staging(
        'user_position',
        key=['instrument_name', 'isolation_id'],
        columns={'instrument_name': 'text', 'isolation_id': 'text', 'quantity': 'quantity', 'snapshot_time': 'time'},
        versions='all',
    ) | indent(4) }}
),

moment as (
    select
        observed.*,
        coalesce(snapshot_time, max(extracted_at) over (partition by source_account)) as observed_at
    from observed
)

select
    source_account,
    instrument_name,
    coalesce(isolation_id, '0') as isolation_id,
    observed_at,
    max(quantity) as quantity
from moment
group by source_account, instrument_name, coalesce(isolation_id, '0'), observed_at
