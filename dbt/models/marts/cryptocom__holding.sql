{{ config(alias='holding') }}
with wallet as (
    select
        source_account,
        'wallet' as place,
        instrument_name as currency,
        quantity,
        reserved_qty as reserved,
        market_value as value_usd
    from {{ ref('cryptocom', 'stg_cryptocom__user_balance') }}
    union all
    select
        source_account,
        {{ dbt.concat(["'sub-account '", 'account']) }} as place,
        instrument_name as currency,
        quantity,
        reserved_qty as reserved,
        market_value as value_usd
    from {{ ref('cryptocom', 'stg_cryptocom__sub_account_balance') }}
    where quantity is not null
)

select
    source_account,
    place,
    currency,
    quantity,
    reserved,
    value_usd,
    {{ cryptocom.ratio('value_usd', 'quantity') }} as price_usd,
    100 * {{ cryptocom.ratio('value_usd', 'sum(value_usd) over ()') }} as share_percent
from wallet
