{{ config(alias='order_life_time') }}
{%- set seconds = cryptocom.seconds_between('create_time', 'update_time') -%}
select
    source_account,
    order_id,
    instrument_name,
    order_type,
    status,
    create_time,
    update_time,
    {{ seconds }} as seconds,
    avg({{ seconds }}) over (partition by order_type, status) as mean_seconds_of_its_kind,
    percent_rank() over (partition by order_type, status order by {{ seconds }}) as percent_rank_of_its_kind
from {{ ref('cryptocom', 'cryptocom__account_order') }}
where not is_open
