{{ config(alias='candles_agree_with_trades') }}
{#- Whole candles inside the span of the public trades that were read, last read after they had closed. -#}
with span as (
    select source_account, instrument, min(timestamp) as first_trade, max(timestamp) as last_trade
    from {{ ref('cryptocom', 'stg_cryptocom__trade') }}
    group by source_account, instrument
),

candle as (
    select
        candle.*,
        {{ cryptocom.candle_end('candle.timestamp', 'candle.timeframe') }} as closed_at
    from {{ ref('cryptocom', 'stg_cryptocom__candlestick') }} as candle
    where candle.timeframe in ({{ cryptocom.regular_timeframes() }}){{ cryptocom.unless_left_out('candles_agree_with_trades') }}
),

whole as (
    select candle.*
    from candle
    inner join span
        on span.source_account = candle.source_account
        and span.instrument = candle.instrument
        and candle.timestamp > span.first_trade
        and candle.closed_at <= span.last_trade
    where candle.extracted_at >= candle.closed_at
),

traded as (
    select
        whole.source_account,
        whole.instrument,
        whole.timeframe,
        whole.timestamp,
        max(whole.volume) as candle_volume,
        max(whole.high) as candle_high,
        max(whole.low) as candle_low,
        coalesce(sum(trade.quantity), {{ cryptocom.as_quantity(0) }}) as volume,
        max(trade.price) as high,
        min(trade.price) as low
    from whole
    left join {{ ref('cryptocom', 'stg_cryptocom__trade') }} as trade
        on trade.source_account = whole.source_account
        and trade.instrument = whole.instrument
        and trade.timestamp >= whole.timestamp
        and trade.timestamp < whole.closed_at
    group by whole.source_account, whole.instrument, whole.timeframe, whole.timestamp
)

{% for what in ['volume', 'high', 'low'] -%}
select
    {{ cryptocom.comparison(
        dbt.concat(['timeframe', "' candle'"]), 'instrument', 'timestamp', "'" ~ what ~ "'",
        'candle_' ~ what, what, 'false'
    ) }}
from traded
where {{ what }} is not null
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
