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
    status,
    row_table,
    row_key,
    is_missing,
    order_id,
    since,
    detail
from {{ ref('cryptocom', 'cryptocom__' ~ check) }}
where status in ('different', 'unsettled')
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
