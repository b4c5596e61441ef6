{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'candlestick',
    key=["instrument", "timeframe", "timestamp"],
    columns={
        'instrument': 'text',
        'timeframe': 'text',
        'timestamp': 'time',
        'open': 'price',
        'high': 'price',
        'low': 'price',
        'close': 'price',
        'volume': 'quantity',
    },
) }}
