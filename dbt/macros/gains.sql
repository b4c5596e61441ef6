{#- An amount in the reporting currency: itself where it is in that currency, else by the price of the day. A float is good
    for ten digits behind the point. -#}
{% macro valued(amount, currency, price) -%}
case
        when {{ currency }} = '{{ var('cryptocom_reporting_currency') }}' then {{ cryptocom.as_amount(amount) }}
        else {{ cryptocom.rounded_amount(cryptocom.as_double(amount) ~ ' * ' ~ cryptocom.as_double(price)) }}
    end
{%- endmacro %}

{% macro rounded_amount(expression) -%}
{{ cryptocom.as_amount('round(' ~ cryptocom.ten_decimals(expression) ~ ', 10)') }}
{%- endmacro %}

{#- A float as a decimal. Postgres has 15 digits of it unless it is text before, and would round a second time. -#}
{% macro ten_decimals(expression) -%}
    {{ return(adapter.dispatch('ten_decimals', 'cryptocom')(expression)) }}
{%- endmacro %}
{% macro default__ten_decimals(expression) -%}cast({{ expression }} as {{ cryptocom.type_decimal(10) }}){%- endmacro %}
{% macro postgres__ten_decimals(expression) -%}cast(cast({{ expression }} as text) as numeric){%- endmacro %}

{#- Whose lots one sale uses up. -#}
{% macro pool() -%}
{{ 'source_account' if var('cryptocom_lots_of') == 'account' else "'all accounts'" }}
{%- endmacro %}
