{#- The columns of `tax_event`. What is not given is null; amounts are above zero. `order_key` sorts events of one moment:
    by nanosecond, then by id as a number. -#}
{% macro tax_event(
    key, kind, happened_at, account='source_account', label=none, sent=none, sent_currency=none, sent_place="'wallet'",
    received=none, received_currency=none, received_place="'wallet'", fee=none, fee_currency=none, tx_hash=none,
    instrument_name=none, description=none, nanoseconds=none, id=none, side=none
) -%}
{%- set text = dbt.type_string() -%}
    {{ account }} as source_account,
    {{ key }} as event_key,
    {{ happened_at }} as happened_at,
    {{ dbt.concat([
        "lpad(coalesce(cast(" ~ (nanoseconds or 'null') ~ " as " ~ text ~ "), '0'), 20, '0')", "' '",
        "lpad(coalesce(cast(" ~ (id or 'null') ~ " as " ~ text ~ "), '0'), 40, '0')",
    ]) }} as order_key,
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
    cast({{ description or key }} as {{ text }}) as description,
    cast({{ side or 'null' }} as {{ text }}) as side,
    cast({{ sent_place }} as {{ text }}) as sent_place,
    cast({{ received_place }} as {{ text }}) as received_place
{%- endmacro %}

{#- What is sent or received in a trade: both amounts with one scale before they meet, else the wider is cut. -#}
{% macro of_side(if_bought, if_sold) -%}
case side when 'BUY' then {{ cryptocom.as_amount(if_bought) }} else {{ cryptocom.as_amount(if_sold) }} end
{%- endmacro %}
