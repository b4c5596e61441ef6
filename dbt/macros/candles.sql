{#- Minutes of the timeframes that are equally long; weeks and months begin on days of the calendar. -#}
{% macro minutes_of_timeframes() -%}
    {{ return({'1m': 1, '5m': 5, '15m': 15, '30m': 30, '1h': 60, '2h': 120, '4h': 240, '6h': 360, '12h': 720, '1D': 1440}) }}
{%- endmacro %}

{% macro regular_timeframes() -%}'{{ cryptocom.minutes_of_timeframes().keys() | join("', '") }}'{%- endmacro %}

{% macro candle_end(opened, timeframe) -%}
case {{ timeframe }}
        {%- for name, minutes in cryptocom.minutes_of_timeframes().items() %}
        when '{{ name }}' then {{ cryptocom.minutes_later(opened, minutes) }}
        {%- endfor %}
    end
{%- endmacro %}
