{{ config(alias='ledger_leads_from_balance_to_balance') }}
with {{ cryptocom.chain(
    'select source_account, currency as name, observed_at, quantity from ' ~ ref('cryptocom', 'int_cryptocom__balance_snapshot'),
    'select source_account, wallet_name as name, event_time as moved_at, amount as quantity from ' ~ ref('cryptocom', 'cryptocom__ledger_entry'),
    'balance', 'user_balance',
) }}
