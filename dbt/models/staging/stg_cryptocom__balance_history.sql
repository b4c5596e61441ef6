{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
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
