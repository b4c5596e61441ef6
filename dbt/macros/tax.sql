{#- The columns of `tax_event`. What is not given is null; amounts are above zero. -#}
{% macro tax_event(
    key, kind, happened_at, account='source_account', label=none, sent=none, sent_currency=none, received=none,
    received_currency=none, fee=none, fee_currency=none, tx_hash=none, instrument_name=none, description=none
) -%}
{%- set text = dbt.type_string() -%}
    {{ account }} as source_account,
    {{ key }} as event_key,
    {{ happened_at }} as happened_at,
    {{ kind }} as kind,
    cast({{ label or 'null' }} as {{ text }}) as label,
    {{ cryptocom.as_amount(sent or 'null') }} as sent_amount,
    cast({{ sent_currency or 'null' }} as {{ text }}) as sent_currency,
    {{ cryptocom.as_amount(received or 'null') }} as received_amount,
    cast({{ received_currency or 'null' }} as {{ text }}) as received_currency,
    {{ cryptocom.as_amount(fee or 'null') }} as fee_amount,
    cast({{ fee_currency or 'null' }} as {{ text }}) as fee_currency,
    cast({{ tx_hash or 'null' }} as {{ text }}) as tx_hash,
    cast({{ instrument_name or 'null' }} as {{ text }}) as instrument_name,
    cast({{ description or key }} as {{ text }}) as description
{%- endmacro %}
