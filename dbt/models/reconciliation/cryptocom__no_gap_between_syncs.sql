{{ config(alias='no_gap_between_syncs') }}
{#- A candle follows the one before it. Where the later one was not yet open when the earlier one was read, another sync
    read it, and nothing may be missing between them. A gap inside one sync is the exchange's own. -#}
with candle as (
    select
        source_account,
        instrument,
        timeframe,
        timestamp,
        extracted_at,
        {{ cryptocom.candle_end('timestamp', 'timeframe') }} as closed_at
    from {{ ref('cryptocom', 'stg_cryptocom__candlestick') }}
    where timeframe in ({{ cryptocom.regular_timeframes() }}){{ cryptocom.unless_left_out('no_gap_between_syncs') }}
),

pair as (
    select
        candle.*,
        lead(timestamp) over (partition by source_account, instrument, timeframe order by timestamp) as next_timestamp
    from candle
)

select
    {{ cryptocom.comparison(
        dbt.concat(['timeframe', "' candles'"]), 'instrument', 'closed_at', "'minutes without a candle'",
        '0', dbt.datediff('closed_at', 'next_timestamp', 'minute'), 'extracted_at <= next_timestamp'
    ) }}
from pair
where next_timestamp is not null
