{#- The coin behind a name of the wallet or the ledger: what is staked, or about to be, is still the account's, under a name
    of its own: CRO.staked. -#}
{% macro currency_of(name) -%}
case
        when {{ name }} = 'USD_Stable_Coin' then 'USD'
        when {{ cryptocom.is_staked(name) }} then {{ dbt.split_part(name, "'.'", 1) }}
        else {{ name }}
    end
{%- endmacro %}

{% macro is_staked(name) -%}{{ name }} like '%.%staked'{%- endmacro %}

{% macro place_of(name) -%}case when {{ cryptocom.is_staked(name) }} then 'staked' else 'wallet' end{%- endmacro %}

{#- Currencies of states: what a bank brings has the value that it says. -#}
{% macro currencies_of_states() -%}
'USD', 'EUR', 'GBP', 'AUD', 'CAD', 'SGD', 'CHF', 'JPY', 'BRL', 'TRY', 'HKD', 'AED', 'PLN', 'SEK', 'NOK', 'DKK', 'NZD', 'KRW', 'MXN'
{%- endmacro %}

{#- And coins that follow one: a coin that becomes one of them was sold. -#}
{% macro money() -%}
{{ cryptocom.currencies_of_states() }},
'USDT', 'USDC', 'TUSD', 'DAI', 'PYUSD', 'RLUSD', 'FDUSD', 'USDE', 'EURC', 'PAX', 'BUSD'
{%- endmacro %}
