{#- One row per leg of an OTC deal. -#}
{% macro otc_legs(relation) -%}{{ return(adapter.dispatch('otc_legs', 'cryptocom')(relation)) }}{%- endmacro %}

{% macro default__otc_legs(relation) -%}
select
    deal.source_account,
    deal.deal_id,
    cast(leg.key as integer) as leg_number,
    json_extract_string(leg.value, '$.instrument_name') as instrument_name,
    json_extract_string(leg.value, '$.side') as side,
    json_extract_string(leg.value, '$.executed_quantity') as quantity,
    json_extract_string(leg.value, '$.executed_notional') as notional,
    json_extract_string(leg.value, '$.price') as price
from {{ relation }} as deal, json_each(deal.leg_list) as leg
{%- endmacro %}

{% macro postgres__otc_legs(relation) -%}
select
    deal.source_account,
    deal.deal_id,
    leg.leg_number - 1 as leg_number,
    leg.value ->> 'instrument_name' as instrument_name,
    leg.value ->> 'side' as side,
    leg.value ->> 'executed_quantity' as quantity,
    leg.value ->> 'executed_notional' as notional,
    leg.value ->> 'price' as price
from {{ relation }} as deal
cross join lateral jsonb_array_elements(cast(deal.leg_list as jsonb)) with ordinality as leg (value, leg_number)
{%- endmacro %}

{% macro bigquery__otc_legs(relation) -%}
select
    deal.source_account,
    deal.deal_id,
    leg_number,
    json_value(leg, '$.instrument_name') as instrument_name,
    json_value(leg, '$.side') as side,
    json_value(leg, '$.executed_quantity') as quantity,
    json_value(leg, '$.executed_notional') as notional,
    json_value(leg, '$.price') as price
from {{ relation }} as deal
cross join unnest(json_query_array(deal.leg_list)) as leg with offset as leg_number
{%- endmacro %}

{% macro snowflake__otc_legs(relation) -%}
select
    deal.source_account,
    deal.deal_id,
    leg.index as leg_number,
    cast(leg.value:instrument_name as varchar) as instrument_name,
    cast(leg.value:side as varchar) as side,
    cast(leg.value:executed_quantity as varchar) as quantity,
    cast(leg.value:executed_notional as varchar) as notional,
    cast(leg.value:price as varchar) as price
from {{ relation }} as deal,
lateral flatten(input => parse_json(deal.leg_list)) as leg
{%- endmacro %}
