{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'balance_history',
    key=["instrument_name", "timeframe", "timestamp"],
    columns={
        'instrument_name': 'text',
        'timeframe': 'text',
        'timestamp': 'time',
        'total_cash_balance': 'amount',
        'total_isolated_cash_balance': 'amount',
    },
) }}
