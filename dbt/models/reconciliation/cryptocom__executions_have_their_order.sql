{{ config(alias='executions_have_their_order') }}
{#- What a trading bot executed is an order of the same instrument, side and quantity, and its bot is in its table. Whether
    the live order history has the orders of bots is not known, so this warns. -#}
with execution as (
    select
        execution.source_account,
        execution.bot_id,
        execution.order_id,
        execution.symbol,
        execution.update_time,
        placed.order_id is null as is_missing,
        bot.bot_id is null as has_no_bot,
        case
            when placed.order_id is null then 'its order is missing'
            when execution.symbol <> placed.instrument_name
            then {{ dbt.concat(["'its instrument is '", cryptocom.shown('execution.symbol'), "', that of its order '", cryptocom.shown('placed.instrument_name')]) }}
            when execution.side <> placed.side
            then {{ dbt.concat(["'its side is '", cryptocom.shown('execution.side'), "', that of its order '", cryptocom.shown('placed.side')]) }}
            when execution.cum_qty <> placed.cumulative_quantity
            then {{ dbt.concat(["'it executed '", cryptocom.shown('execution.cum_qty'), "', and its order '", cryptocom.shown('placed.cumulative_quantity')]) }}
            when execution.quantity <> placed.quantity and placed.quantity > 0
            then {{ dbt.concat(["'it is one of '", cryptocom.shown('execution.quantity'), "', and its order one of '", cryptocom.shown('placed.quantity')]) }}
            when execution.avg_price <> placed.avg_price
            then {{ dbt.concat(["'its mean price is '", cryptocom.shown('execution.avg_price'), "', that of its order '", cryptocom.shown('placed.avg_price')]) }}
            when abs({{ dbt.datediff('placed.update_time', 'execution.update_time', 'hour') }}) > 1
            then {{ dbt.concat(["'its time is '", cryptocom.shown('execution.update_time'), "', that of its order '", cryptocom.shown('placed.update_time')]) }}
            when execution.order_status <> placed.status
            then {{ dbt.concat(["'it is '", cryptocom.shown('execution.order_status'), "', and its order '", cryptocom.shown('placed.status')]) }}
        end as detail
    from {{ ref('cryptocom', 'stg_cryptocom__trading_bot_execution') }} as execution
    inner join {{ ref('cryptocom', 'int_cryptocom__reading') }} as reading
        on reading.source_account = execution.source_account and execution.update_time >= reading.orders_from
    left join {{ ref('cryptocom', 'cryptocom__account_order') }} as placed
        on placed.source_account = execution.source_account and placed.order_id = execution.order_id
    left join {{ ref('cryptocom', 'stg_cryptocom__trading_bot') }} as bot
        on bot.source_account = execution.source_account and bot.bot_id = execution.bot_id
    where execution.order_id is not null
),

bot as (
    select source_account, bot_id, bot_type, create_time, update_time, end_time
    from {{ ref('cryptocom', 'stg_cryptocom__trading_bot') }}
)

select
    {{ cryptocom.agreement(
        dbt.concat(["'order '", 'order_id', "' of bot '", 'bot_id']), 'symbol', 'update_time', "'order of an execution'",
        'detail is null', 'false', 'detail', row_table="case when is_missing then 'order_history' else 'trading_bot_execution' end",
        row_key='order_id', is_missing='is_missing', order_id='order_id'
    ) }}
from execution
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'bot '", 'bot_id', "' of order '", 'order_id']), 'symbol', 'update_time', "'bot of an execution'",
        'not has_no_bot', 'false', "case when has_no_bot then 'the bot of this execution is missing' end",
        row_table="'trading_bot'", row_key='bot_id', is_missing='has_no_bot'
    ) }}
from execution
union all
select
    {{ cryptocom.agreement(
        dbt.concat(["'bot '", 'bot_id']), cryptocom.shown('bot_type'), 'create_time', "'times of a bot'",
        'coalesce(update_time, create_time) >= create_time and coalesce(end_time, create_time) >= create_time', 'false',
        "case when update_time < create_time or end_time < create_time then 'it changed or ended before it was made' end",
        row_table="'trading_bot'", row_key='bot_id'
    ) }}
from bot
