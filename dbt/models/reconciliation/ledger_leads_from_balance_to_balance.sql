with {{ cryptocom.chain(
    'select source_account, currency as name, observed_at, quantity from ' ~ ref('balance_snapshot'),
    'select source_account, currency as name, event_time as moved_at, amount as quantity from ' ~ ref('ledger_entry'),
    'balance',
) }}
