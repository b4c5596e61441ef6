{{ config(alias='discrepancy') }}
{%- set checks = cryptocom.checks() -%}
{% for check in checks -%}
select
    '{{ check }}' as check_name,
    source_account,
    subject,
    instrument_name,
    happened_at,
    what,
    expected,
    found,
    difference,
    status
from {{ ref('cryptocom', 'cryptocom__' ~ check) }}
where status <> 'equal'
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
