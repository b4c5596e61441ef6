{{ config(alias='reconciliation') }}
{%- set checks = cryptocom.checks() -%}
{%- set proves = {} -%}
{%- if execute -%}
    {%- for check in checks -%}
        {%- set node = graph.nodes['model.cryptocom.cryptocom__' ~ check] -%}
        {%- do proves.update({check: node.description | replace("'", "''")}) -%}
    {%- endfor -%}
{%- endif -%}
{% for check in checks -%}
select
    {{ loop.index }} as check_number,
    '{{ check }}' as check_name,
    '{{ proves.get(check, '') }}' as proves,
    '{{ 'market' if check in cryptocom.market_checks() else 'account' }}' as concerns,
    coalesce(sum(case when status <> 'unproved' then comparisons else 0 end), 0) as compared,
    coalesce(sum(case when status = 'different' then comparisons else 0 end), 0) as different,
    coalesce(sum(case when status = 'unsettled' then comparisons else 0 end), 0) as unsettled,
    coalesce(sum(case when status = 'unproved' then comparisons else 0 end), 0) as unproved
from {{ ref('cryptocom', 'cryptocom__' ~ check) }}
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
