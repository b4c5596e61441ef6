{{ config(alias='fills_lead_to_positions') }}
{%- set name = dbt.concat(['instrument_name', "case isolation_id when '0' then '' else ' isolated ' end",
    "case isolation_id when '0' then '' else isolation_id end"]) -%}
with {{ cryptocom.chain(
    'select source_account, ' ~ name ~ ' as name, observed_at, ' ~ cryptocom.as_amount('quantity') ~ ' as quantity from '
        ~ ref('cryptocom', 'int_cryptocom__position_snapshot'),
    'select source_account, ' ~ name ~ ' as name, filled_at as moved_at, '
        ~ cryptocom.as_amount("case side when 'BUY' then quantity else -quantity end") ~ ' as quantity from '
        ~ ref('cryptocom', 'cryptocom__fill_with_order') ~ " where instrument_kind = 'derivative'",
    'position', 'user_position',
) }}
