{#- An amount in the reporting currency: itself where it is in that currency, else by the price of the day. A float is good
    for ten digits behind the point. -#}
{% macro valued(amount, currency, price) -%}
case
        when {{ currency }} = '{{ var('cryptocom_reporting_currency') }}' then {{ cryptocom.as_amount(amount) }}
        else {{ cryptocom.rounded_amount(cryptocom.as_double(amount) ~ ' * ' ~ cryptocom.as_double(price)) }}
    end
{%- endmacro %}

{% macro rounded_amount(expression) -%}
{{ cryptocom.as_amount('round(cast(' ~ expression ~ ' as ' ~ cryptocom.type_decimal(10) ~ '), 10)') }}
{%- endmacro %}

{#- Whose lots one sale uses up. -#}
{% macro pool() -%}
{{ 'source_account' if var('cryptocom_lots_of') == 'account' else "'all accounts'" }}
{%- endmacro %}
