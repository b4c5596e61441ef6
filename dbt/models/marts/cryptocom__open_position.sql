{{ config(alias='open_position') }}
select
    source_account,
    account_id,
    instrument_name,
    isolation_id,
    quantity,
    cost,
    open_pos_cost,
    open_position_pnl,
    session_pnl,
    update_time,
    extracted_at
from {{ ref('cryptocom', 'stg_cryptocom__user_position') }}
where quantity <> 0
