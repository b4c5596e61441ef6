{#- Balances of every sync, kept here because most destinations hold the newest snapshot only. -#}
{{ config(
    alias='balance_snapshot',
    materialized='incremental',
    unique_key=['source_account', 'currency', 'observed_at'],
    full_refresh=false,
) }}
with observed as (
    {{ cryptocom.staging(
        'user_balance',
        key=['instrument_name'],
        columns={'instrument_name': 'text', 'quantity': 'amount', 'market_value': 'amount', 'snapshot_time': 'time'},
        versions='all',
    ) | indent(4) }}
),

moment as (
    {#- Without a snapshot_time the last row of a sync tells when it was. #}
    select
        observed.*,
        coalesce(snapshot_time, max(extracted_at) over (partition by source_account)) as observed_at
    from observed
)

select
    source_account,
    instrument_name as currency,
    observed_at,
    max(quantity) as quantity,
    max(market_value) as value_usd
from moment
group by source_account, instrument_name, observed_at
