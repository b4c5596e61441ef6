{#- The ids that the exchange has for each account of the books. -#}
with told as (
    select source_account, account_id from {{ ref('cryptocom', 'cryptocom__ledger_entry') }}
    union distinct
    select source_account, account_id from {{ ref('cryptocom', 'cryptocom__account_order') }}
    union distinct
    select source_account, account_id from {{ ref('cryptocom', 'stg_cryptocom__user_position') }}
)

select source_account, account_id from told where account_id is not null
