{#- What changes a staked quantity: requests, rewards in the staked coin, conversions of it. -#}
{% macro staked_movements() -%}
select
        source_account,
        instrument_name as name,
        create_time as moved_at,
        {{ cryptocom.as_amount("case side when 'STAKE' then quantity else -quantity end") }} as quantity
    from {{ ref('cryptocom', 'stg_cryptocom__stake_history') }}
    where status = 'COMPLETED'
    union all
    select source_account, reward_inst_name, event_time, {{ cryptocom.as_amount('reward_quantity') }}
    from {{ ref('cryptocom', 'stg_cryptocom__staking_reward') }}
    where reward_inst_name like '%.staked'
    union all
    select source_account, from_instrument_name, create_time, {{ cryptocom.as_amount('-from_quantity') }}
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED' and from_instrument_name like '%.staked'
    union all
    select source_account, to_instrument_name, create_time, {{ cryptocom.as_amount('to_quantity') }}
    from {{ ref('cryptocom', 'stg_cryptocom__convert_history') }}
    where status = 'COMPLETED' and to_instrument_name like '%.staked'
{%- endmacro %}
