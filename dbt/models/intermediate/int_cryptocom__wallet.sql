{#- What each account holds now, of each name that the wallet has. What is staked is in the wallet under a name of its own; where
    the wallet has no such name, the table of staking positions tells it. -#}
with wallet as (
    select
        source_account,
        instrument_name as wallet_name,
        {{ cryptocom.currency_of('instrument_name') }} as currency,
        {{ cryptocom.place_of('instrument_name') }} as place,
        quantity,
        reserved_qty as reserved,
        market_value as value_usd,
        coalesce(snapshot_time, extracted_at) as observed_at
    from {{ ref('cryptocom', 'stg_cryptocom__user_balance') }}
    where instrument_name is not null
),

staked as (
    select
        source_account,
        instrument_name as wallet_name,
        {{ cryptocom.currency_of('instrument_name') }} as currency,
        'staked' as place,
        staked_quantity as quantity,
        {{ cryptocom.as_amount(0) }} as reserved,
        {{ cryptocom.as_amount('null') }} as value_usd,
        extracted_at as observed_at
    from {{ ref('cryptocom', 'stg_cryptocom__staking_position') }} as position
    where staked_quantity is not null
        and not exists (
            select 1 from wallet
            where wallet.source_account = position.source_account and wallet.place = 'staked'
        )
)

select * from wallet
union all
select * from staked
