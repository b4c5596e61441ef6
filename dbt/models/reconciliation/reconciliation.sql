{%- set checks = cryptocom.checks() -%}
{%- set proves = {} -%}
{%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name in checks -%}
        {%- do proves.update({node.name: node.description | replace("'", "''")}) -%}
    {%- endfor -%}
{%- endif -%}
{% for check in checks -%}
select
    {{ loop.index }} as check_number,
    '{{ check }}' as check_name,
    '{{ proves.get(check, '') }}' as proves,
    count(*) as compared,
    coalesce(sum(case when status = 'different' then 1 else 0 end), 0) as different,
    coalesce(sum(case when status = 'unsettled' then 1 else 0 end), 0) as unsettled
from {{ ref(check) }}
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
