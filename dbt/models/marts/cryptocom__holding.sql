{{ config(alias='holding') }}
{#- What is held where: in the wallet, staked, and in sub-accounts that are not in the books by a key of their own. -#}
with sub_account as (
    select
        balance.source_account,
        {{ dbt.concat(["'sub-account '", 'balance.account']) }} as place,
        {{ cryptocom.currency_of('balance.instrument_name') }} as currency,
        balance.quantity,
        balance.reserved_qty as reserved,
        balance.market_value as value_usd,
        coalesce(balance.snapshot_time, balance.extracted_at) as observed_at
    from {{ ref('cryptocom', 'stg_cryptocom__sub_account_balance') }} as balance
    where balance.quantity is not null
        and not exists (
            select 1 from {{ ref('cryptocom', 'int_cryptocom__account_id') }} as known
            where known.account_id = balance.account
        )
        and not exists (
            {#- Under the id of its margin account, or the name that its owner gave it. #}
            select 1
            from {{ ref('cryptocom', 'stg_cryptocom__account') }} as account
            inner join {{ ref('cryptocom', 'int_cryptocom__wallet') }} as own
                on own.source_account <> account.source_account
            left join {{ ref('cryptocom', 'int_cryptocom__account_id') }} as known
                on known.account_id = account.margin_account_uuid
            where account.uuid = balance.account
                and (known.account_id is not null or lower(account.label) = lower(own.source_account))
        )
),

held as (
    {#- The wallet has a coin under several names: what is staked, and what is about to be. #}
    select
        source_account,
        place,
        currency,
        sum(quantity) as quantity,
        sum(reserved) as reserved,
        sum(value_usd) as value_usd,
        max(observed_at) as observed_at
    from {{ ref('cryptocom', 'int_cryptocom__wallet') }}
    group by source_account, place, currency
    union all
    select source_account, place, currency, quantity, reserved, value_usd, observed_at
    from sub_account
),

valued as (
    select
        held.source_account,
        held.place,
        held.currency,
        held.quantity,
        held.reserved,
        {#- The exchange has no value for a name that ends with .staked: it is worth what the coin is. #}
        case
            when held.quantity <> 0 and coalesce(held.value_usd, {{ cryptocom.as_amount(0) }}) = 0
            then {{ cryptocom.rounded_amount(
                cryptocom.as_double('held.quantity') ~ ' * ' ~ cryptocom.as_double('price.price_usd')
            ) }}
            else held.value_usd
        end as value_usd,
        held.observed_at
    from held
    left join {{ ref('cryptocom', 'int_cryptocom__price_by_day') }} as price
        on price.currency = held.currency and price.day = {{ cryptocom.day_of('held.observed_at') }}
)

select
    source_account,
    place,
    currency,
    quantity,
    reserved,
    value_usd,
    {{ cryptocom.ratio('value_usd', 'quantity') }} as price_usd,
    100 * {{ cryptocom.ratio('value_usd', 'sum(value_usd) over ()') }} as share_percent,
    observed_at
from valued
