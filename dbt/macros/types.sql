{#- The types of staged columns. Decimals are exact, and a quantity times a price fits: their scales add up to 22 of the
    38 digits that DuckDB and Snowflake have. Instruments have at most 14 decimals in quantity and price together. -#}

{% macro type_of(kind) -%}
    {%- set scales = {'quantity': 8, 'price': 14, 'amount': 18, 'charge': 18} -%}
    {%- if kind in scales -%}{{ cryptocom.type_decimal(scales[kind]) }}
    {%- elif kind in ('integer', 'nanoseconds') -%}{{ dbt.type_bigint() }}
    {%- elif kind == 'time' -%}{{ dbt.type_timestamp() }}
    {%- elif kind == 'date' -%}date
    {%- elif kind == 'boolean' -%}{{ dbt.type_boolean() }}
    {%- else -%}{{ dbt.type_string() }}
    {%- endif -%}
{%- endmacro %}

{#- A number of a raw column, or null where it is none, or has more than 20 digits before the point; `columns_are_filled` names
    the row. DuckDB reads text into 38 digits eighty times as slowly as into 18; what has few enough digits goes that way,
    which changes none of them. -#}
{% macro number_of(name, kind, raw_type) -%}
    {%- if not cryptocom.is_text(raw_type) -%}{{ cryptocom.narrowed(name, cryptocom.type_of(kind)) }}
    {%- elif kind in ('quantity', 'price', 'amount', 'charge') -%}{{ cryptocom.exact_decimal(name, kind) }}
    {%- else -%}{{ cryptocom.number_or_null(name, cryptocom.type_of(kind)) }}
    {%- endif -%}
{%- endmacro %}

{% macro is_text(raw_type) -%}
    {%- set bare = (raw_type | lower).split('(')[0] | trim -%}
    {{ return(bare in ('varchar', 'text', 'string', 'character varying', 'char', 'character')) }}
{%- endmacro %}

{% macro exact_decimal(name, kind) -%}{{ return(adapter.dispatch('exact_decimal', 'cryptocom')(name, kind)) }}{%- endmacro %}
{% macro default__exact_decimal(name, kind) -%}{{ cryptocom.number_or_null(name, cryptocom.type_of(kind)) }}{%- endmacro %}
{% macro duckdb__exact_decimal(name, kind) -%}
    case
        when length({{ name }}) <= 17
            and (strpos({{ name }}, '.') = 0 or length({{ name }}) - strpos({{ name }}, '.') <= 8)
            and strpos(lower({{ name }}), 'e') = 0
        then coalesce(
            cast(try_cast({{ name }} as decimal(18, 8)) as {{ cryptocom.type_of(kind) }}),
            try_cast({{ name }} as {{ cryptocom.type_of(kind) }})
        )
        else try_cast({{ name }} as {{ cryptocom.type_of(kind) }})
    end
{%- endmacro %}

{#- Of a column that holds numbers. Only DuckDB can try that. -#}
{% macro narrowed(name, type) -%}{{ return(adapter.dispatch('narrowed', 'cryptocom')(name, type)) }}{%- endmacro %}
{% macro default__narrowed(name, type) -%}cast({{ name }} as {{ type }}){%- endmacro %}
{% macro duckdb__narrowed(name, type) -%}try_cast({{ name }} as {{ type }}){%- endmacro %}

{% macro number_or_null(name, type) -%}{{ return(adapter.dispatch('number_or_null', 'cryptocom')(name, type)) }}{%- endmacro %}
{% macro default__number_or_null(name, type) -%}try_cast({{ name }} as {{ type }}){%- endmacro %}
{% macro bigquery__number_or_null(name, type) -%}safe_cast({{ name }} as {{ type }}){%- endmacro %}
{#- Postgres would take NaN and Infinity for numbers, and stops at an integer with too many digits. -#}
{% macro postgres__number_or_null(name, type) -%}
{%- set number = 'cast(' ~ name ~ ' as numeric)' -%}
case
        when {{ name }} ~ '^\s*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?\s*$'
        then {% if type == dbt.type_bigint() -%}
            case when abs({{ number }}) < 9223372036854775807 then cast({{ number }} as {{ type }}) end
        {%- else -%}cast({{ number }} as {{ type }})
        {%- endif %}
    end
{%- endmacro %}

{% macro type_decimal(scale) -%}{{ return(adapter.dispatch('type_decimal', 'cryptocom')(scale)) }}{%- endmacro %}
{% macro default__type_decimal(scale) -%}decimal(38, {{ scale }}){%- endmacro %}
{% macro snowflake__type_decimal(scale) -%}number(38, {{ scale }}){%- endmacro %}
{% macro postgres__type_decimal(scale) -%}numeric{%- endmacro %}
{% macro bigquery__type_decimal(scale) -%}bignumeric{%- endmacro %}

{% macro as_quantity(expression) -%}cast({{ expression }} as {{ cryptocom.type_of('quantity') }}){%- endmacro %}
{% macro as_price(expression) -%}cast({{ expression }} as {{ cryptocom.type_of('price') }}){%- endmacro %}
{% macro as_amount(expression) -%}cast({{ expression }} as {{ cryptocom.type_of('amount') }}){%- endmacro %}

{#- Division gives a float in DuckDB: enough for a mean or a share, not for a sum that must come out even. -#}
{% macro as_double(expression) -%}
    cast({{ expression }} as {{ 'float64' if target.type == 'bigquery' else 'double precision' }})
{%- endmacro %}
{% macro ratio(dividend, divisor) -%}
    {{ cryptocom.as_double(dividend) }} / nullif({{ cryptocom.as_double(divisor) }}, 0)
{%- endmacro %}

{#- UTC without a zone, or the warehouse's own absolute time. -#}
{% macro as_utc(expression, raw_type) -%}
    {{ return(adapter.dispatch('as_utc', 'cryptocom')(expression, raw_type | lower)) }}
{%- endmacro %}
{% macro default__as_utc(expression, raw_type) -%}
    {%- if raw_type in ('timestamp', 'timestamp without time zone') -%}cast({{ expression }} as timestamp)
    {%- else -%}cast({{ expression }} as timestamp with time zone) at time zone 'UTC'
    {%- endif -%}
{%- endmacro %}
{% macro bigquery__as_utc(expression, raw_type) -%}cast({{ expression }} as timestamp){%- endmacro %}
{% macro snowflake__as_utc(expression, raw_type) -%}
    cast(convert_timezone('UTC', cast({{ expression }} as timestamp_tz)) as timestamp_ntz)
{%- endmacro %}

{#- Text of a list or an object. -#}
{% macro json_text(expression) -%}{{ return(adapter.dispatch('json_text', 'cryptocom')(expression)) }}{%- endmacro %}
{% macro default__json_text(expression) -%}cast({{ expression }} as {{ dbt.type_string() }}){%- endmacro %}
{% macro bigquery__json_text(expression) -%}to_json_string({{ expression }}){%- endmacro %}
{% macro snowflake__json_text(expression) -%}to_json({{ expression }}){%- endmacro %}

{% macro minutes_later(expression, minutes) -%}{{ dbt.dateadd('minute', minutes, expression) }}{%- endmacro %}

{% macro day_of(expression) -%}cast({{ dbt.date_trunc('day', expression) }} as date){%- endmacro %}
{% macro month_of(expression) -%}cast({{ dbt.date_trunc('month', expression) }} as date){%- endmacro %}

{% macro seconds_between(first, last) -%}
    {{ dbt.datediff(first, last, 'millisecond') }} / 1000.0
{%- endmacro %}

{% macro time_of_nanoseconds(expression) -%}
    {{ return(adapter.dispatch('time_of_nanoseconds', 'cryptocom')(expression)) }}
{%- endmacro %}
{% macro default__time_of_nanoseconds(expression) -%}make_timestamp({{ expression }} // 1000){%- endmacro %}
{% macro postgres__time_of_nanoseconds(expression) -%}
    to_timestamp({{ expression }} / 1000000000.0) at time zone 'UTC'
{%- endmacro %}
{% macro bigquery__time_of_nanoseconds(expression) -%}timestamp_micros(div({{ expression }}, 1000)){%- endmacro %}
{% macro snowflake__time_of_nanoseconds(expression) -%}to_timestamp_ntz({{ expression }}, 9){%- endmacro %}

{#- The whole hour that is nearest to a moment, as its day and its number: for what comes on the hour, a little early or late. -#}
{% macro nearest_day(expression) -%}{{ cryptocom.day_of(cryptocom.minutes_later(expression, 30)) }}{%- endmacro %}
{% macro nearest_hour(expression) -%}
    cast(extract(hour from {{ cryptocom.minutes_later(expression, 30) }}) as {{ dbt.type_int() }})
{%- endmacro %}
